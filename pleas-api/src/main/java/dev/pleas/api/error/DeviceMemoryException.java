package dev.pleas.api.error;

/**
 * A device has too little memory for a request. Whatever was asked for did not happen, and nothing
 * else is lost: smaller batches may do.
 */
public final class DeviceMemoryException extends PleasException {
  private static final long serialVersionUID = 1L;

  private final long requestedBytes;
  private final long usedBytes;
  private final long limitBytes;

  /**
   * @param message what, expected, found, where, remedy
   * @param requestedBytes what was asked for
   * @param usedBytes what was in use at that time
   * @param limitBytes how much may be in use
   */
  public DeviceMemoryException(
      String message, long requestedBytes, long usedBytes, long limitBytes) {
    super(message);
    this.requestedBytes = requestedBytes;
    this.usedBytes = usedBytes;
    this.limitBytes = limitBytes;
  }

  /** Returns what was asked for. */
  public long requestedBytes() {
    return requestedBytes;
  }

  /** Returns what was in use at that time. */
  public long usedBytes() {
    return usedBytes;
  }

  /** Returns how much may be in use. */
  public long limitBytes() {
    return limitBytes;
  }
}
