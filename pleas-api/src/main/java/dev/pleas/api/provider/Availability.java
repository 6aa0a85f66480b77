package dev.pleas.api.provider;

import java.util.Objects;

/** Whether a provider can be used here and now. */
public sealed interface Availability {
  /**
   * It can be used.
   *
   * @param detail what it would run on, for people; may be empty
   */
  record Available(String detail) implements Availability {
    /** Refuses null. */
    public Available {
      Objects.requireNonNull(detail, "detail");
    }
  }

  /**
   * It cannot be used.
   *
   * @param reason why, for people
   * @param remedy what to do about it; may be empty when nothing can be done
   */
  record Unavailable(String reason, String remedy) implements Availability {
    /** Refuses null. */
    public Unavailable {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(remedy, "remedy");
    }
  }
}
