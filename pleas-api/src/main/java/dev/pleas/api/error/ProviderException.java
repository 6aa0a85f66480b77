package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/** A provider that was asked for and does not exist or cannot be used here. */
public final class ProviderException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public ProviderException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public ProviderException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
