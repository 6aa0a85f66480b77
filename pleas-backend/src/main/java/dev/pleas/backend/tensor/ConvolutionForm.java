package dev.pleas.backend.tensor;

import dev.pleas.api.graph.Window;

/**
 * The sizes of a convolution that has been checked.
 *
 * @param samples N
 * @param channels C
 * @param height H
 * @param width W
 * @param filters K
 * @param window kernel, stride, padding, dilation
 * @param groups divides C and K
 */
public record ConvolutionForm(
    int samples, int channels, int height, int width, int filters, Window window, int groups) {
  /** Returns H′. */
  public int outputHeight() {
    return window.outputHeight(height);
  }

  /** Returns W′. */
  public int outputWidth() {
    return window.outputWidth(width);
  }

  /** Returns H′·W′. */
  public int positions() {
    return Math.multiplyExact(outputHeight(), outputWidth());
  }

  /** Returns the rows of the patch matrix of one group, C / groups · taps. */
  public int patch() {
    return Math.multiplyExact(channels / groups, window.taps());
  }

  /** Returns whether every output position sees just the input at that position. */
  public boolean pointwise() {
    return window.equals(Window.square(1, 1, 0));
  }

  /** Returns the elements of one input sample, C·H·W. */
  public long inputStep() {
    return (long) channels * height * width;
  }

  /** Returns the elements of one output sample, K·H′·W′. */
  public long outputStep() {
    return (long) filters * positions();
  }

  /** Returns the same convolution of another number of samples. */
  public ConvolutionForm withSamples(int count) {
    return new ConvolutionForm(count, channels, height, width, filters, window, groups);
  }
}
