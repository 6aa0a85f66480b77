package dev.pleas.cpu.tensor;

/**
 * A block of float32 elements, on the Java heap or outside. Elements start with undefined values.
 * Different threads may read and write different elements at the same time.
 */
public interface Floats {
  /** Returns how many elements it holds. */
  long capacity();

  /**
   * Copies elements from here.
   *
   * @param from the first element here
   * @param target gets them
   * @param at the first element there
   * @param count how many
   */
  void read(long from, float[] target, int at, int count);

  /**
   * Copies elements to here.
   *
   * @param to the first element here
   * @param source has them
   * @param at the first element there
   * @param count how many
   */
  void write(long to, float[] source, int at, int count);
}
