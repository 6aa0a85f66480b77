package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Op;

/** Operations on each element. The result may be an operand's own memory. */
final class Elementwise {
  private Elementwise() {}

  /** y = max(x, 0); NaN stays NaN. */
  static void relu(Floats x, Floats y, long count) {
    Blocks.forEach(
        1,
        count,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          x.read(at, v, 0, length);
          relu(v, length);
          y.write(at, v, 0, length);
        });
  }

  private static void relu(float[] v, int length) {
    for (int i = 0; i < length; i++) {
      v[i] = Math.max(v[i], 0f);
    }
  }

  /** y = gelu(x); see {@link Op.Gelu.Form}. */
  static void gelu(Floats x, Op.Gelu.Form form, Floats y, long count) {
    Blocks.forEach(
        1,
        count,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          x.read(at, v, 0, length);
          Gelu.apply(form, v, length);
          y.write(at, v, 0, length);
        });
  }

  /** y = tanh(x). */
  static void tanh(Floats x, Floats y, long count) {
    Blocks.forEach(
        1,
        count,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          x.read(at, v, 0, length);
          for (int i = 0; i < length; i++) {
            v[i] = (float) Math.tanh(v[i]);
          }
          y.write(at, v, 0, length);
        });
  }

  /** y = a + b. */
  static void add(Floats a, Floats b, Floats y, long count) {
    Blocks.forEach(
        1,
        count,
        2,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          float[] w = buffers[1];
          a.read(at, v, 0, length);
          b.read(at, w, 0, length);
          add(v, w, length);
          y.write(at, v, 0, length);
        });
  }

  private static void add(float[] v, float[] w, int length) {
    for (int i = 0; i < length; i++) {
      v[i] += w[i];
    }
  }

  /** y = factor · x. */
  static void scale(Floats x, float factor, Floats y, long count) {
    Blocks.forEach(
        1,
        count,
        1,
        (row, rows, at, length, buffers) -> {
          float[] v = buffers[0];
          x.read(at, v, 0, length);
          for (int i = 0; i < length; i++) {
            v[i] *= factor;
          }
          y.write(at, v, 0, length);
        });
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
