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
    if (info.bytes() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          name
              + ": takes "
              + info.bytes()
              + " bytes as "
              + dtype
              + "; one tensor can have at most "
              + Integer.MAX_VALUE
              + ": store it in a smaller type");
    }
    float[] in = tensor.values();
    ByteBuffer out = ByteBuffer.allocate((int) info.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case F32 -> out.asFloatBuffer().put(in);
      case F64 -> {
        for (float value : in) {
          out.putDouble(value);
        }
      }
      case F16 -> {
        for (int i = 0; i < in.length; i++) {
          short half = Float16.fromFloat(in[i]);
          refuseOverflow(name, dtype, i, in[i], Float16.toFloat(half));
          out.putShort(half);
        }
      }
      case BF16 -> {
        for (int i = 0; i < in.length; i++) {
          short brain = BFloat16.fromFloat(in[i]);
          refuseOverflow(name, dtype, i, in[i], BFloat16.toFloat(brain));
          out.putShort(brain);
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

  private static void refuseOverflow(
      String name, DType dtype, int index, float value, float rounded) {
    if (Float.isInfinite(rounded) && !Float.isInfinite(value)) {
      throw outOfRange(name, dtype, index, value, "store it as F32");
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
      String name, DType dtype, int index, float value, String remedy) {
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
