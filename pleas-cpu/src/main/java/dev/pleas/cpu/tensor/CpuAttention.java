package dev.pleas.cpu.tensor;

import dev.pleas.backend.tensor.AttentionForm;
import dev.pleas.backend.tensor.SharedMemory;

/**
 * Attention by products.
 *
 * @param backend multiplies
 * @param form the sizes
 */
record CpuAttention<F extends Floats>(CpuBackend<F> backend, AttentionForm form) {
  /** Elements of scores held at a time, unless one for each thread are more: 4 MiB. */
  private static final long HELD = 1L << 20;

  /**
   * Computes softmax(scale · QᵀK) and multiplies V with it. All heads of all samples lie one after
   * another, and as many at a time as stay in the cache are products of one batch.
   *
   * @param q [N, heads·d, T]
   * @param k [N, heads·d, S]
   * @param v [N, heads·e, S]
   * @param y gets [N, heads·e, T]; not empty
   */
  void apply(F q, F k, F v, F y) {
    int queries = form.queries();
    int keys = form.keys();
    int keyWidth = form.keyWidth();
    int valueWidth = form.valueWidth();
    Product score = new Product(queries, keys, keyWidth, true, false, false, false);
    Product mix = new Product(valueWidth, queries, keys, false, true, false, false);
    int all = form.allHeads();
    long scores = form.scores();
    int wave = (int) Math.min(all, Math.max(Parallel.threads(), HELD / scores));
    try (SharedMemory<F> held = new SharedMemory<>(backend, wave * scores)) {
      Operand<F> weights = new Operand<>(held.data(), 0, scores);
      for (int head = 0; head < all; head += wave) {
        int count = Math.min(wave, all - head);
        if (keyWidth == 0) {
          Elementwise.fill(new float[1], held.data(), count, scores);
        } else {
          Operand<F> a = operand(q, head, (long) keyWidth * queries);
          Operand<F> b = operand(k, head, (long) keyWidth * keys);
          backend.multiply(score, count, a, b, weights);
        }
        softmax(held.data(), (long) count * queries);
        Operand<F> c = operand(y, head, (long) valueWidth * queries);
        backend.multiply(mix, count, operand(v, head, (long) valueWidth * keys), weights, c);
      }
    }
  }

  private static <F extends Floats> Operand<F> operand(F data, int head, long step) {
    return new Operand<>(data, head * step, step);
  }

  /** Turns each row of scores into weights that add up to 1. */
  private void softmax(Floats scores, long rows) {
    int keys = form.keys();
    int perItem = Math.max(1, Blocks.SIZE / keys);
    Parallel.forEach(
        Math.toIntExact((rows + perItem - 1) / perItem),
        rows * keys,
        item -> {
          long row = (long) item * perItem;
          float[] v = new float[(int) Math.min(perItem, rows - row) * keys];
          scores.read(row * keys, v, 0, v.length);
          for (int at = 0; at < v.length; at += keys) {
            softmax(v, at);
          }
          scores.write(row * keys, v, 0, v.length);
        });
  }

  private void softmax(float[] v, int from) {
    int keys = form.keys();
    double scale = form.scale();
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + keys; i++) {
      largest = Math.max(largest, scale * v[i]);
    }
    double sum = 0;
    for (int i = from; i < from + keys; i++) {
      double weight = Math.exp(scale * v[i] - largest);
      v[i] = (float) weight;
      sum += weight;
    }
    for (int i = from; i < from + keys; i++) {
      v[i] = (float) (v[i] / sum);
    }
  }
}
