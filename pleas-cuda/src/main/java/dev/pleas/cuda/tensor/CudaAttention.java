package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.AttentionForm;
import dev.pleas.backend.tensor.SharedMemory;

/**
 * Attention by products. Scores are laid out [S, T] for each head, so that neighbouring threads,
 * one for each query, read neighbouring elements.
 *
 * @param engine computes
 * @param form the sizes
 */
record CudaAttention(Engine engine, AttentionForm form) {
  /** Elements of scores held at a time, unless one head alone needs more: 64 MiB. */
  private static final long HELD = 1L << 24;

  /** Computes V·softmax(scale · KᵀQ). */
  void apply(DeviceBlock q, DeviceBlock k, DeviceBlock v, DeviceBlock y) {
    int queries = form.queries();
    int keys = form.keys();
    Products.Form score = new Products.Form(keys, queries, form.keyWidth(), true, false, false);
    Products.Form mix = new Products.Form(form.valueWidth(), queries, keys, false, false, false);
    int all = form.allHeads();
    long scores = form.scores();
    int wave = (int) Math.min(all, Math.max(1, HELD / scores));
    try (SharedMemory<DeviceBlock> held = engine.memory(wave * scores)) {
      Products.Matrices weights = new Products.Matrices(held.data().start(), scores);
      for (int head = 0; head < all; head += wave) {
        int count = Math.min(wave, all - head);
        if (form.keyWidth() == 0) {
          engine.clear(held.data().start(), 4L * count * scores);
        } else {
          engine.multiply(
              score,
              count,
              matrices(k, head, (long) form.keyWidth() * keys),
              matrices(q, head, (long) form.keyWidth() * queries),
              weights);
        }
        softmax(count, held.data());
        engine.multiply(
            mix,
            count,
            matrices(v, head, (long) form.valueWidth() * keys),
            weights,
            matrices(y, head, (long) form.valueWidth() * queries));
      }
    }
  }

  /** Turns scores [heads, S, T] into weights. */
  private void softmax(int heads, DeviceBlock scores) {
    long columns = (long) heads * form.queries();
    engine.launch(
        "softmax",
        columns,
        scores.start(),
        (float) form.scale(),
        columns,
        form.keys(),
        form.queries());
  }

  private static Products.Matrices matrices(DeviceBlock data, int head, long step) {
    return new Products.Matrices(data.at(head * step), step);
  }
}
