package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.Shape;
import java.util.List;

/**
 * {@link Preprocessing} at work on images that have, or are converted to, a known number of
 * channels. Roundings and the order of operations are torchvision's.
 */
final class ImageTransform {
  private final Preprocessing preprocessing;

  /** For each channel, the input that becomes of each of the 256 sample values. */
  private final float[][] inputs;

  /**
   * Prepares the normalisation.
   *
   * @param channels how many channels the images have after conversion
   * @param where the data, for messages
   * @throws DataException if there are neither one nor {@code channels} means or deviations
   */
  ImageTransform(Preprocessing preprocessing, int channels, String where) {
    this.preprocessing = preprocessing;
    this.inputs = new float[channels][256];
    for (int c = 0; c < channels; c++) {
      float mean = ofChannel("mean", preprocessing.mean(), c, channels, where);
      float std = ofChannel("std", preprocessing.std(), c, channels, where);
      for (int v = 0; v < 256; v++) {
        inputs[c][v] = (v / 255f - mean) / std;
      }
    }
  }

  private static float ofChannel(
      String name, List<Float> values, int channel, int channels, String where) {
    if (values.size() != 1 && values.size() != channels) {
      throw new DataException(
          where
              + ": images of "
              + channels
              + (channels == 1 ? " channel" : " channels")
              + " but "
              + values.size()
              + " values of "
              + name
              + " "
              + values
              + ": give one, or one per channel");
    }
    return values.get(values.size() == 1 ? 0 : channel);
  }

  /**
   * Returns the shape of the input that becomes of an image of this size.
   *
   * @param name what the image is called in messages
   * @throws DataException if resizing would make the image too large
   */
  Shape shape(int height, int width, String name) {
    if (preprocessing.crop() > 0) {
      return Shape.of(inputs.length, preprocessing.crop(), preprocessing.crop());
    }
    return shapeBeforeCrop(height, width, name);
  }

  /**
   * Makes an image a network input.
   *
   * @param image convertible to this transform's channels
   * @param name what the image is called in messages
   * @param out the input is written here, channel by channel, row-major
   * @param offset where it begins
   * @throws DataException if resizing would make the image too large
   */
  void apply(PixelImage image, String name, float[] out, int offset) {
    PixelImage ready = resized(image.convert(preprocessing.channels()), name);
    if (preprocessing.crop() > 0) {
      ready = centerCropped(ready, preprocessing.crop());
    }
    byte[] samples = ready.samples();
    int plane = ready.height() * ready.width();
    for (int c = 0; c < inputs.length; c++) {
      float[] input = inputs[c];
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        out[offset + i] = input[samples[i] & 0xff];
      }
    }
  }

  private PixelImage resized(PixelImage image, String name) {
    Shape size = shapeBeforeCrop(image.height(), image.width(), name);
    return BilinearResize.resize(image, size.dim(1), size.dim(2));
  }

  private Shape shapeBeforeCrop(int height, int width, String name) {
    if (preprocessing.resize() == 0) {
      return Shape.of(inputs.length, height, width);
    }
    long resizedHeight = side(height, width, preprocessing.resize());
    long resizedWidth = side(width, height, preprocessing.resize());
    if (resizedHeight * resizedWidth > PixelImage.MAX_PIXELS) {
      throw new DataException(
          name
              + ": "
              + height
              + "×"
              + width
              + " pixels would become "
              + resizedHeight
              + "×"
              + resizedWidth
              + ", more than "
              + PixelImage.MAX_PIXELS
              + ": leave this image out, or choose a smaller resize");
    }
    return Shape.of(inputs.length, (int) resizedHeight, (int) resizedWidth);
  }

  /** The shorter side gets the size asked for; the longer one keeps the ratio, rounded down. */
  private static long side(int length, int other, int shorter) {
    return length <= other ? shorter : (long) shorter * length / other;
  }

  /**
   * Returns the middle {@code size}×{@code size} pixels. A smaller image is first padded with
   * black, the odd pixel at the right and at the bottom; where there is half a pixel to choose, the
   * first one cut is the even one.
   */
  static PixelImage centerCropped(PixelImage image, int size) {
    if (image.height() == size && image.width() == size) {
      return image;
    }
    int top = cropStart(image.height(), size);
    int left = cropStart(image.width(), size);
    int columns = Math.min(size, image.width());
    byte[] out = new byte[Math.multiplyExact(image.channels(), Math.multiplyExact(size, size))];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = Math.max(0, -top); y < size && y + top < image.height(); y++) {
        int from = (c * image.height() + y + top) * image.width() + Math.max(0, left);
        int to = (c * size + y) * size + Math.max(0, -left);
        System.arraycopy(image.samples(), from, out, to, columns);
      }
    }
    return new PixelImage(image.channels(), size, size, out);
  }

  /** Returns the first pixel of the crop; negative: so many of padding before the image. */
  private static int cropStart(int length, int size) {
    if (length < size) {
      return -((size - length) / 2);
    }
    return (int) Math.rint((length - size) / 2.0);
  }
}
