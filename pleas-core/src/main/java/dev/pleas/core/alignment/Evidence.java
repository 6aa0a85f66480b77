package dev.pleas.core.alignment;

/** What says that units are alike. */
public enum Evidence {
  /** How they behave on data. */
  ACTIVATIONS,
  /** Their weights; needs no data. */
  WEIGHTS,
  /** A weighted sum of both. */
  BOTH;

  /** Returns whether joint moments of activations are needed. */
  public boolean needsActivations() {
    return this != WEIGHTS;
  }
}
