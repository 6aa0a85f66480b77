package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/** A file that is missing, damaged, of another format, or cannot be written. */
public final class CheckpointException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public CheckpointException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
