package dev.pleas.models.data;

import java.util.Arrays;

/**
 * An image of 8-bit samples, channel after channel, each row-major. The bytes are shared, not
 * copied, and nobody modifies them once the image is made.
 */
final class PixelImage {
  /** The most pixels that an image may have, as for Pillow: more is an attack or a mistake. */
  static final long MAX_PIXELS = 178_956_970;

  private final int channels;
  private final int height;
  private final int width;
  private final byte[] samples;

  PixelImage(int channels, int height, int width, byte[] samples) {
    if ((long) channels * height * width != samples.length) {
      throw new IllegalArgumentException(
          channels + "×" + height + "×" + width + " samples, found " + samples.length);
    }
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.samples = samples;
  }

  int channels() {
    return channels;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  /** Returns the samples themselves, not to be modified. */
  byte[] samples() {
    return samples;
  }

  /** Returns whether {@link #convert} knows a way from so many channels to so many others. */
  static boolean convertible(int from, int to) {
    return to == 0 || from == to || (from == 1 && to == 3) || (from == 3 && to == 1);
  }

  /**
   * Returns this image with 1 or 3 channels, converted as Pillow does, or itself for 0.
   *
   * @param wanted 0, 1, 3 or what it has
   */
  PixelImage convert(int wanted) {
    if (wanted == 0 || wanted == channels) {
      return this;
    }
    if (!convertible(channels, wanted)) {
      throw new IllegalArgumentException("no conversion from " + channels + " to " + wanted);
    }
    return wanted == 3 ? repeated() : luma();
  }

  private PixelImage repeated() {
    byte[] rgb = Arrays.copyOf(samples, Math.multiplyExact(3, samples.length));
    System.arraycopy(samples, 0, rgb, samples.length, samples.length);
    System.arraycopy(samples, 0, rgb, 2 * samples.length, samples.length);
    return new PixelImage(3, height, width, rgb);
  }

  /** ITU-R 601 luma with 16 fraction bits, rounded: the weights are 0.299, 0.587 and 0.114. */
  private PixelImage luma() {
    int n = height * width;
    byte[] gray = new byte[n];
    for (int i = 0; i < n; i++) {
      int r = samples[i] & 0xff;
      int g = samples[n + i] & 0xff;
      int b = samples[2 * n + i] & 0xff;
      gray[i] = (byte) ((19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16);
    }
    return new PixelImage(1, height, width, gray);
  }
}
