package dev.pleas.cpu.match;

import java.util.Arrays;

/**
 * One run of LAPJV: minimise Σᵢ c[i, p[i]] over permutations p, with c[i, j] = factor·s[i, j]. The
 * phases and their names are those of Jonker and Volgenant (1987): column reduction, reduction
 * transfer, augmenting row reduction, augmentation.
 *
 * <p>Departures. (1) Column minima are found in one sweep along the rows, which is how the matrix
 * lies in memory. (2) Augmenting row reduction lets two rows bid for one column in turns, each time
 * lowering its dual variable; in floating point the decrement can round to nothing, and near ties
 * can make it tiny, so that the original loops for ever or nearly so. Here a turn goes on only when
 * the dual variable really fell, and at most {@link #MOST_BIDS}·n times; rows that lose their
 * column after that wait for augmentation, which is correct from any feasible duals. (3)
 * Augmentation settles one column at a time and finds the next one in the sweep that shortens
 * paths, as SciPy does (Crouse, <i>On implementing 2D rectangular assignment algorithms</i>, IEEE
 * Transactions on Aerospace and Electronic Systems 52, 2016); and no path is taken to be shorter
 * than one already settled, as rounding could make it seem.
 */
final class ShortestAugmentingPaths {
  private static final int NONE = -1;

  /** Bids per row and pass of augmenting row reduction, on average: keeps a pass within O(n²). */
  private static final int MOST_BIDS = 8;

  private static final int PASSES = 2;

  private final double[] s;
  private final int n;
  private final double factor;

  private final int[] columnOfRow;
  private final int[] rowOfColumn;
  private final double[] v;

  /** Rows without a column: the first {@link #freeCount} entries. */
  private final int[] free;

  private int freeCount;

  // Working space of one augmentation: a shortest path tree over columns.
  private final double[] distance;
  private final int[] predecessor;

  /** Columns: first those settled, in the order of their distance, then those still to do. */
  private final int[] columns;

  /**
   * @param s n×n, row-major; not modified
   * @param factor negative to maximise; such that no sum of 2n products overflows
   */
  ShortestAugmentingPaths(double[] s, int n, double factor) {
    this.s = s;
    this.n = n;
    this.factor = factor;
    columnOfRow = new int[n];
    rowOfColumn = new int[n];
    v = new double[n];
    free = new int[n];
    distance = new double[n];
    predecessor = new int[n];
    columns = new int[n];
  }

  /** Returns p. */
  int[] solve() {
    Arrays.fill(columnOfRow, NONE);
    Arrays.fill(rowOfColumn, NONE);
    if (n == 1) {
      columnOfRow[0] = 0;
    } else if (n > 1) {
      transferReductions(reduceColumns());
      for (int pass = 0; pass < PASSES && freeCount > 0; pass++) {
        reduceRowsAugmenting();
      }
      for (int f = 0; f < freeCount; f++) {
        augment(free[f]);
      }
    }
    return columnOfRow;
  }

  /**
   * Sets every v[j] to the least cost of column j and gives the column to the row that has it,
   * unless the row has one already.
   *
   * @return of how many columns each row has the least cost
   */
  private int[] reduceColumns() {
    int[] cheapestRow = predecessor;
    Arrays.fill(v, Double.POSITIVE_INFINITY);
    for (int i = 0; i < n; i++) {
      int row = i * n;
      for (int j = 0; j < n; j++) {
        double cost = factor * s[row + j];
        if (cost < v[j]) {
          v[j] = cost;
          cheapestRow[j] = i;
        }
      }
    }
    int[] wins = new int[n];
    for (int j = n - 1; j >= 0; j--) {
      int i = cheapestRow[j];
      if (wins[i]++ == 0) {
        columnOfRow[i] = j;
        rowOfColumn[j] = i;
      }
    }
    return wins;
  }

