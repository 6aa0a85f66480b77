package dev.pleas.tck.reference;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;

/** The conditions on shapes, each with a message that says operation, expected and found. */
final class Expect {
  private Expect() {}

  static void that(boolean condition, String otherwise) {
    if (!condition) {
      throw new ShapeException(otherwise);
    }
  }

  static void that(boolean condition, String op, String what, String expected, Shape found) {
    that(condition, op + ": expected " + what + " " + expected + ", found " + found);
  }

  static void shape(String op, String what, Shape expected, Shape found) {
    that(found.equals(expected), op, what, expected.toString(), found);
  }

  static void channels(String op, String what, int channels, Shape found) {
    boolean fits = found.rank() >= 2 && found.dim(1) == channels;
    that(fits, op, what, "[N, " + channels + ", …]", found);
  }

  static void image(String op, Shape x, Window window) {
    that(x.rank() == 4, op, "input", "[N, C, H, W]", x);
    that(
        window.outputHeight(x.dim(2)) > 0 && window.outputWidth(x.dim(3)) > 0,
        op + ": the window does not fit into input " + x + ", padding included: " + window);
  }

  static void convolution(Shape x, Shape weight, Window window, int groups) {
    that(x.rank() == 4, "conv2d", "input", "[N, C, H, W]", x);
    String form = "[K, C / groups, kernelHeight, kernelWidth]";
    that(weight.rank() == 4, "conv2d", "weight", form, weight);
    int channels = x.dim(1);
    int filters = weight.dim(0);
    that(
        groups >= 1 && channels % groups == 0 && filters % groups == 0,
        "conv2d: groups must divide input channels and filters, found "
            + groups
            + " groups for input "
            + x
            + " and weight "
            + weight);
    shape(
        "conv2d",
        "weight",
        Shape.of(filters, channels / groups, window.kernelHeight(), window.kernelWidth()),
        weight);
    image("conv2d", x, window);
  }

  static void attention(Shape queries, Shape keys, Shape values, int heads) {
    that(queries.rank() == 3, "attention", "queries", "[N, heads·d, T]", queries);
    String form = "[" + queries.dim(0) + ", " + queries.dim(1) + ", S] with S > 0";
    boolean fits =
        keys.rank() == 3 && keys.dim(2) > 0 && keys.with(2, 0).equals(queries.with(2, 0));
    that(fits, "attention", "keys", form, keys);
    form = "[" + queries.dim(0) + ", heads·e, " + keys.dim(2) + "]";
    fits = values.rank() == 3 && values.with(1, 0).equals(keys.with(1, 0));
    that(fits, "attention", "values", form, values);
    that(
        heads >= 1 && queries.dim(1) % heads == 0 && values.dim(1) % heads == 0,
        "attention: heads must divide the channels, found "
            + heads
            + " heads for queries "
            + queries
            + " and values "
            + values);
  }

  static void axis(String op, int axis, Shape found) {
    that(axis >= 0 && axis < found.rank(), op + ": no axis " + axis + " in " + found);
  }
}
