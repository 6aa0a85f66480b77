package dev.pleas.core.method;

/** What becomes of batch normalization statistics. */
enum Normalization {
  /** Set from the calibration data. */
  RECALIBRATE,
  /** Averaged like other vectors, and left so. */
  NONE
}
