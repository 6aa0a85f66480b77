package dev.pleas.api.graph;

/**
 * The sliding window of a convolution or pooling, with PyTorch's meaning of every number.
 *
 * @param kernelHeight rows of the window, at least 1
 * @param kernelWidth columns of the window, at least 1
 * @param strideHeight rows from one position to the next, at least 1
 * @param strideWidth columns from one position to the next, at least 1
 * @param padHeight rows of padding above and below, at least 0
 * @param padWidth columns of padding left and right, at least 0
 * @param dilationHeight rows between neighbouring taps, at least 1
 * @param dilationWidth columns between neighbouring taps, at least 1
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padHeight,
    int padWidth,
    int dilationHeight,
    int dilationWidth) {

  /** Checks the ranges. */
  public Window {
    if (kernelHeight < 1
        || kernelWidth < 1
        || strideHeight < 1
        || strideWidth < 1
        || padHeight < 0
        || padWidth < 0
        || dilationHeight < 1
        || dilationWidth < 1) {
      throw new IllegalArgumentException(
          "kernel, stride and dilation must be at least 1 and padding at least 0: "
              + java.util.Arrays.asList(
                  kernelHeight,
                  kernelWidth,
                  strideHeight,
                  strideWidth,
                  padHeight,
                  padWidth,
                  dilationHeight,
                  dilationWidth));
    }
  }

  /** Returns a square window without dilation. */
  public static Window square(int kernel, int stride, int pad) {
    return new Window(kernel, kernel, stride, stride, pad, pad, 1, 1);
  }

  /** Returns the number of window rows that fit into {@code height} rows, 0 if none does. */
  public int outputHeight(int height) {
    return output(height, kernelHeight, strideHeight, padHeight, dilationHeight);
  }

  /** Returns the number of window columns that fit into {@code width} columns, 0 if none does. */
  public int outputWidth(int width) {
    return output(width, kernelWidth, strideWidth, padWidth, dilationWidth);
  }

  /** Returns kernelHeight × kernelWidth. */
  public int taps() {
    return kernelHeight * kernelWidth;
  }

  private static int output(int length, int kernel, int stride, int pad, int dilation) {
    int room = length + 2 * pad - dilation * (kernel - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
  }
}
