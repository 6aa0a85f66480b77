package dev.pleas.models.data;

import java.util.Arrays;

/**
 * Antialiased bilinear resizing with the arithmetic of Pillow's {@code BILINEAR} resampling.
 *
 * <p>Along one axis, output pixel i looks at the input around c = (i + ½)·s, where s is the input
 * length over the output length, and averages it with the triangle max(0, 1 − |x − c| / f), f =
 * max(s, 1): when shrinking, the triangle widens with the scale, so that no input pixel goes
 * unseen. The weights, which add up to 1, have {@value #FRACTION_BITS} fraction bits. Rows are done
 * first, rounded to 8 bits, then columns.
 */
final class BilinearResize {
  /** 32 bits less 8 of the sample, one of the sign, and one to spare. */
  private static final int FRACTION_BITS = 22;

  private BilinearResize() {}

  /**
   * Returns the image at another size.
   *
   * @param height at least 1
   * @param width at least 1
   */
  static PixelImage resize(PixelImage image, int height, int width) {
    PixelImage rows = width == image.width() ? image : alongRows(image, width);
    return height == rows.height() ? rows : alongColumns(rows, height);
  }

  private static PixelImage alongRows(PixelImage image, int width) {
    Weights weights = new Weights(image.width(), width);
    int rows = image.channels() * image.height();
    int inWidth = image.width();
    byte[] in = image.samples();
    byte[] out = new byte[Math.multiplyExact(rows, width)];
    for (int row = 0; row < rows; row++) {
      for (int x = 0; x < width; x++) {
        int sum = 1 << (FRACTION_BITS - 1);
        int from = row * inWidth + weights.first[x];
        int k = x * weights.stride;
        for (int j = 0; j < weights.count[x]; j++) {
          sum += (in[from + j] & 0xff) * weights.fixed[k + j];
        }
        out[row * width + x] = toByte(sum);
      }
    }
    return new PixelImage(image.channels(), image.height(), width, out);
  }

  private static PixelImage alongColumns(PixelImage image, int height) {
    Weights weights = new Weights(image.height(), height);
    int width = image.width();
    byte[] in = image.samples();
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(image.channels(), height), width)];
    int[] sums = new int[width];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < height; y++) {
        Arrays.fill(sums, 1 << (FRACTION_BITS - 1));
        for (int j = 0; j < weights.count[y]; j++) {
          int weight = weights.fixed[y * weights.stride + j];
          int from = (c * image.height() + weights.first[y] + j) * width;
          for (int x = 0; x < width; x++) {
            sums[x] += (in[from + x] & 0xff) * weight;
          }
        }
        for (int x = 0; x < width; x++) {
          out[(c * height + y) * width + x] = toByte(sums[x]);
        }
      }
    }
    return new PixelImage(image.channels(), height, width, out);
  }

  private static byte toByte(int sum) {
    int value = sum >> FRACTION_BITS;
    return (byte) Math.max(0, Math.min(255, value));
  }

  /** For every output position of one axis: the first input, how many, and their weights. */
  private static final class Weights {
    final int[] first;
    final int[] count;
    final int[] fixed;
    final int stride;

    Weights(int inLength, int outLength) {
      double scale = (double) inLength / outLength;
      double radius = Math.max(scale, 1);
      double slope = 1 / radius;
      stride = (int) Math.ceil(radius) * 2 + 1;
      first = new int[outLength];
      count = new int[outLength];
      fixed = new int[Math.multiplyExact(outLength, stride)];
      double[] weight = new double[stride];
      for (int i = 0; i < outLength; i++) {
        double center = (i + 0.5) * scale;
        first[i] = Math.max(0, (int) (center - radius + 0.5));
        count[i] = Math.min(inLength, (int) (center + radius + 0.5)) - first[i];
        double total = 0;
        for (int j = 0; j < count[i]; j++) {
          double distance = Math.abs((j + first[i] - center + 0.5) * slope);
          weight[j] = Math.max(0, 1 - distance);
          total += weight[j];
        }
        for (int j = 0; j < count[i]; j++) {
          fixed[i * stride + j] = (int) (0.5 + weight[j] / total * (1 << FRACTION_BITS));
        }
      }
    }
  }
}
