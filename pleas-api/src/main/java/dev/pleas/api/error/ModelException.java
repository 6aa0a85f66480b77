package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/**
 * A network that cannot be recognised, does not fit another one, or has values no network may have.
 */
public final class ModelException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public ModelException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public ModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
