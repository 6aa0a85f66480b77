package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.AttentionForm;
import dev.pleas.backend.tensor.SharedMemory;

/**
 * Attention by products. Scores are laid out [S, T] for each head, so that neighbouring threads,
 * one for each query, read neighbouring elements.
 *
 * @param backend has the memory
 * @param kernels compute
 * @param form the sizes
 */
record CudaAttention(CudaBackend backend, CudaKernels kernels, AttentionForm form) {
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
    try (SharedMemory<DeviceBlock> held = new SharedMemory<>(backend, wave * scores)) {
      Products.Matrices weights = new Products.Matrices(held.data().start(), scores);
      for (int head = 0; head < all; head += wave) {
        int count = Math.min(wave, all - head);
        if (form.keyWidth() == 0) {
          kernels.clear(held.data().start(), 4L * count * scores);
        } else {
          kernels.multiply(
              score,
              count,
              matrices(k, head, (long) form.keyWidth() * keys),
              matrices(q, head, (long) form.keyWidth() * queries),
              weights);
        }
        kernels.softmax(form, count, held.data());
        kernels.multiply(
            mix,
            count,
            matrices(v, head, (long) form.valueWidth() * keys),
            weights,
            matrices(y, head, (long) form.valueWidth() * queries));
      }
    }
  }

  private static Products.Matrices matrices(DeviceBlock data, int head, long step) {
    return new Products.Matrices(data.at(head * step), step);
  }
}
