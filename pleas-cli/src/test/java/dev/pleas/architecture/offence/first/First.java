package dev.pleas.architecture.offence.first;

import dev.pleas.architecture.offence.second.Second;

/** One half of a cycle of packages. */
public final class First {
  /** Refers to the other half. */
  public Second second = new Second();
}
