package dev.pleas.cpu.nd4j;

import dev.pleas.backend.tensor.BlockPool;
import dev.pleas.cpu.tensor.Floats;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Memory outside the Java heap, freed by {@link #close} and nothing else. */
final class NativeFloats implements Floats, BlockPool.Block {
  /** The most elements that a {@link FloatBuffer} over one block can have. */
  static final long MOST = Integer.MAX_VALUE / Float.BYTES;

  /** Kernels are fastest on whole cache lines. */
  private static final int ALIGNMENT = 64;

  private final Pointer block;
  private final FloatPointer first;
  private final FloatBuffer buffer;
  private final long capacity;

  /**
   * Allocates memory.
   *
   * @param capacity at most {@link #MOST}
   * @throws OutOfMemoryError if the system has none
   */
  NativeFloats(long capacity) {
    long bytes = capacity * Float.BYTES + ALIGNMENT;
    // Not a pointer constructor: those count against -Xmx and leave freeing to the garbage
    // collector.
    Pointer memory = Pointer.malloc(bytes);
    if (memory == null || memory.isNull()) {
      throw new OutOfMemoryError("no " + bytes + " bytes of native memory; use smaller batches");
    }
    long past = memory.address() % ALIGNMENT;
    this.block = memory;
    this.first = new FloatPointer(memory).getPointer((ALIGNMENT - past) / Float.BYTES);
    this.buffer = first.capacity(capacity).asBuffer();
    this.capacity = capacity;
  }

  /** Returns a pointer to element {@code at}. */
  FloatPointer pointer(long at) {
    return at == 0 ? first : first.getPointer(at);
  }

  @Override
  public long capacity() {
    return capacity;
  }

  @Override
  public void read(long from, float[] target, int at, int count) {
    buffer.get((int) from, target, at, count);
  }

  @Override
  public void write(long to, float[] source, int at, int count) {
    buffer.put((int) to, source, at, count);
  }

  /** Frees the memory; once only. */
  void close() {
    Pointer.free(block);
  }
}
