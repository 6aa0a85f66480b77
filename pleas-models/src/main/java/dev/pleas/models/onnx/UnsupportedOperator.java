package dev.pleas.models.onnx;

/**
 * An operator that no operation of a graph expresses; all of them are collected and told at once.
 */
final class UnsupportedOperator extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param why what it does that is not supported, or its type alone
   */
  UnsupportedOperator(String why) {
    super(why, null, false, false);
  }
}
