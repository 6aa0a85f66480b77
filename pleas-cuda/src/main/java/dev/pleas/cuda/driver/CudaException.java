package dev.pleas.cuda.driver;

import dev.pleas.api.error.PleasException;

/** A call of a CUDA library that failed. What was being computed is lost. */
public final class CudaException extends PleasException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message which call, why, and what to do about it
   */
  public CudaException(String message) {
    super(message);
  }
}
