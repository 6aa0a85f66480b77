package com.example.pleas;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Arrays;

/**
 * The Hungarian algorithm: rows are matched one after another, each along the shortest path of
 * exchanges. Dual variables u, v keep every cost[i][j] − u[i] − v[j] at 0 or above, and at 0 on the
 * matching, which proves it optimal.
 */
final class HungarianMatcher implements Matcher {
  private static final int NONE = -1;

  @Override
  public Permutation match(Matrix similarity) {
    int n = similarity.rows();
    double[][] cost = costs(similarity);
    double[] u = new double[n];
    double[] v = new double[n];
    int[] rowOf = new int[n]; // by column
    int[] columnOf = new int[n]; // by row
    Arrays.fill(rowOf, NONE);
    Arrays.fill(columnOf, NONE);
    double[] length = new double[n]; // of the shortest path to a column
    int[] from = new int[n]; // the row before a column on that path
    boolean[] settled = new boolean[n];

    for (int start = 0; start < n; start++) {
      u[start] = Arrays.stream(cost[start]).min().orElse(0);
      // Dijkstra, from the row to match to the nearest column that is free.
      Arrays.fill(length, Double.POSITIVE_INFINITY);
      Arrays.fill(settled, false);
      int row = start;
      int column = NONE;
      double shortest = 0;
      while (row != NONE) {
        int nearest = NONE;
        for (int j = 0; j < n; j++) {
          if (!settled[j]) {
            // Rounding must not make a path shorter than its beginning.
            double through = shortest + Math.max(0, cost[row][j] - u[row] - v[j]);
            if (through < length[j]) {
              length[j] = through;
              from[j] = row;
            }
            // Of several nearest columns one that is free ends the path at once.
            if (nearest == NONE
                || length[j] < length[nearest]
                || (length[j] == length[nearest] && rowOf[j] == NONE)) {
              nearest = j;
            }
          }
        }
        column = nearest;
        settled[column] = true;
        shortest = length[column];
        row = rowOf[column];
      }
      // What was passed gets cheaper by what the whole path is longer.
      u[start] += shortest;
      for (int j = 0; j < n; j++) {
        if (settled[j] && rowOf[j] != NONE) {
          u[rowOf[j]] += shortest - length[j];
          v[j] -= shortest - length[j];
        }
      }
      // Exchange along the path, backwards from its end.
      while (column != NONE) {
        row = from[column];
        rowOf[column] = row;
        int left = columnOf[row];
        columnOf[row] = column;
        column = row == start ? NONE : left;
      }
    }
    return Permutation.of(columnOf);
  }

  /** Returns −S, which is to be minimised. */
  private static double[][] costs(Matrix similarity) {
    int n = similarity.rows();
    if (similarity.columns() != n) {
      throw new IllegalArgumentException("similarity is a " + similarity + ": it must be square");
    }
    int wrong = similarity.firstNonFinite();
    if (wrong >= 0) {
      throw new IllegalArgumentException(
          "similarity[%d, %d] = %s: it must be finite"
              .formatted(wrong / n, wrong % n, similarity.values()[wrong]));
    }
    double largest = Arrays.stream(similarity.values()).map(Math::abs).max().orElse(0);
    double unit = largest > 0x1p960 ? 0x1p-64 : 1; // so that sums do not overflow
    double[][] cost = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        cost[i][j] = -unit * similarity.get(i, j);
      }
    }
    return cost;
  }
}
