package dev.pleas.api.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor as it stands in a file: elements row-major, little-endian, without padding.
 *
 * @param info type and shape
 * @param bytes exactly {@code info.bytes()} remaining bytes, little-endian, read-only; valid while
 *     the checkpoint it came from is open
 */
public record StoredTensor(TensorInfo info, ByteBuffer bytes) {
  /**
   * Checks the length and makes the buffer read-only and little-endian.
   *
   * @throws IllegalArgumentException if the length is not what type and shape say
   */
  public StoredTensor {
    if (bytes.remaining() != info.bytes()) {
      throw new IllegalArgumentException(
          info + " takes " + info.bytes() + " bytes, found " + bytes.remaining());
    }
    bytes = bytes.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns a fresh little-endian view of the bytes, with a position of its own. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }
}
