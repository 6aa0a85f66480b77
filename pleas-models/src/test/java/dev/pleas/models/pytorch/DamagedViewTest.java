package dev.pleas.models.pytorch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors that are not where they say, and archives that are not as they say. */
class DamagedViewTest {
  private static final PyTorchFormat FORMAT = new PyTorchFormat();
  private static final long MAX = Long.MAX_VALUE;
  private static final long LONGEST = Integer.MAX_VALUE;

  @TempDir private Path folder;

  private static byte[] stateDict(long elements, long offset, long[] sizes, long[] strides) {
    return new Pickle().ops("}(").text("w").tensor(elements, offset, sizes, strides).op('u').end();
  }

  private void refused(Map<String, byte[]> entries, String message) {
    Path file = Pickle.archive(folder, entries);
    assertThatThrownBy(() -> FORMAT.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  private static Map<String, byte[]> entries(byte[] pickle, String name, int bytes) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", pickle);
    entries.put(name, new byte[bytes]);
    return entries;
  }

  private static long[] of(long... values) {
    return values;
  }

  static Stream<Arguments> damaged() {
    String places = "elements 0 to 5 of storage 0, found a view of its elements ";
    return Stream.of(
        Arguments.of(1, of(6), of(1), places + "1 to 6"),
        Arguments.of(0, of(2, 3), of(4, 1), places + "0 to 6"),
        Arguments.of(-1, of(2), of(1), places + "-1 to 0"),
        Arguments.of(6, of(), of(), places + "6 to 6"),
        Arguments.of(MAX, of(2), of(1), places + MAX + " to " + MAX),
        Arguments.of(0, of(3), of(MAX), places + "0 to " + MAX),
        Arguments.of(0, of(2, 2), of(MAX, MAX), places + "0 to " + MAX),
        Arguments.of(0, of(2), of(-1), "a stride of at least 0 for each of 1 axes, found [-1]"),
        Arguments.of(0, of(2, 3), of(1), "a stride of at least 0 for each of 2 axes, found [1]"),
        Arguments.of(0, of(-2), of(1), "axis lengths from 0 to 2147483647, found [-2]"),
        Arguments.of(0, of(LONGEST + 1), of(0), "axis lengths from 0 to 2147483647"),
        Arguments.of(
            0, of(LONGEST, LONGEST, LONGEST), of(0, 0, 0), "a shape of less than 2^63 bytes"),
        Arguments.of(
            0, of(LONGEST, LONGEST, LONGEST, 0), of(0, 0, 0, 0), "a shape of less than 2^63"),
        Arguments.of(
            0, of(1 << 20), of(0), "4194304 bytes of elements that share places; save a clone()"));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void open_viewThatIsNotInItsStorage_isRefusedNamingTheTensor(
      long offset, long[] sizes, long[] strides, String message) {
    refused(
        entries(stateDict(6, offset, sizes, strides), "archive/data/0", 24), "tensor w: expected ");
    refused(entries(stateDict(6, offset, sizes, strides), "archive/data/0", 24), message);
  }

  @Test
  void open_tensorOfTooManyAxes_isRefused() {
    long[] ones = LongStream.generate(() -> 1).limit(65).toArray();
    refused(entries(stateDict(6, 0, ones, ones), "archive/data/0", 24), "a tensor of 65 axes");
    long[] fewer = Arrays.copyOf(ones, 64);
    Path file =
        Pickle.archive(folder, entries(stateDict(6, 0, fewer, fewer), "archive/data/0", 24));
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      assertThat(checkpoint.read("w").values()).hasSize(1);
    }
  }

  @Test
  void open_storageThatIsMissingOrOfAnotherLength_isRefused() {
    byte[] pickle = stateDict(6, 0, of(6), of(1));
    String expected = "expected 6 elements of 4 bytes in archive/data/0, found ";
    refused(entries(pickle, "archive/data/0", 20), expected + "20 bytes");
    refused(entries(pickle, "archive/data/0", 28), expected + "28 bytes");
    refused(entries(pickle, "archive/data/0", 25), expected + "25 bytes");
    refused(entries(pickle, "archive/data/1", 24), expected + "no such entry");
    refused(entries(pickle, "../archive/data/0", 24), expected + "no such entry");
    refused(
        entries(stateDict(MAX, 0, of(6), of(1)), "archive/data/0", 24),
        "expected 9223372036854775807 elements of 4 bytes in archive/data/0, found 24 bytes");
  }

  @Test
  void open_archiveWithNamesThatLeadElsewhere_onlyLooksThemUp() {
    Map<String, byte[]> entries = entries(stateDict(6, 0, of(6), of(1)), "archive/data/0", 24);
    entries.put("../../outside", new byte[3]);
    entries.put("/etc/absolute", new byte[3]);
    entries.put("archive/../../x/data.pkl", new byte[3]);
    Path file = Pickle.archive(folder, entries);
    try (Checkpoint checkpoint = FORMAT.open(file)) {
      assertThat(checkpoint.tensors()).containsOnlyKeys("w");
    }
    assertThat(folder).isDirectoryContaining(found -> found.equals(file));
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void open_archiveOfAnotherKind_isRefused() {
    Map<String, byte[]> none = entries(new byte[0], "archive/data/0", 24);
    none.remove("archive/data.pkl");
    refused(none, "expected a zip archive with one data.pkl, found 0: it is no PyTorch file");
    assertThat(FORMAT.recognizes(Pickle.archive(folder, none))).isFalse();
    Map<String, byte[]> two = entries(stateDict(6, 0, of(6), of(1)), "archive/data/0", 24);
    two.put("other/data.pkl", new byte[0]);
    refused(two, "expected a zip archive with one data.pkl, found 2");
  }

  @Test
  void open_bigEndianNumbers_areRefused() {
    Map<String, byte[]> entries = entries(stateDict(6, 0, of(6), of(1)), "archive/data/0", 24);
    entries.put("archive/byteorder", new byte[] {'b', 'i', 'g'});
    refused(entries, "expected little-endian numbers, found big-endian ones");
  }

  @Test
  void open_metadataThatAreNoStrings_areRefused() {
    for (String json : new String[] {"", "[]", "null", "{\"a\":null}", "{\"a\":{}}", "{", "3"}) {
      Map<String, byte[]> entries = entries(stateDict(6, 0, of(6), of(1)), "archive/data/0", 24);
      entries.put("archive/pleas/metadata.json", json.getBytes(UTF_8));
      refused(entries, "expected a JSON object of strings in archive/pleas/metadata.json");
    }
  }

  /** A sound archive of two storages of 8 bytes. */
  private Path twoStorages() {
    byte[] pickle =
        new Pickle().ops("}(").text("a").tensor("0", 2).text("b").tensor("1", 2).op('u').end();
    Map<String, byte[]> entries = entries(pickle, "archive/data/0", 8);
    entries.put("archive/data/1", new byte[8]);
    return Pickle.archive(folder, entries);
  }

  /** Returns where the directory's record of an entry begins. */
  private static int record(byte[] archive, String name) {
    String bytes = new String(archive, ISO_8859_1);
    return bytes.lastIndexOf(name) - 46;
  }

  private void refusedAfter(Consumer<byte[]> damage, String message) throws IOException {
    Path file = twoStorages();
    byte[] archive = Files.readAllBytes(file);
    damage.accept(archive);
    Path damaged = Files.write(folder.resolve("damaged.pth"), archive);
    assertThatThrownBy(() -> FORMAT.open(damaged))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(damaged + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void open_storagesInTheSamePlace_areRefused() throws IOException {
    refusedAfter(
        archive ->
            System.arraycopy(
                archive,
                record(archive, "archive/data/0") + 42,
                archive,
                record(archive, "archive/data/1") + 42,
                4),
        "expected storages apart from each other, found ");
  }

  @Test
  void open_entriesOfOneName_areRefused() throws IOException {
    refusedAfter(
        archive -> archive[record(archive, "archive/data/1") + 46 + 13] = '0',
        "found a damaged one: two entries called archive/data/0");
  }

  @Test
  void open_entryBeyondTheFile_isRefused() throws IOException {
    refusedAfter(
        archive -> archive[record(archive, "archive/data/1") + 44] = 1,
        "found a damaged one: local file header for archive/data/1 starts after central directory");
    refusedAfter(
        archive -> {
          archive[record(archive, "archive/data/1") + 22] = 1; // 65,544 bytes, compressed
          archive[record(archive, "archive/data/1") + 26] = 1; // and not
        },
        "expected entry archive/data/1 inside the file");
  }

  @Test
  void open_encryptedEntry_isRefused() throws IOException {
    refusedAfter(
        archive -> archive[record(archive, "archive/data/1") + 8] |= 1,
        "archive/data/1 compressed or encrypted");
  }

  @Test
  void open_sizeThatIsNotThatOfTheBytes_isRefused() throws IOException {
    refusedAfter(
        archive -> archive[record(archive, "archive/data/1") + 24] = 4,
        "expected 2 elements of 4 bytes in archive/data/1, found 4 bytes");
  }
}
