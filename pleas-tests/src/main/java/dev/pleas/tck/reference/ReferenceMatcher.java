package dev.pleas.tck.reference;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Arrays;

/**
 * The linear assignment problem by successive shortest paths, n³ operations: rows are given columns
 * one after the other, each along the shortest alternating path under the dual variables so far
 * (Kuhn's Hungarian method in the form of Dijkstra's algorithm; Burkard, Dell'Amico and Martello,
 * <i>Assignment Problems</i>, section 4.4). Safe for use by several threads.
 */
public final class ReferenceMatcher implements Matcher {
  private static final int NONE = -1;

  /** Makes a matcher. */
  public ReferenceMatcher() {}

  @Override
  public Permutation match(Matrix similarity) {
    int n = similarity.rows();
    if (similarity.columns() != n) {
      throw new IllegalArgumentException("expected a square matrix, found a " + similarity);
    }
    int bad = similarity.firstNonFinite();
    if (bad >= 0) {
      throw new IllegalArgumentException(
          "[" + bad / n + ", " + bad % n + "] is " + similarity.values()[bad] + ", not finite");
    }
    return Permutation.of(new Search(costs(similarity), n).solve());
  }

  /** Returns −S, scaled down by a power of two where sums of entries could overflow. */
  private static double[] costs(Matrix similarity) {
    double[] s = similarity.values();
    double largest = Arrays.stream(s).map(Math::abs).max().orElse(0);
    double factor = largest > 0x1p900 ? -0x1p-100 : -1;
    return Arrays.stream(s).map(value -> factor * value).toArray();
  }

  private static final class Search {
    private final double[] cost;
    private final int n;
    private final double[] u;
    private final double[] v;
    private final int[] rowOf;

    Search(double[] cost, int n) {
      this.cost = cost;
      this.n = n;
      u = new double[n];
      v = new double[n];
      rowOf = new int[n];
    }

    int[] solve() {
      Arrays.fill(rowOf, NONE);
      for (int row = 0; row < n; row++) {
        give(row);
      }
      int[] columnOf = new int[n];
      for (int j = 0; j < n; j++) {
        columnOf[rowOf[j]] = j;
      }
      return columnOf;
    }

    /** Of columns equally near a free one comes first: it ends the search. */
    private boolean isNearer(int j, int than, double[] distance) {
      return distance[j] < distance[than]
          || (distance[j] == distance[than] && rowOf[j] == NONE && rowOf[than] != NONE);
    }

    /** Gives one more row a column, moving others along the shortest path. */
    private void give(int start) {
      double[] distance = new double[n];
      Arrays.fill(distance, Double.POSITIVE_INFINITY);
      int[] before = new int[n];
      boolean[] settled = new boolean[n];
      int column = NONE;
      int row = start;
      double travelled = 0;
      while (row != NONE) {
        int nearest = NONE;
        for (int j = 0; j < n; j++) {
          if (!settled[j]) {
            double through = travelled + (cost[row * n + j] - u[row] - v[j]);
            if (through < distance[j]) {
              distance[j] = through;
              before[j] = column;
            }
            if (nearest == NONE || isNearer(j, nearest, distance)) {
              nearest = j;
            }
          }
        }
        column = nearest;
        travelled = distance[column];
        settled[column] = true;
        row = rowOf[column];
      }
      u[start] += travelled;
      for (int j = 0; j < n; j++) {
        if (settled[j] && j != column) {
          u[rowOf[j]] += travelled - distance[j];
          v[j] -= travelled - distance[j];
        }
      }
      while (before[column] != NONE) {
        rowOf[column] = rowOf[before[column]];
        column = before[column];
      }
      rowOf[column] = start;
    }
  }
}
