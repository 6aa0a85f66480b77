package dev.pleas.api.merge;

import dev.pleas.api.matrix.Matrix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Sums over calibration data by which a method can merge without the data: named matrices, each of
 * which adds up entry by entry over any split of the data into parts. What is in them is the
 * method's own affair. Implementations may read a matrix from a file each time it is asked for.
 */
public interface Statistics {
  /** Returns the names of the matrices. */
  Set<String> names();

  /**
   * Returns a matrix.
   *
   * @throws IllegalArgumentException if there is none of this name
   * @throws dev.pleas.api.error.CheckpointException if it cannot be read
   */
  Matrix get(String name);

  /** Takes matrices one by one as they are computed. */
  interface Sink {
    /**
     * Hears of a matrix before any data is read, so that what could not be kept is refused before
     * it is computed. A method tells of its large matrices; by default nothing is refused.
     *
     * @throws dev.pleas.api.error.PleasException if no matrix of this size can be kept
     */
    default void expect(String name, int rows, int columns) {}

    /**
     * Takes a matrix.
     *
     * @param name not taken before
     * @param sums not to be changed afterwards
     */
    void put(String name, Matrix sums);
  }

  /** Statistics in memory. */
  final class InMemory implements Statistics, Sink {
    private final Map<String, Matrix> matrices = new LinkedHashMap<>();

    /** Makes empty statistics. */
    public InMemory() {}

    @Override
    public void put(String name, Matrix sums) {
      if (matrices.putIfAbsent(name, sums) != null) {
        throw new IllegalArgumentException("statistics: there is a matrix " + name + " already");
      }
    }

    @Override
    public Set<String> names() {
      return Set.copyOf(matrices.keySet());
    }

    @Override
    public Matrix get(String name) {
      Matrix matrix = matrices.get(name);
      if (matrix == null) {
        throw new IllegalArgumentException("statistics: there is no matrix " + name);
      }
      return matrix;
    }
  }
}
