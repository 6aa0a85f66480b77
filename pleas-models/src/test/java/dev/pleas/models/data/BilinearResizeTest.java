package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Laws; that single values equal Pillow's is in {@link ImageTransformTest}. */
class BilinearResizeTest {
  private static PixelImage random(long seed, int channels, int height, int width) {
    byte[] samples = new byte[channels * height * width];
    new Random(seed).nextBytes(samples);
    return new PixelImage(channels, height, width, samples);
  }

  @Property(tries = 200)
  void resize_constantImage_staysConstant(
      @ForAll byte value,
      @ForAll @IntRange(min = 1, max = 60) int height,
      @ForAll @IntRange(min = 1, max = 60) int width,
      @ForAll @IntRange(min = 1, max = 60) int newHeight,
      @ForAll @IntRange(min = 1, max = 60) int newWidth) {
    byte[] samples = new byte[3 * height * width];
    Arrays.fill(samples, value);
    PixelImage resized =
        BilinearResize.resize(new PixelImage(3, height, width, samples), newHeight, newWidth);
    byte[] expected = new byte[3 * newHeight * newWidth];
    Arrays.fill(expected, value);
    assertThat(resized.samples()).isEqualTo(expected);
  }

  @Property(tries = 50)
  void resize_sameSize_isIdentity(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int height,
      @ForAll @IntRange(min = 1, max = 40) int width) {
    PixelImage image = random(seed, 2, height, width);
    assertThat(BilinearResize.resize(image, height, width).samples()).isEqualTo(image.samples());
  }

  @Property(tries = 200)
  void resize_random_isWithinOneLevelOfTheFormula(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 30) int height,
      @ForAll @IntRange(min = 1, max = 30) int width,
      @ForAll @IntRange(min = 1, max = 30) int newHeight,
      @ForAll @IntRange(min = 1, max = 30) int newWidth) {
    PixelImage image = random(seed, 1, height, width);
    byte[] found = BilinearResize.resize(image, newHeight, newWidth).samples();
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        double expected = average(image, y, newHeight, x, newWidth);
        // Two roundings to 8 bits, half a level each; 22 fraction bits add next to nothing:
        // 60 weights of an error of 2^-23 times 255, twice.
        assertThat((found[y * newWidth + x] & 0xff) - expected)
            .as("row %d, column %d", y, x)
            .isBetween(-1.004, 1.004);
      }
    }
  }

  /** The definition, in two dimensions at once and in float64. */
  private static double average(PixelImage image, int y, int height, int x, int width) {
    double sum = 0;
    double total = 0;
    for (int v = 0; v < image.height(); v++) {
      for (int u = 0; u < image.width(); u++) {
        double weight =
            triangle(v, y, image.height(), height) * triangle(u, x, image.width(), width);
        sum += weight * (image.samples()[v * image.width() + u] & 0xff);
        total += weight;
      }
    }
    return sum / total;
  }

  private static double triangle(int in, int out, int inLength, int outLength) {
    double scale = (double) inLength / outLength;
    double distance = Math.abs(in + 0.5 - (out + 0.5) * scale);
    return Math.max(0, 1 - distance / Math.max(1, scale));
  }
}
