package dev.pleas.models.data;

import dev.pleas.api.data.Samples;
import java.util.List;

/** Inputs with labels, when the data has any. */
public interface LabeledSamples extends Samples {
  /** Returns whether the samples have labels. */
  boolean labeled();

  /**
   * Returns the class of a sample.
   *
   * @param index 0 ≤ index &lt; count
   * @return 0 ≤ class &lt; classes
   * @throws IllegalStateException if the samples have no labels
   * @throws IndexOutOfBoundsException if the index is not within 0 … count
   */
  int label(int index);

  /** Returns the number of classes, after selection; 0 without labels. */
  int classes();

  /**
   * Returns a name for every class: what the data calls it, or the label it has in the file in
   * decimal. Empty without labels.
   */
  List<String> classNames();
}
