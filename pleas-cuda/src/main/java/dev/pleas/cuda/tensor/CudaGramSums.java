package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.GramSums;
import dev.pleas.backend.tensor.SharedMemory;
import jcuda.driver.CUdeviceptr;

/**
 * Cross-Gram sums on a GPU. A batch is cut into chunks of about a thousand positions; each is one
 * product in float32, and chunks are added up in float64, in order. On every card that is limited
 * by reading the products from memory, also where float64 is computed at 1/64 of the speed of
 * float32, so there is no need of compensated sums in float32.
 */
final class CudaGramSums implements GramSums<DeviceBlock> {
  /** Positions of a chunk: products are efficient from here on, and float32 sums still exact. */
  private static final int CHUNK_POSITIONS = 1024;

  /** Elements of chunk products held at a time, unless one alone needs more: 64 MiB. */
  private static final long PRODUCT_ELEMENTS = 1L << 24;

  private final Engine engine;
  private final int p;
  private final int q;

  /** p×q float64 numbers. */
  private final SharedMemory<DeviceBlock> sums;

  CudaGramSums(Engine engine, int p, int q) {
    this.engine = engine;
    this.p = p;
    this.q = q;
    this.sums = engine.zeros((long) p * q);
  }

  @Override
  public void add(DeviceBlock a, DeviceBlock b, int samples, int positions) {
    if (positions == 1) {
      addRows(a, b, samples);
      return;
    }
    int together = Math.min(samples, Math.max(1, CHUNK_POSITIONS / positions));
    int chunks = samples / together;
    int packed = chunks * together;
    addChunks(a, b, 0, chunks, together, positions);
    if (packed < samples) {
      addChunks(a, b, packed, 1, samples - packed, positions);
    }
  }

  /** Rows [N, p] and [N, q] are what products want; no need to move anything. */
  private void addRows(DeviceBlock a, DeviceBlock b, int samples) {
    int chunks = samples / CHUNK_POSITIONS;
    int whole = chunks * CHUNK_POSITIONS;
    if (chunks > 0) {
      addRows(a, b, 0, chunks, CHUNK_POSITIONS);
    }
    if (whole < samples) {
      addRows(a, b, whole, 1, samples - whole);
    }
  }

  private void addRows(DeviceBlock a, DeviceBlock b, int first, int chunks, int rows) {
    addProducts(
        new Products.Form(p, q, rows, true, false, false),
        chunks,
        new Products.Matrices(a.at((long) first * p), (long) rows * p),
        new Products.Matrices(b.at((long) first * q), (long) rows * q),
        a.equals(b));
  }

  private void addChunks(
      DeviceBlock a, DeviceBlock b, int first, int chunks, int together, int positions) {
    int length = together * positions;
    Products.Form form = new Products.Form(p, q, length, false, true, false);
    CUdeviceptr left = a.at((long) first * p * positions);
    CUdeviceptr right = b.at((long) first * q * positions);
    long stepA = (long) p * length;
    long stepB = (long) q * length;
    if (together == 1) {
      addProducts(
          form,
          chunks,
          new Products.Matrices(left, stepA),
          new Products.Matrices(right, stepB),
          a.equals(b));
      return;
    }
    try (SharedMemory<DeviceBlock> packedA = engine.memory(chunks * stepA);
        SharedMemory<DeviceBlock> packedB =
            a.equals(b) ? packedA.share() : engine.memory(chunks * stepB)) {
      pack(left, packedA.data(), chunks, together, p, positions);
      if (!a.equals(b)) {
        pack(right, packedB.data(), chunks, together, q, positions);
      }
      addProducts(
          form,
          chunks,
          new Products.Matrices(packedA.data().start(), stepA),
          new Products.Matrices(packedB.data().start(), stepB),
          a.equals(b));
    }
  }

  /** Lays samples [together · chunks, C, L] side by side: [chunks, C, together · L]. */
  private void pack(
      CUdeviceptr x, DeviceBlock y, int chunks, int together, int channels, int positions) {
    long elements = (long) chunks * together * channels * positions;
    engine.launch("pack", elements, x, y.start(), elements, channels, (long) positions, together);
  }

  private void addProducts(
      Products.Form form, int count, Products.Matrices a, Products.Matrices b, boolean symmetric) {
    long size = (long) p * q;
    int wave = (int) Math.min(count, Math.max(1, PRODUCT_ELEMENTS / size));
    try (SharedMemory<DeviceBlock> products = engine.memory(wave * size)) {
      for (int i = 0; i < count; i += wave) {
        int now = Math.min(wave, count - i);
        engine.multiply(
            form, now, a.from(i), b.from(i), new Products.Matrices(products.data().start(), size));
        engine.launch(
            "add_products",
            size,
            products.data().start(),
            now,
            sums.data().start(),
            p,
            q,
            symmetric ? 1 : 0);
      }
    }
  }

  @Override
  public double[] toArray() {
    return engine.doubles(sums.data().start(), p * q);
  }

  @Override
  public void close() {
    sums.close();
  }
}
