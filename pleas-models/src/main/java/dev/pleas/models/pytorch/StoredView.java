package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.file.Extent;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a state dict and the bytes of the file that it lies in.
 *
 * @param info type and shape
 * @param extent from its first element in the file to its last
 * @param strides distances in elements, outermost axis first; of any value where it is contiguous
 * @param contiguous whether the extent is the tensor, row-major
 */
record StoredView(TensorInfo info, Extent extent, List<Long> strides, boolean contiguous) {
  /** What an expanded tensor, whose elements share places, may take beyond its place. */
  private static final int MAX_REPEATED_BYTES = 1 << 20;

  /**
   * Checks that a tensor lies in its storage.
   *
   * @param place where the storage is in the file
   * @throws CheckpointException if not, or its type is not supported, naming the tensor
   */
  static StoredView of(Path path, String name, Value.Tensor tensor, Extent place) {
    @Nullable DType dtype = tensor.type().dtype();
    if (dtype == null) {
      throw new CheckpointException(
          path
              + ": tensor "
              + name
              + ": expected floats or integers, found "
              + tensor.type().title()
              + ", which is not supported: convert the tensor and save the file again");
    }
    Shape shape = shape(path, name, tensor);
    TensorInfo info = new TensorInfo(dtype, shape);
    long bytes;
    try {
      bytes = info.bytes();
    } catch (ArithmeticException e) {
      throw bad(path, name, "a shape of less than 2^63 bytes", shape.toString());
    }
    Extent extent = extent(path, name, tensor, place, bytes == 0);
    boolean contiguous = isContiguous(shape, tensor.strides());
    if (bytes > extent.bytes() + MAX_REPEATED_BYTES) {
      throw bad(
          path,
          name,
          "a tensor no larger than its data of " + extent.bytes() + " bytes",
          bytes + " bytes of elements that share places; save a clone() of it");
    }
    return new StoredView(info, extent, List.copyOf(tensor.strides()), contiguous);
  }

  private static Shape shape(Path path, String name, Value.Tensor tensor) {
    List<Long> sizes = tensor.sizes();
    if (sizes.stream().anyMatch(size -> size < 0 || size > Integer.MAX_VALUE)) {
      throw bad(path, name, "axis lengths from 0 to " + Integer.MAX_VALUE, sizes.toString());
    }
    if (tensor.strides().size() != sizes.size()
        || tensor.strides().stream().anyMatch(stride -> stride < 0)) {
      throw bad(
          path,
          name,
          "a stride of at least 0 for each of " + sizes.size() + " axes",
          tensor.strides().toString());
    }
    return Shape.of(sizes.stream().mapToInt(Long::intValue).toArray());
  }

  private static Extent extent(
      Path path, String name, Value.Tensor tensor, Extent place, boolean empty) {
    long last = tensor.offset();
    int elementBytes = tensor.type().bytes();
    long available = place.bytes() / elementBytes;
    try {
      for (int axis = 0; axis < tensor.sizes().size() && !empty; axis++) {
        long reach = Math.multiplyExact(tensor.sizes().get(axis) - 1, tensor.strides().get(axis));
        last = Math.addExact(last, reach);
      }
    } catch (ArithmeticException e) {
      last = Long.MAX_VALUE;
    }
    if (empty) {
      return new Extent(place.begin(), place.begin());
    }
    if (tensor.offset() < 0 || last >= available) {
      throw bad(
          path,
          name,
          "elements 0 to " + (available - 1) + " of storage " + tensor.storage().key(),
          "a view of its elements " + tensor.offset() + " to " + last);
    }
    return new Extent(
        place.begin() + tensor.offset() * elementBytes, place.begin() + (last + 1) * elementBytes);
  }

  private static boolean isContiguous(Shape shape, List<Long> strides) {
    long expected = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      if (shape.dim(axis) != 1 && strides.get(axis) != expected) {
        return shape.elements() == 0;
      }
      expected *= shape.dim(axis);
    }
    return true;
  }

  private static CheckpointException bad(Path path, String name, String expected, String found) {
    return new CheckpointException(
        path
            + ": tensor "
            + name
            + ": expected "
            + expected
            + ", found "
            + found
            + ": the file is damaged or was written by a faulty program; fetch or write it again");
  }

  /**
   * Returns the elements row-major.
   *
   * @param placed the bytes of the extent; returned themselves if they are the tensor
   */
  ByteBuffer rowMajor(ByteBuffer placed) {
    return contiguous ? placed : new Gather(info, strides, placed).gathered();
  }
}
