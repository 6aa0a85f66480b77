package dev.pleas.models.data;

import java.awt.color.ColorSpace;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * From decoded samples to gray or RGB, sample by sample, as Pillow's {@code convert("RGB")} does
 * it: palettes are looked up, alpha is dropped (not blended), colour profiles and gamma are
 * ignored. AWT's own conversions do none of that, so they are not used. Samples of 16 bits keep
 * their upper 8.
 */
final class StoredColors {
  private StoredColors() {}

  /**
   * Converts an image that is not a JPEG.
   *
   * @return one channel for gray (a palette of grays is gray), three for anything else
   * @throws IOException if the colours are of a kind that has no such conversion
   */
  static PixelImage convert(Raster raster, ColorModel model) throws IOException {
    if (model instanceof IndexColorModel palette) {
      return lookedUp(raster, palette);
    }
    Bands bands = new Bands(raster, model);
    int space = model.getColorSpace().getType();
    return switch (space) {
      case ColorSpace.TYPE_GRAY -> bands.image(1);
      case ColorSpace.TYPE_RGB -> bands.image(3);
      case ColorSpace.TYPE_CMYK -> inkToRgb(bands.image(4), false);
      default ->
          throw new IOException(
              "colour space "
                  + space
                  + " of java.awt.color.ColorSpace, expected gray, RGB or CMYK");
    };
  }

  /** Converts the components of a JPEG as libjpeg and Pillow do. */
  static PixelImage convert(Raster raster, JpegHeader.Colors colors) throws IOException {
    Bands bands = new Bands(raster, null);
    return switch (colors) {
      case GRAY -> bands.image(1);
      case RGB -> bands.image(3);
      case YCBCR -> {
        PixelImage image = bands.image(3);
        fromYcc(image);
        yield image;
      }
      case CMYK -> inkToRgb(bands.image(4), true);
      case YCCK -> {
        PixelImage image = bands.image(4);
        fromYcc(image);
        invertColors(image);
        yield inkToRgb(image, true);
      }
    };
  }

  private static PixelImage lookedUp(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int size = palette.getMapSize();
    int channels = isGray(palette) ? 1 : 3;
    byte[] out = new byte[channels * width * height];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        // Like Pillow, take a missing palette entry for black.
        int rgb = row[x] < size ? palette.getRGB(row[x]) : 0;
        for (int c = 0; c < channels; c++) {
          out[(c * height + y) * width + x] = (byte) (rgb >> (16 - 8 * c));
        }
      }
    }
    return new PixelImage(channels, height, width, out);
  }

  private static boolean isGray(IndexColorModel palette) {
    for (int i = 0; i < palette.getMapSize(); i++) {
      if (palette.getRed(i) != palette.getGreen(i) || palette.getRed(i) != palette.getBlue(i)) {
        return false;
      }
    }
    return true;
  }

  /** YCbCr of JFIF to RGB in place, with libjpeg's 16 fraction bits and roundings. */
  private static void fromYcc(PixelImage image) {
    byte[] s = image.samples();
    int n = image.height() * image.width();
    for (int i = 0; i < n; i++) {
      int luma = s[i] & 0xff;
      int cb = (s[n + i] & 0xff) - 128;
      int cr = (s[2 * n + i] & 0xff) - 128;
      s[i] = clamped(luma + ((91881 * cr + 0x8000) >> 16)); // 1.40200
      s[n + i] = clamped(luma + ((-22554 * cb - 46802 * cr + 0x8000) >> 16)); // 0.34414, 0.71414
      s[2 * n + i] = clamped(luma + ((116130 * cb + 0x8000) >> 16)); // 1.77200
    }
  }

  private static void invertColors(PixelImage image) {
    byte[] s = image.samples();
    for (int i = 0; i < 3 * image.height() * image.width(); i++) {
      s[i] = (byte) ~s[i];
    }
  }

  /**
   * Naive CMYK to RGB: (255 − ink)(255 − black) / 255, rounded as Pillow does.
   *
   * @param inverted whether 255 is no ink, as in JPEG files
   */
  private static PixelImage inkToRgb(PixelImage image, boolean inverted) {
    int n = image.height() * image.width();
    byte[] s = image.samples();
    byte[] rgb = new byte[3 * n];
    int flip = inverted ? 0xff : 0;
    for (int i = 0; i < n; i++) {
      int light = 255 - ((s[3 * n + i] & 0xff) ^ flip);
      for (int c = 0; c < 3; c++) {
        int product = ((s[c * n + i] & 0xff) ^ flip) * light + 128;
        rgb[c * n + i] = clamped(light - (((product >> 8) + product) >> 8));
      }
    }
    return new PixelImage(3, image.height(), image.width(), rgb);
  }

  private static byte clamped(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }

  /** The bands of a raster, brought to 8 bits. */
  private static final class Bands {
    private final Raster raster;
    private final int[] bits;

    Bands(Raster raster, @Nullable ColorModel model) throws IOException {
      int type = raster.getDataBuffer().getDataType();
      if (type != DataBuffer.TYPE_BYTE
          && type != DataBuffer.TYPE_USHORT
          && type != DataBuffer.TYPE_INT) {
        throw new IOException("samples that are signed or floating-point, expected 1 to 16 bits");
      }
      this.raster = raster;
      this.bits =
          model == null ? raster.getSampleModel().getSampleSize() : model.getComponentSize();
      for (int b : bits) {
        if (b < 1 || b > 16) {
          throw new IOException("samples of " + b + " bits, expected 1 to 16");
        }
      }
    }

    PixelImage image(int channels) throws IOException {
      int available = Math.min(raster.getNumBands(), bits.length);
      if (available < channels) {
        throw new IOException(available + " samples a pixel, expected at least " + channels);
      }
      int width = raster.getWidth();
      int height = raster.getHeight();
      byte[] out = new byte[channels * height * width];
      int[] row = new int[width];
      for (int c = 0; c < channels; c++) {
        for (int y = 0; y < height; y++) {
          raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, c, row);
          for (int x = 0; x < width; x++) {
            out[(c * height + y) * width + x] = (byte) toEightBits(row[x], bits[c]);
          }
        }
      }
      return new PixelImage(channels, height, width, out);
    }

    private static int toEightBits(int sample, int bits) {
      return bits >= 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1);
    }
  }
}
