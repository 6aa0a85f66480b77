package dev.pleas.api.error;

import org.jspecify.annotations.Nullable;

/** A setting that is unknown, malformed or out of range. */
public final class ConfigurationException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what, expected, found, where, remedy
   */
  public ConfigurationException(String message) {
    super(message);
  }

  /**
   * @param message what, expected, found, where, remedy
   * @param cause what led here, or null
   */
  public ConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
