package dev.pleas.api.merge;

import java.util.List;

/** Makes one network of several. Safe for use by several threads. */
public interface MergeMethod {
  /** Returns the settings that this method understands. */
  List<MethodParameter> parameters();

  /**
   * Merges.
   *
   * @throws dev.pleas.api.error.ConfigurationException if a setting is unknown or out of range
   * @throws dev.pleas.api.error.ModelException if the sources do not fit together, naming the first
   *     parameter that differs and both shapes
   * @throws dev.pleas.api.error.DataException if calibration data is needed and there is none, or
   *     it does not fit the network
   */
  MergeResult merge(MergeRequest request);
}
