package dev.pleas.architecture.offence.second;

import dev.pleas.architecture.offence.first.First;

/** The other half. */
public final class Second {
  /** Refers to the first half. */
  public First first;
}
