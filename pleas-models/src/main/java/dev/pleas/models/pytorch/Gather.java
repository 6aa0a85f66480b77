package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/** Copies a view that is not contiguous into row-major order. */
final class Gather {
  private final Shape shape;
  private final int elementBytes;
  private final List<Long> strides;
  private final ByteBuffer from;
  private final ByteBuffer to;

  /**
   * @param strides distances in elements, outermost axis first
   * @param from the bytes from the first element to the last; not modified
   */
  Gather(TensorInfo info, List<Long> strides, ByteBuffer from) {
    this.shape = info.shape();
    this.elementBytes = info.dtype().bytes();
    this.strides = strides;
    this.from = from.duplicate(); // big-endian, as the other
    this.to = ByteBuffer.allocate(Math.toIntExact(info.bytes()));
  }

  /** Returns the elements, row-major; the same buffer only once. */
  ByteBuffer gathered() {
    copy(0, 0);
    return to.flip();
  }

  /** Copies what lies under the indices chosen so far, one for each axis before this one. */
  private void copy(int axis, int position) {
    if (axis == shape.rank()) {
      copyElement(position);
      return;
    }
    int step = (int) (strides.get(axis) * elementBytes); // an axis of length 1 takes none
    for (int i = 0; i < shape.dim(axis); i++) {
      copy(axis + 1, position + i * step);
    }
  }

  private void copyElement(int position) {
    switch (elementBytes) {
      case 8 -> to.putLong(from.getLong(position));
      case 4 -> to.putInt(from.getInt(position));
      case 2 -> to.putShort(from.getShort(position));
      default -> to.put(from.get(position));
    }
  }
}
