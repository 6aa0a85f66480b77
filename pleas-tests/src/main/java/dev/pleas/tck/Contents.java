package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** Tensors to write into a checkpoint, and to look for when it is read. */
final class Contents {
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  /** Adds a tensor of pseudo-random bits, which depend on its name. */
  Contents add(String name, DType dtype, int... dims) {
    TensorInfo info = new TensorInfo(dtype, Shape.of(dims));
    byte[] bytes = new byte[Math.toIntExact(info.bytes())];
    SplittableRandom random = new SplittableRandom(name.hashCode());
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(256));
    }
    return add(name, info, bytes);
  }

  /** Adds a tensor with these bytes. */
  Contents add(String name, TensorInfo info, byte[] bytes) {
    tensors.put(name, new StoredTensor(info, ByteBuffer.wrap(bytes)));
    return this;
  }

  /** Returns the tensors' types and shapes. */
  Map<String, TensorInfo> infos() {
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> infos.put(name, tensor.info()));
    return infos;
  }

  /** Returns a tensor as it is to be stored. */
  StoredTensor stored(String name) {
    return Objects.requireNonNull(
        tensors.get(name), () -> "asked for the content of " + name + ", which was not announced");
  }

  /** Fails unless a checkpoint has these tensors and no others, bit for bit. */
  void requireIn(Checkpoint checkpoint) {
    assertEquals(
        tensors.keySet(), checkpoint.tensors().keySet(), "names written, and names read back");
    tensors.keySet().forEach(name -> requireIn(checkpoint, name));
  }

  /** Fails unless a checkpoint has this tensor, bit for bit. */
  void requireIn(Checkpoint checkpoint, String name) {
    assertEquals(
        describe(stored(name).info()),
        describe(Objects.requireNonNull(checkpoint.tensors().get(name), name)),
        () -> "tensor " + name + ": type and shape in tensors()");
    requireSame(name, checkpoint.stored(name));
  }

  /** Fails unless this is the tensor as it was written, bit for bit. */
  void requireSame(String name, StoredTensor found) {
    StoredTensor expected = stored(name);
    assertEquals(
        describe(expected.info()),
        describe(found.info()),
        () -> "tensor " + name + ": type and shape of stored()");
    int at = expected.bytes().mismatch(found.bytes());
    if (at >= 0) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "tensor %s, %s: expected byte %d to be 0x%02x, found 0x%02x",
              name,
              describe(expected.info()),
              at,
              expected.bytes().get(at),
              found.bytes().get(at)));
    }
  }

  private static String describe(TensorInfo info) {
    return info.dtype() + " " + info.shape();
  }
}
