package dev.pleas.backend.tensor;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;

/**
 * The conditions on shapes, each with the message that names operation, expectation and finding.
 */
final class Require {
  private Require() {}

  static void rank(String op, String what, Shape found, int rank, String expected) {
    if (found.rank() != rank) {
      throw mismatch(op, what, expected, found);
    }
  }

  static void channels(String op, String what, Shape found) {
    if (found.rank() < 2) {
      throw mismatch(op, what, "[N, C, …]", found);
    }
  }

  static void shape(String op, String what, Shape expected, Shape found) {
    if (!found.equals(expected)) {
      throw mismatch(op, what, expected.toString(), found);
    }
  }

  /** Checks that a window has at least one position on the input [N, C, H, W]. */
  static void window(String op, Shape x, Window window) {
    rank(op, "input", x, 4, "[N, C, H, W]");
    if (window.outputHeight(x.dim(2)) == 0 || window.outputWidth(x.dim(3)) == 0) {
      throw new ShapeException(
          op + ": the window does not fit into input " + x + ", padding included: " + window);
    }
  }

  /** Returns the sizes of a convolution whose shapes fit. */
  static ConvolutionForm convolution(Shape x, Shape weight, Window window, int groups) {
    rank("conv2d", "input", x, 4, "[N, C, H, W]");
    rank("conv2d", "weight", weight, 4, "[K, C / groups, kernelHeight, kernelWidth]");
    int channels = x.dim(1);
    int filters = weight.dim(0);
    if (groups < 1 || channels % groups != 0 || filters % groups != 0) {
      throw new ShapeException(
          "conv2d: groups must divide input channels and filters, found "
              + groups
              + " groups for input "
              + x
              + " and weight "
              + weight);
    }
    shape(
        "conv2d",
        "weight",
        Shape.of(filters, channels / groups, window.kernelHeight(), window.kernelWidth()),
        weight);
    window("conv2d", x, window);
    return new ConvolutionForm(x.dim(0), channels, x.dim(2), x.dim(3), filters, window, groups);
  }

  /** Returns the sizes of an attention whose shapes fit. */
  static AttentionForm attention(Shape queries, Shape keys, Shape values, int heads, double scale) {
    rank("attention", "queries", queries, 3, "[N, heads·d, T]");
    int samples = queries.dim(0);
    int channels = queries.dim(1);
    rank("attention", "keys", keys, 3, "[" + samples + ", " + channels + ", S]");
    shape("attention", "keys", Shape.of(samples, channels, keys.dim(2)), keys);
    rank("attention", "values", values, 3, "[" + samples + ", heads·e, " + keys.dim(2) + "]");
    shape("attention", "values", Shape.of(samples, values.dim(1), keys.dim(2)), values);
    if (heads < 1 || channels % heads != 0 || values.dim(1) % heads != 0) {
      throw new ShapeException(
          "attention: heads must divide the channels, found "
              + heads
              + " heads for queries "
              + queries
              + " and values "
              + values);
    }
    if (keys.dim(2) == 0) {
      throw mismatch("attention", "keys", "[N, heads·d, S] with S > 0", keys);
    }
    return new AttentionForm(
        samples,
        heads,
        channels / heads,
        values.dim(1) / heads,
        queries.dim(2),
        keys.dim(2),
        scale);
  }

  static ShapeException mismatch(String op, String what, String expected, Shape found) {
    return new ShapeException(op + ": expected " + what + " " + expected + ", found " + found);
  }
}