  /** Lowers v of a row's only column until the row is indifferent to its second choice. */
  private void transferReductions(int[] wins) {
    for (int i = 0; i < n; i++) {
      if (wins[i] == 0) {
        free[freeCount++] = i;
      } else if (wins[i] == 1) {
        int own = columnOfRow[i];
        int row = i * n;
        double second = Double.POSITIVE_INFINITY;
        for (int j = 0; j < n; j++) {
          double reduced = factor * s[row + j] - v[j];
          if (reduced < second && j != own) {
            second = reduced;
          }
        }
        v[own] -= second;
      }
    }
  }

  /** Every free row takes its best column, lowering its v; whoever held it takes its turn. */
  private void reduceRowsAugmenting() {
    int waiting = freeCount;
    long bidsLeft = (long) MOST_BIDS * n;
    freeCount = 0;
    int k = 0;
    // Ends: k grows by one in every turn but those that lower a dual variable, which are counted.
    while (k < waiting) {
      int i = free[k++];
      int row = i * n;
      double least = factor * s[row] - v[0];
      double second = Double.POSITIVE_INFINITY;
      int best = 0;
      int next = NONE;
      for (int j = 1; j < n; j++) {
        double reduced = factor * s[row + j] - v[j];
        if (reduced < second) {
          if (reduced < least) {
            second = least;
            next = best;
            least = reduced;
            best = j;
          } else {
            second = reduced;
            next = j;
          }
        }
      }
      boolean tie = !(least < second);
      double lowered = v[best] - (second - least);
      boolean bid = !tie && lowered < v[best] && bidsLeft-- > 0;
      if (bid) {
        v[best] = lowered;
      } else if (tie && rowOfColumn[best] != NONE) {
        best = next;
      }
      int loser = rowOfColumn[best];
      rowOfColumn[best] = i;
      columnOfRow[i] = best;
      if (loser != NONE) {
        columnOfRow[loser] = NONE;
        if (bid) {
          free[--k] = loser;
        } else {
          free[freeCount++] = loser;
        }
      }
    }
  }

  /** Matches one more row along a shortest alternating path (Dijkstra over reduced costs). */
  private void augment(int start) {
    for (int j = 0; j < n; j++) {
      distance[j] = Double.POSITIVE_INFINITY;
      columns[j] = j;
    }
    int settled = 0;
    int i = start;
    double shift = 0;
    // Reduced costs of the first row may be negative: only differences of lengths matter.
    double minimum = Double.NEGATIVE_INFINITY;
    int column;
    while (true) {
      int at = relax(i, shift, minimum, settled);
      column = columns[at];
      columns[at] = columns[settled];
      columns[settled++] = column;
      minimum = distance[column];
      i = rowOfColumn[column];
      if (i == NONE) {
        break;
      }
      shift = factor * s[i * n + column] - v[column] - minimum;
    }
    for (int k = 0; k < settled; k++) {
      int j = columns[k];
      v[j] += distance[j] - minimum;
    }
    flip(start, column);
  }

  /**
   * Shortens the paths to unsettled columns by going through row i.
   *
   * @param shift what to subtract from the reduced costs of the row to get lengths of paths
   * @param minimum the length of the longest settled path
   * @return where in {@link #columns} the nearest unsettled one is; of several a free one
   */
  private int relax(int i, double shift, double minimum, int settled) {
    int row = i * n;
    double nearest = Double.POSITIVE_INFINITY;
    int at = settled;
    for (int k = settled; k < n; k++) {
      int j = columns[k];
      double length = factor * s[row + j] - v[j] - shift;
      if (length < distance[j]) {
        distance[j] = Math.max(length, minimum);
        predecessor[j] = i;
      }
      double d = distance[j];
      if (d <= nearest && (d < nearest || rowOfColumn[j] == NONE)) {
        nearest = d;
        at = k;
      }
    }
    return at;
  }

  /** Exchanges matched and unmatched edges on the path that ends in a free column. */
  private void flip(int start, int end) {
    int j = end;
    int i;
    do {
      i = predecessor[j];
      rowOfColumn[j] = i;
      int freed = columnOfRow[i];
      columnOfRow[i] = j;
      j = freed;
    } while (i != start);
  }
}
