package dev.pleas.models.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.file.RoundTrips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenFilesTest extends RoundTrips {
  private static final PyTorchFormat FORMAT = new PyTorchFormat();

  @TempDir private Path folder;

  WrittenFilesTest() {
    super(FORMAT);
  }

  @Override
  protected StoredTensor content(TensorInfo info, long seed) {
    return random(info, seed);
  }

  private static StoredTensor random(TensorInfo info, long seed) {
    byte[] bytes = new byte[Math.toIntExact(info.bytes())];
    new Random(seed).nextBytes(bytes);
    if (info.dtype() == DType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    return new StoredTensor(info, ByteBuffer.wrap(bytes));
  }

  private static Map<String, TensorInfo> everyType() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    for (DType dtype : DType.values()) {
      tensors.put("layer." + dtype, new TensorInfo(dtype, Shape.of(3, 5)));
    }
    tensors.put("größe 重み", new TensorInfo(DType.F32, Shape.of()));
    tensors.put("empty", new TensorInfo(DType.I64, Shape.of(2, 0, 3)));
    return tensors;
  }

  private Path write(String name, Map<String, String> metadata) {
    Path file = folder.resolve(name);
    Map<String, TensorInfo> tensors = everyType();
    FORMAT.write(
        file,
        tensors,
        tensor -> random(Objects.requireNonNull(tensors.get(tensor)), tensor.hashCode()),
        metadata);
    return file;
  }

  /** The JDK's reader compares checksums, which ours does not. */
  @Test
  void write_archive_isSoundForTheJdkAndAligned() throws IOException {
    Path file = write("net.pth", Map.of("k", "v"));
    List<String> names = new ArrayList<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        names.add(entry.getName());
        assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
        assertThat(zip.getInputStream(entry).readAllBytes()).hasSize((int) entry.getSize());
        assertThat(entry.getTimeLocal()).hasYear(1980);
      }
    }
    assertThat(names)
        .startsWith("archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1")
        .endsWith("archive/data/11", "archive/pleas/metadata.json", "archive/version")
        .hasSize(16);
    byte[] bytes = Files.readAllBytes(file);
    byte[] first = new byte[120];
    random(new TensorInfo(DType.F64, Shape.of(3, 5)), "layer.F64".hashCode()).bytes().get(first);
    int place = indexOf(bytes, first);
    assertThat(place).isPositive();
    assertThat(place % 64).isZero();
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    return Collections.indexOfSubList(boxed(bytes), boxed(wanted));
  }

  private static List<Byte> boxed(byte[] bytes) {
    List<Byte> boxed = new ArrayList<>();
    for (byte value : bytes) {
      boxed.add(value);
    }
    return boxed;
  }

  @Test
  void write_theSameTwice_givesTheSameBytesInAnyTimeZone() {
    java.util.TimeZone zone = java.util.TimeZone.getDefault();
    Path here = write("here.pth", Map.of("a", "1", "b", "2"));
    try {
      java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("Pacific/Kiritimati"));
      assertThat(write("there.pth", Map.of("b", "2", "a", "1"))).hasSameBinaryContentAs(here);
    } finally {
      java.util.TimeZone.setDefault(zone);
    }
  }

  @Test
  void write_withoutMetadata_hasNoEntryForThem() throws IOException {
    try (ZipFile zip = new ZipFile(write("net.pth", Map.of()).toFile())) {
      assertThat(zip.getEntry("archive/pleas/metadata.json")).isNull();
    }
  }

  @Test
  void write_nameThatIsNoText_isRefused() {
    Path file = folder.resolve("surrogate.pth");
    TensorInfo info = new TensorInfo(DType.U8, Shape.of(1));
    assertThatThrownBy(
            () -> FORMAT.write(file, Map.of("\ud800", info), name -> random(info, 0), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            file
                + ": a tensor's name has half of a surrogate pair, which cannot be written as UTF-8:"
                + " correct it");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void write_file_isLoadedByPyTorch() throws Exception {
    String python = System.getenv().getOrDefault("PLEAS_PYTHON", "python3");
    assumeTrue(
        runs(python, "import torch, numpy"),
        python + " with torch and numpy is not at hand (set PLEAS_PYTHON to one that has them)");
    Path file = write("net.pth", Map.of("k", "v"));
    String expected =
        everyType().entrySet().stream()
            .map(
                tensor ->
                    "'%s': (%s, %s, %d)"
                        .formatted(
                            tensor.getKey(),
                            ElementType.of(tensor.getValue().dtype()).title(),
                            tensor.getValue().shape(),
                            sum(random(tensor.getValue(), tensor.getKey().hashCode()))))
            .collect(Collectors.joining(", ", "{", "}"));
    assertThat(
            runs(
                python,
                "import torch, numpy\n"
                    + "def sum(t): return int(numpy.frombuffer(bytes(t.untyped_storage() if"
                    + " hasattr(t, 'untyped_storage') else t.storage().untyped()),"
                    + " numpy.uint8).sum()) if t.numel() else 0\n"
                    + ("d = torch.load('" + file + "', weights_only=True)\n")
                    + ("e = " + expected + "\n")
                    + "assert list(d) == list(e), list(d)\n"
                    + "found = {k: (v.dtype, list(v.shape), sum(v)) for k, v in d.items()}\n"
                    + "assert found == e, found\n"))
        .isTrue();
  }

  private static int sum(StoredTensor tensor) {
    ByteBuffer bytes = tensor.bytes();
    int sum = 0;
    while (bytes.hasRemaining()) {
      sum += bytes.get() & 0xff;
    }
    return sum;
  }

  private static boolean runs(String python, String code) throws InterruptedException {
    try {
      ProcessBuilder builder = new ProcessBuilder(python, "-c", code);
      builder.environment().put("PYTHONIOENCODING", "utf-8");
      builder.environment().put("PYTHONUTF8", "1");
      return builder.inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
