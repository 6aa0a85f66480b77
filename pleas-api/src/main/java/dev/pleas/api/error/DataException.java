package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/** Images or labels that are missing, damaged, empty or do not fit the network. */
public final class DataException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
