package dev.pleas.cpu.nd4j;

import dev.pleas.api.error.ShapeException;
import dev.pleas.backend.tensor.BlockPool;

/**
 * Native memory that is used again: the system hands out large blocks page by page, and touching
 * each page for the first time costs more than most operations.
 */
final class NativePool {
  /** Blocks differ by whole units, so that tensors of nearly one size share them: 4 KiB. */
  private static final long UNIT = 1024;

  private final BlockPool<NativeFloats> pool =
      new BlockPool<>(
          new BlockPool.Source<>() {
            @Override
            public NativeFloats allocate(long capacity) {
              return new NativeFloats(capacity);
            }

            @Override
            public void release(NativeFloats block) {
              block.close();
            }
          });

  /** Returns a block of at least this many elements. */
  NativeFloats take(long elements) {
    if (elements > NativeFloats.MOST - UNIT) {
      throw new ShapeException(
          elements
              + " elements do not fit into one block of native memory (at most "
              + (NativeFloats.MOST - UNIT)
              + "); use smaller batches");
    }
    return pool.take(Math.max(1, (elements + UNIT - 1) / UNIT) * UNIT);
  }

  /** Keeps a block for later. */
  void giveBack(NativeFloats block) {
    pool.giveBack(block);
  }

  /** Gives everything back that is not in use. */
  void trim() {
    pool.trim();
  }

  /** Returns the bytes of blocks in use and kept. */
  long bytes() {
    return pool.elements() * Float.BYTES;
  }
}
