package dev.pleas.core.method;

import dev.pleas.api.merge.MethodParameter;

/** What becomes of batch normalization statistics. */
enum Normalization {
  /** Set from the calibration data. */
  RECALIBRATE,
  /** Averaged like other vectors, and left so. */
  NONE;

  static final MethodParameter PARAMETER =
      new MethodParameter(
          "normalization",
          "recalibrate",
          "batch normalization statistics: recalibrate (from the calibration data), none");

  static boolean recalibrates(Settings settings) {
    return settings.choice(PARAMETER.name(), Normalization.class) == RECALIBRATE;
  }
}
