package dev.pleas.tck;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/** An open {@link TinyFormat} file; opens it again for every tensor. */
final class TinyCheckpoint implements Checkpoint {
  private final Path path;
  private final TinyHeader header;
  private volatile boolean closed;

  TinyCheckpoint(Path path, TinyHeader header) {
    this.path = path;
    this.header = header;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(header.tensors());
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public StoredTensor stored(String name) {
    if (closed) {
      throw new IllegalStateException(path + " is closed");
    }
    TensorInfo info = header.tensors().get(name);
    if (info == null) {
      throw new CheckpointException(path + ": there is no tensor " + name);
    }
    byte[] bytes = new byte[(int) info.bytes()];
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(header.begins().get(name));
      file.readFully(bytes);
    } catch (IOException e) {
      throw new CheckpointException(path + ": " + name + " cannot be read: " + e, e);
    }
    return new StoredTensor(info, ByteBuffer.wrap(bytes));
  }

  @Override
  public HostTensor read(String name) {
    StoredTensor stored = stored(name);
    ByteBuffer in = stored.bytes();
    float[] out = new float[(int) stored.info().shape().elements()];
    for (int i = 0; i < out.length; i++) {
      out[i] = next(in, stored.info().dtype());
    }
    return HostTensor.wrap(stored.info().shape(), out);
  }

  private static float next(ByteBuffer in, DType dtype) {
    return switch (dtype) {
      case F64 -> (float) in.getDouble();
      case F32 -> in.getFloat();
      case F16 -> half(in.getShort());
      case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
      case I64 -> in.getLong();
      case I32 -> in.getInt();
      case I16 -> in.getShort();
      case I8 -> in.get();
      case U8, BOOL -> in.get() & 0xff;
    };
  }

  /** Sign, five bits of exponent biased by 15, ten bits of fraction. */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float size;
    if (exponent == 31) {
      size = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      size = fraction * 0x1p-24f;
    } else {
      size = (1024 + fraction) * Math.scalb(1f, exponent - 25);
    }
    return bits < 0 ? -size : size;
  }

  @Override
  public void close() {
    closed = true;
  }
}
