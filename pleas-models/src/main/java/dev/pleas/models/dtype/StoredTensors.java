package dev.pleas.models.dtype;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Converts between stored tensors of any element type and float32, rounding to nearest with ties to
 * even.
 */
public final class StoredTensors {
  private StoredTensors() {}

  /**
   * Returns a tensor's elements as float32. F32, F16, BF16, I16, I8, U8 and BOOL are exact; F64,
   * I64 and I32 are rounded, F64 beyond the range of float32 to infinity.
   *
   * @param tensor not modified
   */
  public static HostTensor toFloat32(StoredTensor tensor) {
    ByteBuffer in = tensor.bytes();
    float[] out = new float[Math.toIntExact(tensor.info().shape().elements())];
    switch (tensor.info().dtype()) {
      case F32 -> in.asFloatBuffer().get(out);
      case F64 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = (float) in.getDouble();
        }
      }
      case F16 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = Float16.toFloat(in.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = BFloat16.toFloat(in.getShort());
        }
      }
      case I64 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = in.getLong();
        }
      }
      case I32 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = in.getInt();
        }
      }
      case I16 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = in.getShort();
        }
      }
      case I8 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = in.get();
        }
      }
      case U8 -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = in.get() & 0xff;
        }
      }
      case BOOL -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = in.get() == 0 ? 0 : 1;
        }
      }
    }
    return HostTensor.wrap(tensor.info().shape(), out);
  }

  /**
   * Returns a float32 tensor as it is to be stored. Floating-point types keep NaN and infinities; a
   * finite value never becomes infinite. Integer types take the nearest integer, BOOL takes 0 and
   * 1.
   *
   * @param tensor not modified; not copied into the result
   * @param dtype the element type to store
   * @param name the tensor's name, for messages
   * @throws CheckpointException if an element is outside the range of the type, naming the tensor
   *     and the element, or the result would not fit into a Java buffer (2 GiB)
   */
  public static StoredTensor of(HostTensor tensor, DType dtype, String name) {
    TensorInfo info = new TensorInfo(dtype, tensor.shape());
    float[] in = tensor.values();
    ByteBuffer out = allocate(info, name);
    switch (dtype) {
      case F32 -> out.asFloatBuffer().put(in);
      case F64, F16, BF16 -> {
        for (int i = 0; i < in.length; i++) {
          putFloating(out, in[i], dtype, i, name);
        }
      }
      case I64 -> {
        for (int i = 0; i < in.length; i++) {
          out.putLong((long) integer(name, dtype, i, in[i], -0x1p63, 0x1p63 - 1024));
        }
      }
      case I32 -> {
        for (int i = 0; i < in.length; i++) {
          out.putInt((int) integer(name, dtype, i, in[i], Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
      }
      case I16 -> {
        for (int i = 0; i < in.length; i++) {
          out.putShort((short) integer(name, dtype, i, in[i], Short.MIN_VALUE, Short.MAX_VALUE));
        }
      }
      case I8 -> {
        for (int i = 0; i < in.length; i++) {
          out.put((byte) integer(name, dtype, i, in[i], Byte.MIN_VALUE, Byte.MAX_VALUE));
        }
      }
      case U8 -> {
        for (int i = 0; i < in.length; i++) {
          out.put((byte) integer(name, dtype, i, in[i], 0, 255));
        }
      }
      case BOOL -> {
        for (int i = 0; i < in.length; i++) {
          out.put((byte) integer(name, dtype, i, in[i], 0, 1));
        }
      }
    }
    return new StoredTensor(info, out.rewind());
  }

  private static ByteBuffer allocate(TensorInfo info, String name) {
    if (info.bytes() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          name
              + ": takes "
              + info.bytes()
              + " bytes as "
              + info.dtype()
              + "; one tensor can have at most "
              + Integer.MAX_VALUE
              + ": store it in a smaller type");
    }
    return ByteBuffer.allocate((int) info.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Returns a tensor in another floating-point type. Each element is rounded once; NaN and
   * infinities are kept, and a finite value never becomes infinite. A tensor that has the type
   * already, or is of integers, is returned as it is.
   *
   * @param tensor not modified; where it is returned as it is, its bytes are not copied
   * @param dtype a floating-point type
   * @param name the tensor's name, for messages
   * @throws CheckpointException as {@link #of}
   */
  public static StoredTensor convert(StoredTensor tensor, DType dtype, String name) {
    TensorInfo info = converted(tensor.info(), dtype);
    if (info.equals(tensor.info())) {
      return tensor;
    }
    ByteBuffer in = tensor.bytes();
    ByteBuffer out = allocate(info, name);
    int count = Math.toIntExact(info.shape().elements());
    for (int i = 0; i < count; i++) {
      switch (tensor.info().dtype()) {
        case F64 -> putFloating(out, in.getDouble(), dtype, i, name);
        case F32 -> putFloating(out, in.getFloat(), dtype, i, name);
        case F16 -> putFloating(out, Float16.toFloat(in.getShort()), dtype, i, name);
        default -> putFloating(out, BFloat16.toFloat(in.getShort()), dtype, i, name);
      }
    }
    return new StoredTensor(info, out.rewind());
  }

  /** Returns type and shape of what {@link #convert} returns: integers keep their type. */
  public static TensorInfo converted(TensorInfo info, DType dtype) {
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException(dtype + ": expected a floating-point type");
    }
    return info.dtype().isFloating() ? new TensorInfo(dtype, info.shape()) : info;
  }

  private static void putFloating(
      ByteBuffer out, double value, DType dtype, int index, String name) {
    switch (dtype) {
      case F64 -> out.putDouble(value);
      case F32 -> {
        refuseOverflow(name, dtype, index, value, (float) value);
        out.putFloat((float) value);
      }
      case F16 -> {
        short half = Float16.fromFloat(toOdd(value));
        refuseOverflow(name, dtype, index, value, Float16.toFloat(half));
        out.putShort(half);
      }
      default -> {
        short brain = BFloat16.fromFloat(toOdd(value));
        refuseOverflow(name, dtype, index, value, BFloat16.toFloat(brain));
        out.putShort(brain);
      }
    }
  }

  /**
   * Rounds to float32 so that rounding again, to a type of fewer digits, gives what rounding once
   * would have: of the two neighbours of an inexact value the one whose last bit is 1, which no tie
   * of the second rounding has. (Boldo and Melquiond, Emulation of FMA and correctly rounded sums,
   * 2008, section 3.)
   */
  private static float toOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value) || (Float.floatToRawIntBits(nearest) & 1) == 1) {
      return nearest;
    }
    return nearest < value ? Math.nextUp(nearest) : Math.nextDown(nearest);
  }

  private static void refuseOverflow(
      String name, DType dtype, int index, double value, float rounded) {
    if (Float.isInfinite(rounded) && !Double.isInfinite(value)) {
      // Floats are shown with their own digits.
      Object shown = (float) value == value ? (Object) (float) value : value;
      String remedy =
          switch (dtype) {
            case F16 -> "store it as bfloat16 or float32";
            case BF16 -> "store it as float32";
            default -> "store it as float64";
          };
      throw outOfRange(name, dtype, index, shown, remedy);
    }
  }

  private static double integer(
      String name, DType dtype, int index, float value, double least, double largest) {
    double rounded = Math.rint(value);
    if (!(rounded >= least && rounded <= largest)) { // NaN too
      throw outOfRange(name, dtype, index, value, "store it in a floating-point type");
    }
    return rounded;
  }

  private static CheckpointException outOfRange(
      String name, DType dtype, int index, Object value, String remedy) {
    return new CheckpointException(
        name
            + ": element "
            + index
            + " is "
            + value
            + ", outside the range of "
            + dtype
            + ": "
            + remedy);
  }
}
