package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/** Tensors whose shapes do not fit an operation, a parameter or each other. */
public final class ShapeException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public ShapeException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public ShapeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
