package dev.pleas.cpu.tensor;

import dev.pleas.backend.tensor.GramSums;
import dev.pleas.backend.tensor.SharedMemory;
import org.jspecify.annotations.Nullable;

/**
 * Cross-Gram sums. A batch is cut into chunks of samples with about a thousand positions; each
 * chunk is one product in float32, and chunks are added up in float64, in order.
 */
final class CpuGramSums<F extends Floats> implements GramSums<F> {
  /** Positions of a chunk: products are efficient from here on, and float32 sums still exact. */
  private static final long CHUNK_POSITIONS = 1024;

  /** Elements of chunk products held at a time, unless one alone needs more: 16 MiB. */
  private static final long PRODUCT_ELEMENTS = 1L << 22;

  private final CpuBackend<F> backend;
  private final int p;
  private final int q;

  /** Sums of products of two tensors, p×q. */
  private double @Nullable [] full;

  /** Sums of products of a tensor with itself; only the upper triangle counts. */
  private double @Nullable [] upper;

  CpuGramSums(CpuBackend<F> backend, int p, int q) {
    this.backend = backend;
    this.p = p;
    this.q = q;
  }

  @Override
  public void add(F left, F right, int samples, int positions) {
    boolean same = left == right;
    if (same && upper == null) {
      upper = newSum();
    } else if (!same && full == null) {
      full = newSum();
    }
    double[] sum = same ? upper : full;
    if (sum != null) {
      add(left, right, same, samples, positions, sum);
    }
  }

  private double[] newSum() {
    backend.countHostBytes(8L * p * q);
    return new double[p * q];
  }

  private void add(F a, F b, boolean same, int samples, int positions, double[] sum) {
    long together = Math.max(1, CHUNK_POSITIONS / positions);
    if (positions == 1) {
      // [N, p] is the transpose of what a product wants; no need to move anything.
      Product form = new Product(p, q, samples, true, false, false, same);
      addProducts(form, 1, new Operand<>(a, 0, 0), new Operand<>(b, 0, 0), sum);
    } else if (together == 1) {
      addProducts(
          form(positions, same),
          samples,
          new Operand<>(a, 0, (long) p * positions),
          new Operand<>(b, 0, (long) q * positions),
          sum);
    } else {
      for (int n = 0; n < samples; n += (int) together) {
        int count = (int) Math.min(together, samples - n);
        addPacked(a, b, same, n, count, positions, sum);
      }
    }
  }

  private Product form(int k, boolean same) {
    return new Product(p, q, k, false, true, false, same);
  }

  private void addPacked(
      F a, F b, boolean same, int first, int count, int positions, double[] sum) {
    Product form = form(count * positions, same);
    try (SharedMemory<F> left = pack(a, p, first, count, positions);
        SharedMemory<F> right = same ? left.share() : pack(b, q, first, count, positions)) {
      addProducts(
          form, 1, new Operand<>(left.data(), 0, 0), new Operand<>(right.data(), 0, 0), sum);
    }
  }

  /** Returns x[first … first + count − 1, ·, ·] as [channels, count·positions]. */
  private SharedMemory<F> pack(F x, int channels, int first, int count, int positions) {
    SharedMemory<F> packed = new SharedMemory<>(backend, (long) channels * count * positions);
    Parallel.forEach(
        channels,
        (long) channels * count * positions,
        c -> {
          float[] row = new float[count * positions];
          for (int n = 0; n < count; n++) {
            x.read(((long) (first + n) * channels + c) * positions, row, n * positions, positions);
          }
          packed.data().write((long) c * row.length, row, 0, row.length);
        });
    return packed;
  }

  private void addProducts(Product form, int count, Operand<F> a, Operand<F> b, double[] sum) {
    long size = (long) p * q;
    int wave = (int) Math.min(count, Math.max(1, PRODUCT_ELEMENTS / size));
    try (SharedMemory<F> products = new SharedMemory<>(backend, wave * size)) {
      for (int i = 0; i < count; i += wave) {
        int now = Math.min(wave, count - i);
        backend.multiply(
            form,
            now,
            new Operand<>(a.data(), a.at(i), a.step()),
            new Operand<>(b.data(), b.at(i), b.step()),
            new Operand<>(products.data(), 0, size));
        addUp(products.data(), now, sum);
      }
    }
  }

  private void addUp(F products, int count, double[] sum) {
    Blocks.forEach(
        1,
        sum.length,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          for (int i = 0; i < count; i++) {
            products.read((long) i * sum.length + at, v, 0, length);
            add(v, sum, (int) at, length);
          }
        });
  }

  private static void add(float[] v, double[] sum, int at, int length) {
    for (int i = 0; i < length; i++) {
      sum[at + i] += v[i];
    }
  }

  @Override
  public double[] toArray() {
    double[] values = full == null ? new double[p * q] : full.clone();
    double[] triangle = upper;
    if (triangle != null) {
      for (int i = 0; i < p; i++) {
        for (int j = i; j < p; j++) {
          double value = triangle[i * p + j];
          values[i * p + j] += value;
          if (i != j) {
            values[j * p + i] += value;
          }
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    backend.countHostBytes(-8L * p * q * ((full == null ? 0 : 1) + (upper == null ? 0 : 1)));
    full = null;
    upper = null;
  }
}
