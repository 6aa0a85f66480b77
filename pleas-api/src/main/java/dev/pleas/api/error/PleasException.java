package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that PLeaS reports about its inputs, its environment or its configuration.
 * A message says what is wrong, what was expected and found, where, and what to do about it; it is
 * meant to be shown to a person as it is. Mistakes of a programmer (null, illegal arguments) are
 * the JDK's own exceptions instead.
 */
public class PleasException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public PleasException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public PleasException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
