package dev.pleas.api.merge;

import dev.pleas.api.error.ConfigurationException;
import java.util.List;

/** Makes one network of several. Safe for use by several threads. */
public interface MergeMethod {
  /** Returns the settings that this method understands, each of another name. */
  List<MethodParameter> parameters();

  /**
   * Merges. The same request gives the same bits. Sources are not modified; tools are not closed,
   * and nothing is left on the backend, whether the merge succeeds or fails.
   *
   * @return a network that takes the sources' inputs. Its outputs are the sources', or, where each
   *     source keeps its own head, named as the request names the sources
   * @throws dev.pleas.api.error.ConfigurationException if a setting is unknown (listing the known
   *     ones) or out of range (naming it and the value found), or the method cannot merge so many
   *     networks
   * @throws dev.pleas.api.error.ModelException if the sources do not fit together, naming the first
   *     parameter that differs and both shapes
   * @throws dev.pleas.api.error.DataException if calibration data is needed and there is none, or
   *     it does not fit the network, naming both shapes
   */
  MergeResult merge(MergeRequest request);

  /**
   * Computes what {@link #merge} can later use instead of the calibration data, if the method can
   * ({@link MergeRequest#statistics}): sums over the request's data for its sources, the same for
   * every budget.
   *
   * @param sink gets each matrix when it is complete
   * @throws dev.pleas.api.error.ConfigurationException if a setting is wrong, or the method has no
   *     statistics
   * @throws dev.pleas.api.error.ModelException if the sources do not fit together
   * @throws dev.pleas.api.error.DataException if there is no calibration data, or it does not fit
   */
  default void statistics(MergeRequest request, Statistics.Sink sink) {
    throw new ConfigurationException(
        "this method keeps no statistics: it needs the calibration data in every merge");
  }
}
