package dev.pleas.cpu.tensor;

/** Moves slices along an axis: tensors are seen as [outer, length of the axis, inner]. */
final class Selection {
  private Selection() {}

  /** y[o, i, ·] = x[o, indices[i], ·]. */
  static void gather(Floats x, Floats y, long outer, int length, long inner, int[] indices) {
    long in = length * inner;
    long out = indices.length * inner;
    if (in <= Blocks.SIZE && out <= Blocks.SIZE) {
      gatherWithinBlocks(x, y, outer, (int) in, (int) out, (int) inner, indices);
      return;
    }
    Parallel.forEach(
        Math.toIntExact(outer * indices.length),
        outer * out,
        item -> {
          int i = item % indices.length;
          long o = item / indices.length;
          float[] buffer = new float[(int) Math.min(inner, Blocks.SIZE)];
          Blocks.copy(x, o * in + indices[i] * inner, y, o * out + i * inner, inner, buffer);
        });
  }

  private static void gatherWithinBlocks(
      Floats x, Floats y, long outer, int in, int out, int inner, int[] indices) {
    if (out == 0) {
      return;
    }
    float[] from = new float[in];
    float[] to = new float[out];
    for (long o = 0; o < outer; o++) {
      x.read(o * in, from, 0, in);
      for (int i = 0; i < indices.length; i++) {
        System.arraycopy(from, indices[i] * inner, to, i * inner, inner);
      }
      y.write(o * out, to, 0, out);
    }
  }

  /** y[o, start … start + length − 1, ·] = x[o, ·, ·], where y's axis has {@code total} indices. */
  static void place(
      Floats x, Floats y, long outer, long length, long inner, long start, long total) {
    float[] buffer = new float[(int) Math.min(length * inner, Blocks.SIZE)];
    for (long o = 0; o < outer && length * inner > 0; o++) {
      Blocks.copy(x, o * length * inner, y, (o * total + start) * inner, length * inner, buffer);
    }
  }
}
