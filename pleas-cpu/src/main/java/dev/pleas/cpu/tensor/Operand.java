package dev.pleas.cpu.tensor;

/**
 * One operand of a batch of products: matrices without padding, equally far apart.
 *
 * @param data holds them
 * @param at where the first begins
 * @param step from one to the next; 0 when all products share one matrix
 * @param <F> the memory
 */
public record Operand<F extends Floats>(F data, long at, long step) {
  /** Returns where the i-th matrix begins. */
  public long at(int i) {
    return at + i * step;
  }
}
