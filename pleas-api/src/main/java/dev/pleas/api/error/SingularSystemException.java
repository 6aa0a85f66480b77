package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/** A least-squares system that no solver at hand could solve. */
public final class SingularSystemException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public SingularSystemException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public SingularSystemException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
