package dev.pleas.cli.evaluation;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.data.LabeledSamples;
import java.util.List;

/**
 * Samples under other labels.
 *
 * @param samples labelled from 0 up
 * @param positions the new label of each
 * @param classNames of the new labels
 */
public record RelabeledSamples(
    LabeledSamples samples, List<Integer> positions, List<String> classNames)
    implements LabeledSamples {
  /**
   * Returns samples with the indices of other classes of the same names.
   *
   * @param classes hold every class of the samples
   */
  public static LabeledSamples onto(LabeledSamples samples, List<String> classes) {
    return classes.equals(samples.classNames())
        ? samples
        : new RelabeledSamples(
            samples, samples.classNames().stream().map(classes::indexOf).toList(), classes);
  }

  @Override
  public boolean labeled() {
    return true;
  }

  @Override
  public int label(int index) {
    return positions.get(samples.label(index));
  }

  @Override
  public int classes() {
    return classNames.size();
  }

  @Override
  public int count() {
    return samples.count();
  }

  @Override
  public Shape shape() {
    return samples.shape();
  }

  @Override
  public HostTensor read(int from, int to) {
    return samples.read(from, to);
  }
}
