package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxImagesTest {
  @TempDir Path folder;

  /** Two zeros, type 8, the dimensions, and elements 0, 1, 2, … as many as asked for. */
  static byte[] idx(int elements, int... dims) throws IOException {
    byte[] counted = new byte[elements];
    for (int i = 0; i < elements; i++) {
      counted[i] = (byte) i;
    }
    return idx(counted, dims);
  }

  static byte[] idx(byte[] elements, int... dims) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.write(new byte[] {0, 0, 8, (byte) dims.length});
    for (int dim : dims) {
      out.writeInt(dim);
    }
    out.write(elements);
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[] plain) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void open_threeDimensions_areImagesOfOneChannel(boolean packed) throws IOException {
    byte[] file = idx(30, 5, 2, 3);
    ImageSource images = IdxImages.open(write("digits", packed ? gzip(file) : file), null);
    assertThat(images.count()).isEqualTo(5);
    assertThat(images.labeled()).isFalse();
    assertThat(images.classNames()).isEmpty();
    PixelImage last = images.read(4);
    assertThat(new int[] {last.channels(), last.height(), last.width()}).containsExactly(1, 2, 3);
    assertThat(last.samples()).containsExactly(24, 25, 26, 27, 28, 29);
  }

  @Test
  void open_fourDimensions_areChannelFirst() throws IOException {
    ImageSource images = IdxImages.open(write("colors", idx(36, 2, 3, 2, 3)), null);
    PixelImage second = images.read(1);
    assertThat(new int[] {second.channels(), second.height(), second.width()})
        .containsExactly(3, 2, 3);
    assertThat(second.samples()[0]).isEqualTo((byte) 18);
    assertThat(second.samples()).hasSize(18);
  }

  @ParameterizedTest
  @CsvSource({
    "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, false, false",
    "t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz, true, true",
    "t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte, true, false",
    "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte.gz, false, true",
    "train-images.idx3-ubyte, train-labels.idx1-ubyte, false, false",
    "my-images-idx4-ubyte, my-labels-idx1-ubyte, false, false",
    "images-idx3-ubyte, labels-idx1-ubyte, false, false"
  })
  void open_usualNames_findsLabelsBeside(
      String name, String labelName, boolean packed, boolean labelsPacked) throws IOException {
    byte[] images = idx(12, 3, 1, 2, 2);
    byte[] labels = idx(new byte[] {7, 0, 2}, 3);
    write(labelName, labelsPacked ? gzip(labels) : labels);
    ImageSource source = IdxImages.open(write(name, packed ? gzip(images) : images), null);
    assertThat(source.labeled()).isTrue();
    assertThat(new int[] {source.label(0), source.label(1), source.label(2)})
        .containsExactly(7, 0, 2);
    assertThat(source.classNames()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7");
  }

  @Test
  void open_labelsGiven_winOverThoseBeside() throws IOException {
    write("a-labels-idx1-ubyte", idx(new byte[] {9, 9}, 2));
    Path given = write("other", idx(new byte[] {(byte) 200, 3}, 2));
    ImageSource source = IdxImages.open(write("a-images-idx3-ubyte", idx(8, 2, 2, 2)), given);
    assertThat(source.label(0)).isEqualTo(200);
    assertThat(source.classNames()).hasSize(201);
  }

  @Test
  void open_otherNumberOfLabels_isRefused() throws IOException {
    Path labels = write("labels", idx(3, 3));
    Path images = write("images", idx(8, 2, 2, 2));
    assertThatThrownBy(() -> IdxImages.open(images, labels))
        .isInstanceOf(DataException.class)
        .hasMessage(
            labels
                + ": 3 labels, expected 2, one per image of "
                + images
                + ": the files do not belong together");
  }

  @Test
  void open_labelsForImages_isRefused() throws IOException {
    Path labels = write("labels", idx(3, 3));
    assertThatThrownBy(() -> IdxImages.open(labels, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("IDX dimensions [3], expected 3 or 4")
        .hasMessageContaining("these are labels; name the file with the images");
  }

  @Test
  void open_imagesForLabels_isRefused() throws IOException {
    Path images = write("images", idx(8, 2, 2, 2));
    assertThatThrownBy(() -> IdxImages.open(images, images))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("IDX dimensions [2, 2, 2], expected 1, the labels of");
  }

  @ParameterizedTest
  @CsvSource({"0, 28, 28", "5, 0, 28", "5, 28, 0"})
  void open_noPixels_isRefused(int n, int h, int w) throws IOException {
    Path empty = write("empty", idx(0, n, h, w));
    assertThatThrownBy(() -> IdxImages.open(empty, null))
        .isInstanceOf(DataException.class)
        .hasMessage("no images in " + empty + ": IDX dimensions [" + n + ", " + h + ", " + w + "]");
  }

  @ParameterizedTest
  @ValueSource(ints = {23, 25, 0})
  void open_otherLengthThanDeclared_isRefused(int found) throws IOException {
    Path file = write("liar", idx(found, 6, 2, 2));
    assertThatThrownBy(() -> IdxImages.open(file, null))
        .isInstanceOf(DataException.class)
        .hasMessage(
            file
                + ": the header declares [6, 2, 2], 24 bytes, found "
                + found
                + " bytes: the file is damaged; fetch the file again");
  }

  @Test
  void open_packedOtherLengthThanDeclared_isRefused() throws IOException {
    Path few = write("few.gz", gzip(idx(23, 6, 2, 2)));
    assertThatThrownBy(() -> IdxImages.open(few, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the header declares [6, 2, 2], 24 bytes, found 23 bytes");
    Path many = write("many.gz", gzip(idx(100_000_000, 6, 2, 2)));
    assertThatThrownBy(() -> IdxImages.open(many, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("24 bytes, found more");
  }

  @Test
  void open_packedMoreThanGzipCanHold_isRefusedBeforeAllocation() throws IOException {
    byte[] packed = gzip(idx(10, 2_000_000, 32, 32));
    Path bomb = write("bomb.gz", packed);
    assertThatThrownBy(() -> IdxImages.open(bomb, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2048000000 bytes, found a gzip file that can hold ")
        .hasMessageContaining(packed.length * 1032L + " at most");
  }

  @Test
  void open_moreThanAnArrayHolds_isRefused() throws IOException {
    Path huge = write("huge", idx(10, 65536, 65536, 65536));
    assertThatThrownBy(() -> IdxImages.open(huge, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("declares [65536, 65536, 65536], more than 2147483639 bytes");
  }

  @Test
  void open_negativeDimension_isRefused() throws IOException {
    Path file = write("negative", idx(10, 5, -1, 2));
    assertThatThrownBy(() -> IdxImages.open(file, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("IDX dimension 1 is 4294967295, expected less than 2147483648");
  }

  @Test
  void open_floats_isRefused() throws IOException {
    byte[] file = idx(8, 2, 2, 2);
    file[2] = 0x0d;
    Path floats = write("floats", file);
    assertThatThrownBy(() -> IdxImages.open(floats, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("IDX elements of type 0x0d, expected 0x08, unsigned bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void open_unsupportedRank_isRefused(int rank) throws IOException {
    Path file = write("rank", idx(1, new int[rank]));
    assertThatThrownBy(() -> IdxImages.open(file, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("an IDX file of " + rank + " dimensions, expected 3 or 4");
  }

  @Test
  void open_everyTruncation_isRefused() throws IOException {
    byte[] plain = idx(24, 6, 2, 2);
    byte[] packed = gzip(plain);
    for (byte[] whole : new byte[][] {plain, packed}) {
      for (int length = 0; length < whole.length; length++) {
        Path cut = write("cut", Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> IdxImages.open(cut, null))
            .as("%d of %d bytes", length, whole.length)
            .isInstanceOf(DataException.class)
            .hasMessageStartingWith(cut + ": ");
      }
    }
  }

  @Test
  void open_damagedGzip_isRefused() throws IOException {
    byte[] packed = gzip(idx(24, 6, 2, 2));
    packed[packed.length - 6] ^= 1; // in the check sum
    Path damaged = write("damaged.gz", packed);
    assertThatThrownBy(() -> IdxImages.open(damaged, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("damaged gzip data");
  }

  @Test
  void open_gzipOfSomethingElse_isRefused() throws IOException {
    Path archive =
        write("archive.tar.gz", gzip("cifar-10-batches-bin/".getBytes(StandardCharsets.US_ASCII)));
    assertThatThrownBy(() -> IdxImages.open(archive, null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the gzip data holds no IDX file")
        .hasMessageContaining("found 63 69 66 61); unpack it first if it is an archive");
  }
}
