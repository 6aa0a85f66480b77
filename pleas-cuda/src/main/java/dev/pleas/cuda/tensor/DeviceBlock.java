package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.BlockPool;
import jcuda.driver.CUdeviceptr;

/**
 * A block of a GPU's memory.
 *
 * @param start its first byte
 * @param capacity float32 elements
 */
record DeviceBlock(CUdeviceptr start, long capacity) implements BlockPool.Block {
  /** Returns a pointer to a float32 element. */
  CUdeviceptr at(long element) {
    return start.withByteOffset(element * Float.BYTES);
  }

  // Two blocks are the same only if they are one: the pool keeps sets of them.

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
