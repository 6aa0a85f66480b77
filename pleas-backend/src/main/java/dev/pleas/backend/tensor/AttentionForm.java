package dev.pleas.backend.tensor;

/**
 * The sizes of an attention that has been checked.
 *
 * @param samples N
 * @param heads how many
 * @param keyWidth d, channels of queries and keys per head
 * @param valueWidth e, channels of values per head
 * @param queries T
 * @param keys S, positive
 * @param scale of the scores
 */
public record AttentionForm(
    int samples, int heads, int keyWidth, int valueWidth, int queries, int keys, double scale) {
  /** Returns the heads of all samples; they lie one after another. */
  public int allHeads() {
    return Math.multiplyExact(samples, heads);
  }

  /** Returns the scores of one head, T·S. */
  public long scores() {
    return (long) queries * keys;
  }
}
