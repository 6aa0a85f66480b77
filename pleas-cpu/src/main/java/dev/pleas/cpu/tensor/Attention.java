package dev.pleas.cpu.tensor;

/**
 * The sizes of an attention that has been checked.
 *
 * @param samples N
 * @param heads how many
 * @param keyWidth d, channels of queries and keys per head
 * @param valueWidth e, channels of values per head
 * @param queries T
 * @param keys S
 * @param scale of the scores
 */
record Attention(
    int samples, int heads, int keyWidth, int valueWidth, int queries, int keys, double scale) {
  /** Elements of scores that are held at a time, where a sample has no more. */
  private static final long HELD = 1 << 22;

  /**
   * Computes softmax(scale · QᵀK) and multiplies V with it, for as many samples at a time as fit.
   *
   * @param y gets [N, heads·e, T]
   */
  <F extends Floats> void apply(CpuBackend<F> backend, F q, F k, F v, F y) {
    long scores = (long) queries * keys;
    int step = (int) Math.max(1, Math.min(samples, HELD / Math.max(1, heads * scores)));
    try (Memory<F> held = new Memory<>(backend, step * heads * scores)) {
      for (int n = 0; n < samples; n += step) {
        int count = Math.min(step, samples - n) * heads;
        long first = (long) n * heads;
        Operand<F> weights = new Operand<>(held.data(), 0, scores);
        backend.multiply(
            new Product(queries, keys, keyWidth, true, false, false, false),
            count,
            operand(q, first, (long) keyWidth * queries),
            operand(k, first, (long) keyWidth * keys),
            weights);
        softmax(held.data(), Math.multiplyExact(count, queries));
        backend.multiply(
            new Product(valueWidth, queries, keys, false, true, false, false),
            count,
            operand(v, first, (long) valueWidth * keys),
            weights,
            operand(y, first, (long) valueWidth * queries));
      }
    }
  }

  private static <F extends Floats> Operand<F> operand(F data, long first, long step) {
    return new Operand<>(data, first * step, step);
  }

  /** Turns each row of scores into weights that add up to 1. */
  private void softmax(Floats rows, int count) {
    Parallel.forEach(
        count,
        32L * count * keys,
        row -> {
          float[] v = new float[keys];
          rows.read((long) row * keys, v, 0, keys);
          softmax(v);
          rows.write((long) row * keys, v, 0, keys);
        });
  }

  private void softmax(float[] v) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float score : v) {
      largest = Math.max(largest, scale * score);
    }
    double sum = 0;
    for (int s = 0; s < v.length; s++) {
      double weight = Math.exp(scale * v[s] - largest);
      v[s] = (float) weight;
      sum += weight;
    }
    for (int s = 0; s < v.length; s++) {
      v[s] = (float) (v[s] / sum);
    }
  }
}
