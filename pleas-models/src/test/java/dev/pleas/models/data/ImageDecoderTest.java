package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  @TempDir Path folder;

  @Test
  void decode_everyFormatAndMode_equalsPillow() throws IOException {
    References decoded = References.load("decoded");
    var worst = new TreeMap<String, Integer>();
    for (String[] row : decoded.rows()) {
      int channels = Integer.parseInt(row[2]);
      int height = Integer.parseInt(row[3]);
      int width = Integer.parseInt(row[4]);
      byte[] expected = decoded.nextBytes(channels * height * width);
      PixelImage image = ImageDecoder.decode(References.image(row[0])).convert(channels);
      assertThat(new int[] {image.channels(), image.height(), image.width()})
          .as("size of %s", row[0])
          .containsExactly(channels, height, width);
      worst.put(row[0] + " as " + channels, largestDifference(image.samples(), expected));
    }
    decoded.assertExhausted();
    assertThat(worst).hasSize(70);
    SoftAssertions.assertSoftly(
        softly ->
            worst.forEach(
                (file, difference) -> {
                  if (!file.startsWith("lossy.webp")) {
                    softly.assertThat(difference).as(file).isZero();
                  }
                }));
    // Lossy WebP halves the resolution of colour. The reader repeats it, libwebp interpolates, so a
    // sample can be off by as much as colour changes between neighbours (up to 20 here). Brightness
    // is
    // decoded alike: what is left in the luma comes of rounding and clipping three channels.
    assertThat(worst.get("lossy.webp as 3")).isLessThanOrEqualTo(20);
    assertThat(worst.get("lossy.webp as 1")).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gray.png", "gray.jpg", "gray-4-bit.png", "bilevel.png", "gray-alpha.png"})
  void decode_gray_hasOneChannel(String file) {
    assertThat(ImageDecoder.decode(References.image(file)).channels()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"palette.gif", "rgba.png", "cmyk.jpg", "rgb.tif", "rgba-lossless.webp"})
  void decode_color_hasThreeChannels(String file) {
    assertThat(ImageDecoder.decode(References.image(file)).channels()).isEqualTo(3);
  }

  @Test
  void size_everyFormat_equalsDecodedSize() throws IOException {
    for (String[] row : References.load("decoded").rows()) {
      assertThat(ImageDecoder.size(References.image(row[0])))
          .as(row[0])
          .isEqualTo(new ImageSource.Size(Integer.parseInt(row[3]), Integer.parseInt(row[4])));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "rgb-420.jpg",
        "progressive.jpg",
        "rgb-lossless.webp",
        "lossy.webp",
        "rgb.bmp",
        "rgb.tif",
        "palette.gif"
      })
  void decode_truncated_isRefusedNamingTheFile(String file) throws IOException {
    byte[] whole = Files.readAllBytes(References.image(file));
    Path cut = folder.resolve(file);
    for (int length : new int[] {0, 1, 3, 20, whole.length / 2, whole.length * 4 / 5}) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> ImageDecoder.decode(cut))
          .as("%s cut to %d of %d bytes", file, length, whole.length)
          .isInstanceOf(DataException.class)
          .hasMessageContaining(cut + ": cannot be decoded as an image: ")
          .hasMessageEndingWith("replace the file, or leave it out");
    }
  }

  @Test
  void decode_jpegWithoutEnd_isRefusedAsByPillow() throws IOException {
    byte[] whole = Files.readAllBytes(References.image("rgb-420.jpg"));
    Path cut = Files.write(folder.resolve("cut.jpg"), Arrays.copyOf(whole, whole.length - 2));
    assertThatThrownBy(() -> ImageDecoder.decode(cut))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("truncated (no end-of-image marker)");
  }

  @Test
  void decode_wrongExtension_goesByTheContent() throws IOException {
    Path png = Files.copy(References.image("rgb.png"), folder.resolve("liar.jpg"));
    assertThat(ImageDecoder.decode(png).samples())
        .isEqualTo(ImageDecoder.decode(References.image("rgb.png")).samples());
  }

  @Test
  void decode_text_isRefusedSayingWhatIsKnown() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "no image", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ImageDecoder.decode(text))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(text + ": cannot be decoded")
        .hasMessageContaining("jpg, jpeg, png, webp, bmp, tif, tiff, gif");
  }

  @Test
  void decode_headerOfHugeImage_isRefusedBeforeAllocation() throws IOException {
    byte[] png = Files.readAllBytes(References.image("rgb.png"));
    ByteBuffer header = ByteBuffer.wrap(png);
    header.putInt(16, 2_000_000_000).putInt(20, 2_000_000_000);
    var crc = new CRC32();
    crc.update(png, 12, 17);
    header.putInt(29, (int) crc.getValue());
    Path bomb = Files.write(folder.resolve("bomb.png"), png);
    assertThatThrownBy(() -> ImageDecoder.decode(bomb))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2000000000×2000000000 pixels, expected at most 178956970");
  }

  static int largestDifference(byte[] found, byte[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    int largest = 0;
    for (int i = 0; i < found.length; i++) {
      largest = Math.max(largest, Math.abs((found[i] & 0xff) - (expected[i] & 0xff)));
    }
    return largest;
  }
}
