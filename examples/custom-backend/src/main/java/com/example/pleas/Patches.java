package com.example.pleas;

import dev.pleas.api.graph.Window;

/**
 * What the taps of a window see: for each sample a matrix with a row for each channel and tap, and
 * a column for each window position. Made in parts, where it is needed.
 */
final class Patches {
  private final float[] values;
  private final int channels;
  private final int height;
  private final int width;
  private final Window window;
  private final int outputWidth;

  /**
   * @param values [N, channels, height, width]
   */
  Patches(float[] values, int channels, int height, int width, Window window) {
    this.values = values;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.window = window;
    outputWidth = window.outputWidth(width);
  }

  int channels() {
    return channels;
  }

  /** Returns how many columns there are. */
  int positions() {
    return window.outputHeight(height) * outputWidth;
  }

  /**
   * Writes the rows of some channels of a sample, in some columns.
   *
   * @param target filled from index {@code at}; padding is 0
   */
  void write(
      int sample, int firstChannel, int channelCount, int from, int to, float[] target, int at) {
    int k = at;
    for (int c = firstChannel; c < firstChannel + channelCount; c++) {
      int plane = (sample * channels + c) * height * width;
      for (int tap = 0; tap < window.taps(); tap++) {
        int down = tap / window.kernelWidth() * window.dilationHeight() - window.padHeight();
        int right = tap % window.kernelWidth() * window.dilationWidth() - window.padWidth();
        int row = from / outputWidth;
        int column = from % outputWidth;
        for (int position = from; position < to; position++) {
          int i = row * window.strideHeight() + down;
          int j = column * window.strideWidth() + right;
          boolean inside = i >= 0 && i < height && j >= 0 && j < width;
          target[k++] = inside ? values[plane + i * width + j] : 0;
          if (++column == outputWidth) {
            column = 0;
            row++;
          }
        }
      }
    }
  }
}
