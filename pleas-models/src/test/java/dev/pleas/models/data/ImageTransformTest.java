package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageTransformTest {
  /** Undoes the division by 255, so that the inputs are the samples again, exactly. */
  private static Preprocessing plain(int resize, int crop, int channels) {
    return new Preprocessing(List.of(0f), List.of(1 / 255f), resize, crop, channels);
  }

  private static float[] apply(Preprocessing preprocessing, PixelImage image, int channels) {
    var transform = new ImageTransform(preprocessing, channels, "data");
    Shape shape = transform.shape(image.height(), image.width(), "image");
    float[] out = new float[(int) shape.elements()];
    transform.apply(image, "image", out, 0);
    return out;
  }

  @Test
  void apply_resizeAndCrop_equalsTorchvisionOnPillowImages() throws IOException {
    References references = References.load("preprocessed");
    for (String[] row : references.rows()) {
      int[] n = Arrays.stream(row).skip(1).mapToInt(Integer::parseInt).toArray();
      byte[] expected = references.nextBytes(n[2] * n[3] * n[4]);
      Preprocessing preprocessing = plain(n[0], n[1], n[2]);
      PixelImage image = ImageDecoder.decode(References.image(row[0]));
      assertThat(
              new ImageTransform(preprocessing, n[2], "").shape(image.height(), image.width(), ""))
          .as(String.join(" ", row))
          .isEqualTo(Shape.of(n[2], n[3], n[4]));
      float[] found = apply(preprocessing, image, n[2]);
      byte[] rounded = new byte[found.length];
      for (int i = 0; i < found.length; i++) {
        rounded[i] = (byte) Math.round(found[i]);
      }
      assertThat(rounded).as(String.join(" ", row)).isEqualTo(expected);
    }
    references.assertExhausted();
    assertThat(references.rows()).hasSizeGreaterThan(60);
  }

  @Test
  void apply_wholePipeline_equalsTorchvisionBitForBit() throws IOException {
    References references = References.load("normalized");
    for (String[] row : references.rows()) {
      int crop = Integer.parseInt(row[2]);
      float[] expected = references.nextFloats(3 * crop * crop);
      var preprocessing =
          new Preprocessing(floats(row[3]), floats(row[4]), Integer.parseInt(row[1]), crop, 3);
      PixelImage image = ImageDecoder.decode(References.image(row[0]));
      assertThat(apply(preprocessing, image, 3)).as(row[0]).containsExactly(expected);
    }
    references.assertExhausted();
  }

  private static List<Float> floats(String list) {
    return Arrays.stream(list.split(",")).map(Float::parseFloat).toList();
  }

  @Test
  void apply_onlyOneMean_appliesToAllChannels() {
    var image = new PixelImage(3, 1, 1, new byte[] {0, (byte) 255, 51});
    var preprocessing = new Preprocessing(List.of(0.5f), List.of(0.25f), 0, 0, 3);
    // 51/255 is 0.2f to the last bit; the others are exact.
    assertThat(apply(preprocessing, image, 3)).containsExactly(-2f, 2f, (0.2f - 0.5f) / 0.25f);
  }

  @Test
  void apply_offset_leavesTheRestAlone() {
    var transform = new ImageTransform(plain(0, 0, 1), 1, "data");
    float[] out = {-1, -1, -1, -1};
    transform.apply(new PixelImage(1, 1, 2, new byte[] {0, 0}), "image", out, 1);
    assertThat(out).containsExactly(-1, 0, 0, -1);
  }

  @Test
  void new_wrongNumberOfMeans_isRefusedNamingBoth() {
    var two = new Preprocessing(List.of(0.1f, 0.2f), List.of(1f), 0, 0, 0);
    assertThatThrownBy(() -> new ImageTransform(two, 3, "photos"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "photos: images of 3 channels but 2 values of mean [0.1, 0.2]: give one, or one per"
                + " channel");
    var three = new Preprocessing(List.of(0f), List.of(1f, 1f, 1f), 0, 0, 0);
    assertThatThrownBy(() -> new ImageTransform(three, 1, "photos"))
        .hasMessageContaining("images of 1 channel but 3 values of std [1.0, 1.0, 1.0]");
  }

  @Test
  void shape_resizeOfVeryLongStrip_isRefusedNamingTheImage() {
    var transform = new ImageTransform(plain(256, 0, 3), 3, "photos");
    assertThatThrownBy(() -> transform.shape(1, 100_000, "strip.png"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("strip.png: 1×100000 pixels would become 256×25600000");
  }
}
