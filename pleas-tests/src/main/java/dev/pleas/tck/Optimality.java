package dev.pleas.tck;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Judges a matching from outside. Row i that gives up its own column for that of row j changes the
 * total by S[i, p[j]] − S[i, p[i]]; a matching is optimal if and only if no cycle of such changes
 * gains. Path lengths from all rows at once (Bellman and Ford) either settle, and are then dual
 * variables that prove the matching optimal, or close a cycle that proves it is not, and by how
 * much.
 */
final class Optimality {
  private static final int NONE = -1;
  private static final int MOST_NAMED = 6;

  private final Matrix similarity;
  private final int[] column;
  private final double slack;
  private final double[] length;
  private final int[] predecessor;

  private Optimality(Matrix similarity, Permutation matching, double slack) {
    this.similarity = similarity;
    this.column = matching.toArray();
    this.slack = slack;
    length = new double[column.length];
    predecessor = new int[column.length];
    Arrays.fill(predecessor, NONE);
  }

  /**
   * Returns what rounding in float64 may cost an exact algorithm per reduced cost: each of its two
   * dual variables, which are of the size of the entries, is changed up to n times and rounds each
   * time.
   */
  static double rounding(Matrix similarity) {
    double largest = 0;
    for (double value : similarity.values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return 2 * similarity.rows() * Math.ulp(4 * largest);
  }

  /**
   * Fails unless the matching is optimal.
   *
   * @param what the matrix, in words
   * @param similarity S, n×n; sums of 2n entries must not overflow
   * @param slack 0 where sums and differences of entries are exact; otherwise {@link #rounding}:
   *     only cycles that gain more than this count
   */
  static void require(String what, Matrix similarity, Permutation matching, double slack) {
    improvement(similarity, matching, slack)
        .ifPresent(
            better -> {
              throw new AssertionError(what + ": the matching is not optimal: " + better);
            });
  }

  /** Returns what would be better and by how much, or nothing where the matching is optimal. */
  static Optional<String> improvement(Matrix similarity, Permutation matching, double slack) {
    Optimality optimality = new Optimality(similarity, matching, slack);
    List<Integer> cycle = optimality.improvingCycle();
    return cycle.isEmpty() ? Optional.empty() : Optional.of(optimality.name(cycle));
  }

  /** Returns rows of which each takes the column of the next, and the last that of the first. */
  private List<Integer> improvingCycle() {
    int n = column.length;
    boolean[] changed = new boolean[n];
    Arrays.fill(changed, true);
    boolean any = n > 0;
    while (any) {
      any = false;
      for (int i = 0; i < n; i++) {
        if (changed[i]) {
          changed[i] = false;
          any |= relax(i, changed);
        }
      }
      List<Integer> cycle = cycleOfPredecessors();
      if (!cycle.isEmpty()) {
        return cycle;
      }
    }
    return List.of();
  }

  /** Shortens the paths that go on from row i. */
  private boolean relax(int i, boolean[] changed) {
    int n = column.length;
    double[] s = similarity.values();
    double start = length[i] + s[i * n + column[i]];
    boolean any = false;
    for (int j = 0; j < n; j++) {
      double through = start - s[i * n + column[j]];
      if (j != i && through < length[j] - slack) {
        length[j] = through;
        predecessor[j] = i;
        changed[j] = true;
        any = true;
      }
    }
    return any;
  }

  private List<Integer> cycleOfPredecessors() {
    int n = column.length;
    int[] visitedFrom = new int[n];
    Arrays.fill(visitedFrom, NONE);
    for (int start = 0; start < n; start++) {
      int row = start;
      while (row != NONE && visitedFrom[row] == NONE) {
        visitedFrom[row] = start;
        row = predecessor[row];
      }
      if (row != NONE && visitedFrom[row] == start) {
        List<Integer> cycle = new ArrayList<>();
        int at = row;
        do {
          cycle.add(at);
          at = predecessor[at];
        } while (at != row);
        Collections.reverse(cycle);
        return cycle;
      }
    }
    return List.of();
  }

  private String name(List<Integer> cycle) {
    BigDecimal gain = BigDecimal.ZERO;
    StringBuilder text = new StringBuilder("giving ");
    for (int k = 0; k < cycle.size(); k++) {
      int row = cycle.get(k);
      int takes = column[cycle.get((k + 1) % cycle.size())];
      gain =
          gain.add(new BigDecimal(similarity.get(row, takes)))
              .subtract(new BigDecimal(similarity.get(row, column[row])));
      if (k < MOST_NAMED) {
        text.append(k == 0 ? "" : ", ").append("row ").append(row);
        text.append(" column ").append(takes);
      } else if (k == MOST_NAMED) {
        text.append(", … (").append(cycle.size()).append(" rows)");
      }
    }
    return text + " gains " + gain.round(new MathContext(4)).doubleValue() + " in total";
  }
}
