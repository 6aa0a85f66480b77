package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Op;

/** Operations on each element. The result may be an operand's own memory. */
final class Elementwise {
  private Elementwise() {}

  /** Changes the first {@code length} elements of a block. */
  private interface Change {
    void apply(float[] v, int length);
  }

  /** Changes the first {@code length} elements of a block by those of another. */
  private interface Combination {
    void apply(float[] v, float[] w, int length);
  }

  private static void each(Floats x, Floats y, long count, Change change) {
    Blocks.forEach(
        1,
        count,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          x.read(at, v, 0, length);
          change.apply(v, length);
          y.write(at, v, 0, length);
        });
  }

  private static void pairs(Floats a, Floats b, Floats y, long count, Combination combination) {
    Blocks.forEach(
        1,
        count,
        2,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          float[] w = buffers[1];
          a.read(at, v, 0, length);
          b.read(at, w, 0, length);
          combination.apply(v, w, length);
          y.write(at, v, 0, length);
        });
  }

  /** y = max(x, 0); NaN stays NaN. */
  static void relu(Floats x, Floats y, long count) {
    each(x, y, count, Elementwise::relu);
  }

  private static void relu(float[] v, int length) {
    for (int i = 0; i < length; i++) {
      v[i] = Math.max(v[i], 0f);
    }
  }

  /** y = min(max(x, low), high); NaN stays NaN. */
  static void clip(Floats x, float low, float high, Floats y, long count) {
    each(x, y, count, (v, length) -> clip(v, length, low, high));
  }

  private static void clip(float[] v, int length, float low, float high) {
    for (int i = 0; i < length; i++) {
      v[i] = Math.min(Math.max(v[i], low), high);
    }
  }

  /** y = gelu(x); see {@link Op.Gelu.Form}. */
  static void gelu(Floats x, Op.Gelu.Form form, Floats y, long count) {
    each(x, y, count, (v, length) -> Gelu.apply(form, v, length));
  }

  /** y = tanh(x). */
  static void tanh(Floats x, Floats y, long count) {
    each(x, y, count, Elementwise::tanh);
  }

  private static void tanh(float[] v, int length) {
    for (int i = 0; i < length; i++) {
      v[i] = (float) Math.tanh(v[i]);
    }
  }

  /** y = 1 / (1 + exp(−x)). */
  static void sigmoid(Floats x, Floats y, long count) {
    each(x, y, count, Elementwise::sigmoid);
  }

  private static void sigmoid(float[] v, int length) {
    for (int i = 0; i < length; i++) {
      v[i] = (float) (1 / (1 + Math.exp(-(double) v[i])));
    }
  }

  /** y = a + b. */
  static void add(Floats a, Floats b, Floats y, long count) {
    pairs(a, b, y, count, Elementwise::add);
  }

  private static void add(float[] v, float[] w, int length) {
    for (int i = 0; i < length; i++) {
      v[i] += w[i];
    }
  }

  /** y = a · b. */
  static void multiply(Floats a, Floats b, Floats y, long count) {
    pairs(a, b, y, count, Elementwise::multiply);
  }

  private static void multiply(float[] v, float[] w, int length) {
    for (int i = 0; i < length; i++) {
      v[i] *= w[i];
    }
  }

  /** y = factor · x. */
  static void scale(Floats x, float factor, Floats y, long count) {
    each(x, y, count, (v, length) -> scale(v, length, factor));
  }

  private static void scale(float[] v, int length, float factor) {
    for (int i = 0; i < length; i++) {
      v[i] *= factor;
    }
  }

  /**
   * y[n, c, l] = x[n, c, l]·scale[c] + shift[c].
   *
   * @param samples N
   * @param positions L
   */
  static void affine(
      Floats x, float[] scale, float[] shift, Floats y, int samples, long positions) {
    int channels = scale.length;
    Blocks.forEach(
        (long) samples * channels,
        positions,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          x.read(at, v, 0, rows * length);
          for (int r = 0; r < rows; r++) {
            int c = (int) ((row + r) % channels);
            affine(v, r * length, length, scale[c], shift[c]);
          }
          y.write(at, v, 0, rows * length);
        });
  }

  private static void affine(float[] v, int from, int length, float scale, float shift) {
    int end = from + length;
    for (int i = from; i < end; i++) {
      v[i] = v[i] * scale + shift;
    }
  }

  /** y[n, c, l] = value[c]. */
  static void fill(float[] value, Floats y, int samples, long positions) {
    Blocks.forEach(
        (long) samples * value.length,
        positions,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          for (int r = 0; r < rows; r++) {
            int c = (int) ((row + r) % value.length);
            java.util.Arrays.fill(v, r * length, (r + 1) * length, value[c]);
          }
          y.write(at, v, 0, rows * length);
        });
  }
}
