package dev.pleas.cpu.ejml;

import dev.pleas.cpu.tensor.Floats;

/** A Java array. */
final class HeapFloats implements Floats {
  private final float[] values;

  HeapFloats(int elements) {
    values = new float[elements];
  }

  /** Returns the array itself. */
  float[] values() {
    return values;
  }

  @Override
  public long capacity() {
    return values.length;
  }

  @Override
  public void read(long from, float[] target, int at, int count) {
    System.arraycopy(values, Math.toIntExact(from), target, at, count);
  }

  @Override
  public void write(long to, float[] source, int at, int count) {
    System.arraycopy(source, at, values, Math.toIntExact(to), count);
  }
}
