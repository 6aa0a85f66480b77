package dev.pleas.cli.evaluation;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.data.LabeledSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts answers against labels. The answer is the first of the largest logits. */
final class ConfusionMatrix {
  private static final int TOP = 5;

  private final LabeledSamples samples;
  private final int classes;
  private final int[][] counts;
  private int seen;
  private int right;
  private int rightInTop;

  /**
   * @param classes how many logits there are
   */
  ConfusionMatrix(LabeledSamples samples, int classes) {
    this.samples = samples;
    this.classes = classes;
    counts = new int[classes][classes];
  }

  /** Counts a batch of logits [n, classes]. */
  void add(int from, HostTensor logits) {
    float[] values = logits.values();
    for (int i = 0; i < logits.shape().dim(0); i++) {
      int label = label(from + i);
      int base = i * classes;
      int answer = answer(values, base);
      int larger = 0;
      for (int c = 0; c < classes; c++) {
        boolean before =
            values[base + c] > values[base + label]
                || (c < label && values[base + c] == values[base + label]);
        larger += before ? 1 : 0;
      }
      counts[label][answer]++;
      seen++;
      right += answer == label ? 1 : 0;
      rightInTop += larger < TOP ? 1 : 0;
    }
  }

  /** Returns the first of the largest logits of the image whose logits begin there. */
  int answer(float[] values, int base) {
    int answer = 0;
    for (int c = 1; c < classes; c++) {
      answer = values[base + c] > values[base + answer] ? c : answer;
    }
    return answer;
  }

  private int label(int index) {
    int label = samples.label(index);
    if (label < 0 || label >= classes) {
      throw new DataException(
          "image "
              + index
              + " has label "
              + label
              + ", but the network answers 0 to "
              + (classes - 1)
              + "; choose the classes it was trained on with --classes");
    }
    return label;
  }

  Score score(String name, @Nullable String head) {
    List<String> names = samples.classNames();
    List<Score.ClassScore> perClass = new ArrayList<>();
    List<List<Integer>> rows = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      int total = Arrays.stream(counts[c]).sum();
      perClass.add(
          new Score.ClassScore(
              c < names.size() ? names.get(c) : Integer.toString(c),
              total,
              share(counts[c][c], total)));
      rows.add(Arrays.stream(counts[c]).boxed().toList());
    }
    @Nullable Double top5 = classes > TOP ? (Double) share(rightInTop, seen) : null;
    return new Score(name, head, seen, share(right, seen), top5, perClass, rows, null);
  }

  static double share(int part, int whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
