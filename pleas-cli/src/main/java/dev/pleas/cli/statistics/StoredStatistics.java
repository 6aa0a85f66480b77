package dev.pleas.cli.statistics;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Statistics;
import java.nio.DoubleBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Statistics that lie outside Java's heap: each matrix is a float64 tensor [rows, columns], read
 * when it is asked for.
 */
public sealed interface StoredStatistics extends Statistics
    permits SavedStatistics, SpooledStatistics, StatisticsSum {
  /** Returns what a person calls the place where the matrices lie. */
  String place();

  /** Returns all matrices, in the order in which they were computed. */
  Map<String, TensorInfo> tensors();

  /**
   * Returns a matrix as it is stored.
   *
   * @param name one of {@link #tensors()}
   * @throws CheckpointException if it cannot be read
   */
  StoredTensor stored(String name);

  @Override
  default Set<String> names() {
    return tensors().keySet();
  }

  /**
   * {@inheritDoc}
   *
   * @throws CheckpointException if it cannot be read, or has an element that is not finite, naming
   *     it
   */
  @Override
  default Matrix get(String name) {
    TensorInfo info = tensors().get(name);
    if (info == null) {
      throw new IllegalArgumentException(place() + ": there is no matrix " + name);
    }
    double[] values = new double[Math.toIntExact(info.shape().elements())];
    read(name, stored(name).bytes().asDoubleBuffer(), values);
    return Matrix.wrap(info.shape().dim(0), info.shape().dim(1), values);
  }

  /** Reads as many elements of a matrix as the array takes, and refuses those that are no sums. */
  default void read(String name, DoubleBuffer stored, double[] values) {
    try {
      stored.get(values);
    } catch (InternalError e) {
      // How the JVM reports a page of a mapped file that is gone.
      throw new CheckpointException(
          place() + ": matrix " + name + ": the file was truncated, or its disk failed, while open",
          e);
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new CheckpointException(
            place()
                + ": matrix "
                + name
                + ": expected finite sums, found "
                + value
                + ": the file is damaged; compute it again with pleas stats");
      }
    }
  }
}
