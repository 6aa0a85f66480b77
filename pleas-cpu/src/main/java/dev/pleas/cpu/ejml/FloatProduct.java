package dev.pleas.cpu.ejml;

import dev.pleas.cpu.tensor.Operand;
import dev.pleas.cpu.tensor.Parallel;
import dev.pleas.cpu.tensor.Product;
import java.util.Arrays;

/**
 * Products of float32 matrices in Java arrays.
 *
 * <p>EJML's own float products are loops over several places of one array, which the HotSpot
 * compiler does not turn into vector instructions. Here panels of B are copied to one array per
 * row, so that the inner loop runs over distinct arrays with one index; it is vectorised, and about
 * five times as fast. Every element of C is summed in order of the inner index, whatever thread
 * does it.
 */
final class FloatProduct {
  /** Columns of a panel of B. */
  private static final int TILE = 512;

  /** Rows of a panel of B; a panel fits into the second-level cache. */
  private static final int DEPTH = 128;

  /** Rows of C that one unit of work has at least. */
  private static final int ROWS = 32;

  /** Up to this many columns of C vectors do not pay, and elements are computed 4×4 at a time. */
  private static final int NARROW = 32;

  private final Product form;
  private final Operand<HeapFloats> a;
  private final Operand<HeapFloats> b;
  private final Operand<HeapFloats> c;
  private final int tiles;
  private final int rowBlocks;

  private FloatProduct(
      Product form,
      int count,
      Operand<HeapFloats> a,
      Operand<HeapFloats> b,
      Operand<HeapFloats> c) {
    this.form = form;
    this.a = a;
    this.b = b;
    this.c = c;
    tiles = Math.max(1, (form.n() + TILE - 1) / TILE);
    long wanted = 8L * Parallel.threads() / ((long) tiles * count) + 1;
    rowBlocks = (int) Math.max(1, Math.min(wanted, form.m() / ROWS));
  }

  /** Computes the products; see {@link dev.pleas.cpu.tensor.CpuBackend}. */
  static void multiply(
      Product form,
      int count,
      Operand<HeapFloats> a,
      Operand<HeapFloats> b,
      Operand<HeapFloats> c) {
    new FloatProduct(form, count, a, b, c).run(count);
  }

  private void run(int count) {
    int units = Math.multiplyExact(count, Math.multiplyExact(tiles, rowBlocks));
    int items = Math.min(units, 4 * Parallel.threads());
    Parallel.forEach(
        items,
        count * form.multiplications(),
        item -> {
          Panel panel = new Panel(Math.min(DEPTH, form.k()), (form.n() + tiles - 1) / tiles);
          int end = (int) ((item + 1L) * units / items);
          for (int unit = (int) ((long) item * units / items); unit < end; unit++) {
            run(unit / (tiles * rowBlocks), unit / rowBlocks % tiles, unit % rowBlocks, panel);
          }
        });
  }

  private void run(int product, int tile, int rowBlock, Panel panel) {
    int fromRow = (int) ((long) rowBlock * form.m() / rowBlocks);
    int toRow = (int) ((rowBlock + 1L) * form.m() / rowBlocks);
    int fromColumn = (int) ((long) tile * form.n() / tiles);
    int toColumn = (int) ((tile + 1L) * form.n() / tiles);
    if (form.upper()) {
      // Rows below the last column have nothing in the upper triangle.
      toRow = Math.min(toRow, toColumn);
    }
    if (fromRow >= toRow) {
      return;
    }
    int aAt = Math.toIntExact(a.at(product));
    int bAt = Math.toIntExact(b.at(product));
    int cAt = Math.toIntExact(c.at(product));
    if (form.n() <= NARROW) {
      narrow(aAt, bAt, cAt, fromRow, toRow);
    } else {
      wide(aAt, bAt, cAt, fromRow, toRow, fromColumn, toColumn, panel);
    }
  }

  /** What a thread needs to multiply: rows of B, one row of C. */
  private static final class Panel {
    final float[][] rows;
    final float[] sum;

    Panel(int depth, int width) {
      rows = new float[depth][width];
      sum = new float[width];
    }
  }

  private void wide(
      int aAt,
      int bAt,
      int cAt,
      int fromRow,
      int toRow,
      int fromColumn,
      int toColumn,
      Panel panel) {
    int width = toColumn - fromColumn;
    float[] cv = c.data().values();
    float[] sum = panel.sum;
    for (int p0 = 0; p0 < form.k(); p0 += DEPTH) {
      int depth = Math.min(DEPTH, form.k() - p0);
      copyPanel(bAt, p0, depth, fromColumn, width, panel.rows);
      for (int i = fromRow; i < toRow; i++) {
        int at = cAt + i * form.n() + fromColumn;
        if (p0 == 0 && !form.accumulate()) {
          Arrays.fill(sum, 0, width, 0f);
        } else {
          System.arraycopy(cv, at, sum, 0, width);
        }
        addRow(aAt, i, p0, depth, width, panel);
        System.arraycopy(sum, 0, cv, at, width);
      }
    }
  }

