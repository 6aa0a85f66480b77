package com.example.pleas;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Window;

/** Refuses shapes that do not fit. */
final class Shapes {
  /** Any length of an axis. */
  static final int ANY = -1;

  private Shapes() {}

  /** Refuses a tensor that has not these axes, each of a given length or {@link #ANY}. */
  static void expect(String op, String what, PlainTensor found, int... dims) {
    boolean fits = found.shape().rank() == dims.length;
    for (int axis = 0; fits && axis < dims.length; axis++) {
      fits = dims[axis] == ANY || dims[axis] == found.dim(axis);
    }
    StringBuilder expected = new StringBuilder();
    for (int dim : dims) {
      expected.append(expected.isEmpty() ? "" : ", ").append(dim == ANY ? "any" : dim);
    }
    require(fits, op, what + " [" + expected + "]", found.shape());
  }

  /** Refuses a tensor that is not [N, C, …] with so many channels, or {@link #ANY}. */
  static void channels(String op, String what, PlainTensor found, int channels) {
    boolean fits = found.shape().rank() >= 2 && (channels == ANY || found.dim(1) == channels);
    String expected = channels == ANY ? "C" : String.valueOf(channels);
    require(fits, op, what + " [N, " + expected + ", …]", found.shape());
  }

  /** Refuses what is not [N, C, H, W], or too small for a window. */
  static void window(String op, PlainTensor x, Window window) {
    expect(op, "input", x, ANY, ANY, ANY, ANY);
    boolean fits = window.outputHeight(x.dim(2)) > 0 && window.outputWidth(x.dim(3)) > 0;
    require(fits, op, "an input that the window fits into, " + window, x.shape());
  }

  /** Refuses an axis that a tensor does not have. */
  static void axis(String op, PlainTensor found, int axis) {
    boolean fits = axis >= 0 && axis < found.shape().rank();
    require(fits, op, "a tensor with axis " + axis, found);
  }

  static void require(boolean fits, String op, String expected, Object found) {
    if (!fits) {
      throw new ShapeException(op + ": expected " + expected + ", found " + found);
    }
  }
}
