package dev.pleas.cuda.tensor;

import dev.pleas.api.error.DeviceMemoryException;
import dev.pleas.backend.tensor.BlockPool;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Sizes;

/**
 * The memory of a GPU up to a limit. A block may be handed out again before what was computed with
 * it has finished: everything is computed in order, on one stream.
 */
final class DevicePool {
  private final CudaContext context;
  private final long limitBytes;
  private final BlockPool<DeviceBlock> pool;

  /**
   * @param limitBytes how much may be in use
   */
  DevicePool(CudaContext context, long limitBytes) {
    this.context = context;
    this.limitBytes = limitBytes;
    this.pool =
        new BlockPool<>(
            new BlockPool.Source<>() {
              @Override
              public DeviceBlock allocate(long capacity) {
                return new DeviceBlock(context.allocate(capacity * Float.BYTES), capacity);
              }

              @Override
              public void release(DeviceBlock block) {
                context.free(block.start());
              }
            });
  }

  /** Returns a block of at least this many elements. */
  DeviceBlock take(long elements) {
    long capacity = Math.max(1, elements);
    long bytes = Math.multiplyExact(capacity, (long) Float.BYTES);
    long used = pool.usedElements() * Float.BYTES;
    if (bytes > limitBytes - used) {
      throw new DeviceMemoryException(
          "GPU "
              + context.gpu().number()
              + " ("
              + context.gpu().name()
              + "): "
              + Sizes.text(bytes)
              + " more would exceed the limit of "
              + Sizes.text(limitBytes)
              + ", of which "
              + Sizes.text(used)
              + " are in use. Use smaller batches or a higher limit (--device-memory-mib), choose"
              + " another GPU with --device, or run on the CPU with --backend nd4j --solver openblas",
          bytes,
          used,
          limitBytes);
    }
    // Blocks that are kept count against the limit too.
    if (pool.elements() * Float.BYTES + bytes > limitBytes) {
      pool.trim();
    }
    try {
      return pool.take(capacity);
    } catch (DeviceMemoryException e) {
      // Kept blocks may be what is missing.
      pool.trim();
      return pool.take(capacity);
    }
  }

  /** Keeps a block for later. */
  void giveBack(DeviceBlock block) {
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