  private void copyPanel(int bAt, int p0, int depth, int fromColumn, int width, float[][] rows) {
    float[] bv = b.data().values();
    if (form.transposedB()) {
      for (int j = 0; j < width; j++) {
        int at = bAt + (fromColumn + j) * form.k() + p0;
        for (int p = 0; p < depth; p++) {
          rows[p][j] = bv[at + p];
        }
      }
    } else {
      for (int p = 0; p < depth; p++) {
        System.arraycopy(bv, bAt + (p0 + p) * form.n() + fromColumn, rows[p], 0, width);
      }
    }
  }

  /** sum += A[i, p0 … p0 + depth − 1] · panel. */
  private void addRow(int aAt, int i, int p0, int depth, int width, Panel panel) {
    float[] av = a.data().values();
    int step = form.transposedA() ? form.m() : 1;
    int at = form.transposedA() ? aAt + p0 * step + i : aAt + i * form.k() + p0;
    float[][] rows = panel.rows;
    int p = 0;
    for (; p + 3 < depth; p += 4, at += 4 * step) {
      add4(
          av[at],
          av[at + step],
          av[at + 2 * step],
          av[at + 3 * step],
          rows[p],
          rows[p + 1],
          rows[p + 2],
          rows[p + 3],
          panel.sum,
          width);
    }
    for (; p < depth; p++, at += step) {
      add1(av[at], rows[p], panel.sum, width);
    }
  }

  private static void add4(
      float x0,
      float x1,
      float x2,
      float x3,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      float[] sum,
      int width) {
    for (int j = 0; j < width; j++) {
      sum[j] += x0 * b0[j] + x1 * b1[j] + (x2 * b2[j] + x3 * b3[j]);
    }
  }

  private static void add1(float x, float[] b, float[] sum, int width) {
    for (int j = 0; j < width; j++) {
      sum[j] += x * b[j];
    }
  }

  private void narrow(int aAt, int bAt, int cAt, int fromRow, int toRow) {
    for (int i = fromRow; i < toRow; i += 4) {
      for (int j = 0; j < form.n(); j += 4) {
        if (i + 4 <= toRow && j + 4 <= form.n()) {
          block4(aAt, bAt, cAt, i, j);
        } else {
          for (int r = i; r < Math.min(i + 4, toRow); r++) {
            for (int s = j; s < Math.min(j + 4, form.n()); s++) {
              element(aAt, bAt, cAt, r, s);
            }
          }
        }
      }
    }
  }

  private void element(int aAt, int bAt, int cAt, int i, int j) {
    float[] av = a.data().values();
    float[] bv = b.data().values();
    int aStep = form.transposedA() ? form.m() : 1;
    int bStep = form.transposedB() ? 1 : form.n();
    int aRow = aAt + i * (form.transposedA() ? 1 : form.k());
    int bColumn = bAt + j * (form.transposedB() ? form.k() : 1);
    float sum = 0;
    for (int p = 0; p < form.k(); p++) {
      sum += av[aRow + p * aStep] * bv[bColumn + p * bStep];
    }
    put(cAt + i * form.n() + j, sum);
  }

  private void put(int at, float sum) {
    float[] cv = c.data().values();
    cv[at] = form.accumulate() ? cv[at] + sum : sum;
  }

  /** Elements (i … i+3, j … j+3) of C in sixteen local variables, which become registers. */
  private void block4(int aAt, int bAt, int cAt, int i, int j) {
    float[] av = a.data().values();
    float[] bv = b.data().values();
    int aStep = form.transposedA() ? form.m() : 1;
    int bStep = form.transposedB() ? 1 : form.n();
    int aNext = form.transposedA() ? 1 : form.k();
    int bNext = form.transposedB() ? form.k() : 1;
    int x = aAt + i * aNext;
    int y = bAt + j * bNext;
    float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
    float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
    float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
    float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
    for (int p = 0; p < form.k(); p++, x += aStep, y += bStep) {
      float a0 = av[x], a1 = av[x + aNext], a2 = av[x + 2 * aNext], a3 = av[x + 3 * aNext];
      float b0 = bv[y], b1 = bv[y + bNext], b2 = bv[y + 2 * bNext], b3 = bv[y + 3 * bNext];
      c00 += a0 * b0;
      c01 += a0 * b1;
      c02 += a0 * b2;
      c03 += a0 * b3;
      c10 += a1 * b0;
      c11 += a1 * b1;
      c12 += a1 * b2;
      c13 += a1 * b3;
      c20 += a2 * b0;
      c21 += a2 * b1;
      c22 += a2 * b2;
      c23 += a2 * b3;
      c30 += a3 * b0;
      c31 += a3 * b1;
      c32 += a3 * b2;
      c33 += a3 * b3;
    }
    putRow(cAt, i, j, c00, c01, c02, c03);
    putRow(cAt, i + 1, j, c10, c11, c12, c13);
    putRow(cAt, i + 2, j, c20, c21, c22, c23);
    putRow(cAt, i + 3, j, c30, c31, c32, c33);
  }

  private void putRow(int cAt, int i, int j, float v0, float v1, float v2, float v3) {
    int at = cAt + i * form.n() + j;
    put(at, v0);
    put(at + 1, v1);
    put(at + 2, v2);
    put(at + 3, v3);
  }
}
