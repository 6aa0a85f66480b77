package dev.pleas.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedFileTest {
  private static final SafetensorsFormat FORMAT = new SafetensorsFormat();
  private static final String AGAIN =
      ": the header is damaged or was written by a faulty program; fetch or write it again";

  @TempDir private Path folder;

  private void refused(byte[] bytes, String message) {
    Path file = RawFile.write(folder, bytes);
    assertThatThrownBy(() -> FORMAT.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  /** A header with one tensor w whose fields are as given. */
  private static String w(String fields) {
    return "{\"w\":{" + fields + "}}";
  }

  private static String w(String dtype, String shape, String offsets) {
    return w("\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s".formatted(dtype, shape, offsets));
  }

  private static String two(int begin, int end, int begin2, int end2) {
    return """
        {"a":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]},\
        "b":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]}}"""
        .formatted(end - begin, begin, end, end2 - begin2, begin2, end2);
  }

  static Stream<Arguments> malformed() {
    String f32 = "\"F32\"";
    return Stream.of(
        // not an object
        Arguments.of("", 0, "expected a JSON object as header, found \"\""),
        Arguments.of("[]", 0, "expected a JSON object as header, found \"[]\""),
        Arguments.of(" {}", 0, "expected a JSON object as header, found \" {}\""),
        Arguments.of("{}{}", 0, "expected nothing but spaces after the header's JSON object"),
        Arguments.of("{", 0, "the header is not valid JSON: Unexpected end-of-input"),
        Arguments.of("{\"w\":}", 0, "the header is not valid JSON"),
        Arguments.of("{} x", 0, "the header is not valid JSON: Unrecognized token 'x'"),
        Arguments.of("{}\0", 0, "the header is not valid JSON"),
        // duplicates
        Arguments.of("{\"w\":" + entry() + ",\"w\":" + entry() + "}", 4, "Duplicate field 'w'"),
        Arguments.of(
            w("\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"),
            4,
            "Duplicate field 'dtype'"),
        Arguments.of("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "Duplicate field 'k'"),
        Arguments.of(
            "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "Duplicate field '__metadata__'"),
        // metadata
        Arguments.of(
            "{\"__metadata__\":[]}", 0, "__metadata__: expected an object of strings, found ["),
        Arguments.of(
            "{\"__metadata__\":{\"k\":1}}", 0, "__metadata__: k: expected a string, found 1"),
        Arguments.of(
            "{\"__metadata__\":{\"k\":null}}", 0, "__metadata__: k: expected a string, found null"),
        // fields of a tensor
        Arguments.of(
            "{\"w\":3}",
            0,
            "tensor w: expected an object with dtype, shape and data_offsets, found 3" + AGAIN),
        Arguments.of(
            w(""), 0, "tensor w: expected dtype, shape and data_offsets, found no dtype" + AGAIN),
        Arguments.of(w("\"dtype\":\"F32\""), 0, "found no shape"),
        Arguments.of(w("\"dtype\":\"F32\",\"shape\":[1]"), 4, "found no data_offsets"),
        // types
        Arguments.of(
            w("\"F8_E4M3\"", "[1]", "[0,1]"),
            1,
            "tensor w: expected a dtype of [F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL], found"
                + " F8_E4M3, which is not supported: convert the tensor to one of these"),
        Arguments.of(w("\"f32\"", "[1]", "[0,4]"), 4, "found f32, which is not supported"),
        Arguments.of(w("3", "[1]", "[0,4]"), 4, "found 3, which is not supported"),
        // shapes
        Arguments.of(
            w(f32, "{}", "[0,4]"), 4, "tensor w: expected an array as shape, found {" + AGAIN),
        Arguments.of(
            w(f32, "[-1]", "[0,4]"),
            4,
            "tensor w: expected integers from 0 to 2^63 − 1 in shape, found -1" + AGAIN),
        Arguments.of(w(f32, "[-0]", "[0,0]"), 0, "in shape, found -0"),
        Arguments.of(w(f32, "[1.0]", "[0,4]"), 4, "in shape, found 1.0"),
        Arguments.of(w(f32, "[1e0]", "[0,4]"), 4, "in shape, found 1e0"),
        Arguments.of(w(f32, "[\"1\"]", "[0,4]"), 4, "in shape, found 1"),
        Arguments.of(w(f32, "[null]", "[0,4]"), 4, "in shape, found null"),
        Arguments.of(
            w(f32, "[9223372036854775808]", "[0,4]"), 4, "in shape, found 9223372036854775808"),
        Arguments.of(
            w(f32, "[2147483648]", "[0,8589934592]"),
            4,
            "tensor w: expected axis lengths of at most 2147483647, found [2147483648]"),
        Arguments.of(
            w(f32, "[2000000000,2000000000,3]", "[0,4]"),
            4,
            "expected a shape of less than 2^63 bytes, found [2000000000, 2000000000, 3]"),
        Arguments.of(
            w(f32, "[2147483647,2147483647]", "[0,4]"),
            4,
            "expected a shape of less than 2^63 bytes"),
        // sizes and offsets
        Arguments.of(
            w(f32, "[2,3]", "[0,20]"),
            20,
            "tensor w: expected 24 bytes for F32 [2, 3], found 20 bytes in data_offsets [0, 20]"
                + AGAIN),
        Arguments.of(
            w(f32, "[1]", "[4,0]"),
            4,
            "tensor w: expected data_offsets [begin, end] with begin ≤ end, found [4, 0]" + AGAIN),
        Arguments.of(w(f32, "[1]", "[0]"), 4, "with begin ≤ end, found [0]"),
        Arguments.of(w(f32, "[1]", "[0,4,8]"), 4, "with begin ≤ end, found [0, 4, 8]"),
        Arguments.of(w(f32, "[1]", "[-4,0]"), 4, "in data_offsets, found -4"),
        Arguments.of(w(f32, "[1]", "\"0,4\""), 4, "expected an array as data_offsets, found 0,4"),
        // coverage
        Arguments.of(
            w(f32, "[2]", "[0,8]"),
            7,
            "tensor w: expected data at bytes 0 to 8, found 7 bytes of data in the file: it is truncated;"
                + " fetch it again"),
        Arguments.of(
            w(f32, "[1]", "[9223372036854775803,9223372036854775807]"),
            4,
            "expected data at bytes 9223372036854775803 to 9223372036854775807, found 4 bytes"),
        Arguments.of(
            w(f32, "[1]", "[4,8]"),
            8,
            "tensor w: expected data from byte 0, found 4, which leaves a hole after the header: the file"
                + " is damaged or was written by a faulty program; write it again"),
        Arguments.of(
            two(0, 3, 4, 6),
            6,
            "tensor b: expected data from byte 3, found 4, which leaves a hole after a"),
        Arguments.of(
            two(0, 3, 2, 6), 6, "tensor b: expected data from byte 3, found 2, which overlaps a"),
        Arguments.of(
            two(0, 3, 0, 3), 3, "tensor b: expected data from byte 3, found 0, which overlaps a"),
        Arguments.of(
            two(0, 3, 3, 6),
            8,
            "expected 6 bytes of data, as the header says, found 8: something was appended to the file, or"
                + " its header is damaged"),
        Arguments.of("{}", 1, "expected 0 bytes of data, as the header says, found 1"));
  }

  private static String entry() {
    return "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void open_malformedHeader_saysWhatIsWrong(String header, int dataBytes, String message) {
    refused(RawFile.bytes(header, dataBytes), message);
  }

  @Test
  void open_unknownFieldsAndTrailingSpaces_areAccepted() {
    String header =
        w("\"dtype\":\"U8\",\"later\":{\"x\":[1]},\"shape\":[2],\"data_offsets\":[0,2]") + "   ";
    Path file = RawFile.write(folder, RawFile.bytes(header, 2));
    assertThat(FORMAT.open(file).read("w").values()).containsExactly(0, 1);
  }

  @Test
  void open_lengthsThatLie_areRefusedBeforeAnythingIsAllocated() {
    refused(new byte[0], "expected a safetensors file, which has at least 8 bytes, found 0");
    refused(new byte[7], "which has at least 8 bytes, found 7");
    refused(new byte[8], "expected a JSON object as header, found \"\"");
    refused(
        length(1),
        "expected a header of 1 bytes after the first 8, found 0: the file is truncated");
    refused(length(100_000_000), "expected a header of 100000000 bytes after the first 8, found 0");
    refused(
        length(100_000_001),
        "expected a header of at most 100000000 bytes, found a header length of 100000001");
    refused(length(-1), "found a header length of 18446744073709551615");
    byte[] cut = Arrays.copyOf(RawFile.bytes(w("\"F32\"", "[1]", "[0,4]"), 4), 30);
    refused(cut, "bytes after the first 8, found 22: the file is truncated (fetch it again)");
  }

  private static byte[] length(long headerBytes) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(headerBytes).array();
  }

  @Test
  void open_headerThatIsNotUtf8_isRefused() {
    byte[] bytes = RawFile.bytes("{\"w\":1}", 0);
    bytes[10] = (byte) 0xff;
    refused(bytes, "expected a header in UTF-8, found other bytes");
    // UTF-16 would be detected by a JSON parser left alone
    byte[] wide = "{}".getBytes(StandardCharsets.UTF_16LE);
    refused(
        ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(4).put(wide).array(),
        "the header is not valid JSON");
  }

  @Test
  void open_deeplyNestedHeader_isRefusedWithoutOverflowingTheStack() {
    String deep = w("\"x\":" + "[".repeat(100_000) + "]".repeat(100_000));
    refused(RawFile.bytes(deep, 0), "the header is not valid JSON");
  }

  @Test
  void open_missingFileOrFolder_saysSo() {
    Path missing = folder.resolve("missing.safetensors");
    assertThatThrownBy(() -> FORMAT.open(missing))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> FORMAT.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder + ": expected a safetensors file, found a folder: name the file in it");
  }

  @Test
  void open_pyTorchFile_saysWhatItIs() throws IOException {
    Path zip =
        Files.write(
            folder.resolve("net.safetensors"), new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0});
    String remedy = ": give it a name that ends in .pth, and it is read as one";
    assertThatThrownBy(() -> FORMAT.open(zip))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(zip + ": expected a safetensors file, found a PyTorch file (zip)" + remedy);
    byte[] magic = {
      (byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20
    };
    Path pickle = Files.write(folder.resolve("net.safetensors"), magic);
    assertThatThrownBy(() -> FORMAT.open(pickle))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("found a PyTorch file (pickle)" + remedy);
  }

  @Test
  void open_headerLengthThatLooksLikeAPickle_isNotTakenForOne() {
    String header = w("\"U8\"", "[0]", "[0,0]");
    int length = 0x018a0280; // its first bytes, 80 02 8a, are those of a pickle
    String padded = header + " ".repeat(length - header.length());
    Path file = RawFile.write(folder, RawFile.bytes(padded, 0));
    assertThat(FORMAT.open(file).tensors()).containsOnlyKeys("w");
  }

  @Test
  void recognizes_byNameOrByTheFirstBytes() throws IOException {
    Path named = folder.resolve("anything.SafeTensors");
    Path valid = Files.write(folder.resolve("weights.bin"), RawFile.bytes("{}", 0));
    Path other =
        Files.write(
            folder.resolve("other.bin"), "PK\3\4 something else".getBytes(StandardCharsets.UTF_8));
    Path tiny = Files.write(folder.resolve("tiny.bin"), new byte[3]);
    assertThat(FORMAT.recognizes(named)).isTrue();
    assertThat(FORMAT.recognizes(valid)).isTrue();
    assertThat(FORMAT.recognizes(other)).isFalse();
    assertThat(FORMAT.recognizes(tiny)).isFalse();
    assertThat(FORMAT.recognizes(folder)).isFalse();
    assertThat(FORMAT.recognizes(folder.resolve("missing.bin"))).isFalse();
  }
}
