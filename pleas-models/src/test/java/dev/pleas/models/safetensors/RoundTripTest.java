package dev.pleas.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.file.RoundTrips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundTripTest extends RoundTrips {
  private static final SafetensorsFormat FORMAT = new SafetensorsFormat();

  @TempDir private Path folder;

  RoundTripTest() {
    super(FORMAT);
  }

  @Override
  protected StoredTensor content(TensorInfo info, long seed) {
    return random(info, seed);
  }

  private static StoredTensor random(TensorInfo info, long seed) {
    byte[] bytes = new byte[Math.toIntExact(info.bytes())];
    new Random(seed).nextBytes(bytes);
    return new StoredTensor(info, ByteBuffer.wrap(bytes));
  }

  private static TensorInfo info(DType dtype, int... dims) {
    return new TensorInfo(dtype, Shape.of(dims));
  }

  @Test
  void write_theSameTwice_givesTheSameBytes() throws IOException {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    tensors.put("b", info(DType.U8, 3));
    tensors.put("a", info(DType.F32, 2, 2));
    tensors.put("c", info(DType.I64));
    Map<String, String> metadata = new LinkedHashMap<>(Map.of("z", "1", "a", "2", "m", "3"));
    List<String> asked = new ArrayList<>();
    Path first = folder.resolve("first.safetensors");
    FORMAT.write(
        first,
        tensors,
        name -> {
          asked.add(name);
          return random(tensors.get(name), 1);
        },
        metadata);
    Path second = folder.resolve("second.safetensors");
    FORMAT.write(
        second,
        tensors,
        name -> random(tensors.get(name), 1),
        Map.of("a", "2", "m", "3", "z", "1"));

    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(asked).containsExactly("c", "a", "b");
    byte[] bytes = Files.readAllBytes(first);
    long headerBytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(headerBytes % 8).isZero();
    assertThat(new String(bytes, 8, (int) headerBytes, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(
            "{\"__metadata__\":{\"a\":\"2\",\"m\":\"3\",\"z\":\"1\"},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[24,27]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[8,24]},"
                + "\"c\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}");
    assertThat(bytes).hasSize((int) (8 + headerBytes + 27));
  }

  @Test
  void write_moreThanOnePieceAtOnce_writesAll() {
    TensorInfo large = info(DType.U8, (1 << 20) + 1);
    Path file = folder.resolve("large.safetensors");
    FORMAT.write(file, Map.of("w", large), name -> random(large, 5), Map.of());
    try (Checkpoint read = FORMAT.open(file)) {
      assertThat(read.stored("w").bytes()).isEqualTo(random(large, 5).bytes());
    }
  }

  @Test
  void write_reservedName_isRefused() {
    Path file = folder.resolve("reserved.safetensors");
    Map<String, TensorInfo> tensors = Map.of("__metadata__", info(DType.U8));
    assertThatThrownBy(() -> FORMAT.write(file, tensors, name -> null, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": a tensor cannot be named __metadata__, which the format reserves");
  }

  @Test
  void write_nameThatIsNoText_isRefused() {
    Path file = folder.resolve("surrogate.safetensors");
    Map<String, TensorInfo> tensors = Map.of("\ud800", info(DType.U8));
    assertThatThrownBy(
            () -> FORMAT.write(file, tensors, name -> random(info(DType.U8), 0), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": a tensor's name or a metadata string has half of a surrogate pair, which cannot be"
                + " written as UTF-8: correct it");
    assertThat(folder).isEmptyDirectory();
  }
}
