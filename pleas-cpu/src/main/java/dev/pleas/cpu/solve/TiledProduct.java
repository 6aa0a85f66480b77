package dev.pleas.cpu.solve;

import dev.pleas.backend.cholesky.PanelProduct;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The product in plain Java: tiles of X that stay in cache, four of its rows at a time, on all
 * cores. Every element is added up in the same order whatever the number of cores.
 */
final class TiledProduct implements PanelProduct {
  private static final int ROWS = 16;
  private static final int TILE_ROWS = 64;
  private static final int TILE_COLUMNS = 512;

  private final double[] x;
  private final int p;
  private final int q;

  /**
   * @param x p×q, row-major; not modified
   */
  TiledProduct(double[] x, int p, int q) {
    this.x = x;
    this.p = p;
    this.q = q;
  }

  @Override
  public void multiply(double[] a, int first, int rows, double[] out) {
    Arrays.fill(out, 0, rows * q, 0);
    IntStream.range(0, (rows + ROWS - 1) / ROWS)
        .parallel()
        .forEach(
            block -> {
              int from = block * ROWS;
              multiplyBlock(a, first, from, Math.min(from + ROWS, rows), out);
            });
  }

  private void multiplyBlock(double[] a, int first, int from, int to, double[] out) {
    for (int j = 0; j < q; j += TILE_COLUMNS) {
      int width = Math.min(TILE_COLUMNS, q - j);
      for (int k = 0; k < p; k += TILE_ROWS) {
        int depth = Math.min(TILE_ROWS, p - k);
        for (int i = from; i < to; i++) {
          multiplyTile(a, (first + i) * p + k, depth, k * q + j, out, i * q + j, width);
        }
      }
    }
  }

  /** Adds one row of A, {@code depth} long, times a tile of X to a piece of a row of the result. */
  private void multiplyTile(
      double[] a, int atA, int depth, int atX, double[] out, int atOut, int width) {
    int k = 0;
    int x0 = atX;
    for (; k + 3 < depth; k += 4, x0 += 4 * q) {
      double a0 = a[atA + k];
      double a1 = a[atA + k + 1];
      double a2 = a[atA + k + 2];
      double a3 = a[atA + k + 3];
      int x1 = x0 + q;
      int x2 = x1 + q;
      int x3 = x2 + q;
      for (int j = 0; j < width; j++) {
        out[atOut + j] += a0 * x[x0 + j] + a1 * x[x1 + j] + a2 * x[x2 + j] + a3 * x[x3 + j];
      }
    }
    for (; k < depth; k++, x0 += q) {
      double a0 = a[atA + k];
      for (int j = 0; j < width; j++) {
        out[atOut + j] += a0 * x[x0 + j];
      }
    }
  }

  @Override
  public void close() {}
}
