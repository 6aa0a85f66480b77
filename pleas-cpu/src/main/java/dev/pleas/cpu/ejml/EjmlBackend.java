package dev.pleas.cpu.ejml;

import dev.pleas.api.error.ShapeException;
import dev.pleas.cpu.tensor.CpuBackend;
import dev.pleas.cpu.tensor.Operand;
import dev.pleas.cpu.tensor.Parallel;
import dev.pleas.cpu.tensor.Product;

/** Tensors in Java arrays. The garbage collector reuses memory, so nothing is kept for that. */
final class EjmlBackend extends CpuBackend<HeapFloats> {
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private long bytes;

  @Override
  public String description() {
    return "pure Java "
        + System.getProperty("java.version")
        + ", "
        + Parallel.threads()
        + " threads";
  }

  @Override
  public boolean concurrent() {
    return true;
  }

  @Override
  protected HeapFloats allocate(long elements) {
    if (elements > LONGEST_ARRAY) {
      throw new ShapeException(
          elements
              + " elements do not fit into a Java array (at most "
              + LONGEST_ARRAY
              + "); use smaller batches");
    }
    HeapFloats memory = new HeapFloats((int) elements);
    bytes += 4 * elements;
    return memory;
  }

  @Override
  protected void free(HeapFloats memory) {
    bytes -= 4 * memory.capacity();
  }

  @Override
  protected long blockBytes() {
    return bytes;
  }

  @Override
  protected void trim() {}

  @Override
  protected void multiply(
      Product form,
      int count,
      Operand<HeapFloats> a,
      Operand<HeapFloats> b,
      Operand<HeapFloats> c) {
    FloatProduct.multiply(form, count, a, b, c);
  }
}
