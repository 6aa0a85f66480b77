package dev.pleas.models.onnx;

/**
 * What a model computes and the graph does not: operators that read it make up for that, or cannot
 * be applied to it.
 */
sealed interface Deferred {
  /** Returns the value of the graph that it is made of. */
  String value();

  /** How to call it in messages. */
  String shown();

  /**
   * slope · value + offset; bounds make a gate of it.
   *
   * @param rectified whether it is bounded by 0 already
   */
  record Line(String value, double slope, double offset, boolean rectified) implements Deferred {
    /** Returns factor · this + summand. */
    Line then(double factor, double summand) throws UnsupportedOperator {
      if (rectified && (factor < 0 || summand != 0)) {
        throw new UnsupportedOperator("is applied to a rectified sum with a number");
      }
      return new Line(value, factor * slope, factor * offset + summand, rectified);
    }

    Line rectify() {
      return new Line(value, slope, offset, true);
    }

    @Override
    public String shown() {
      return "a sum with a number, of which bounds 0 and more must make a gate";
    }
  }

  /** A vector on the way to one position: it has one of the two axes of that. */
  record Unsqueezed(String value) implements Deferred {
    @Override
    public String shown() {
      return "a vector with one more axis, which Unsqueeze alone can be";
    }
  }

  /**
   * Zeros around an image; they are the padding of the window that reads it.
   *
   * @param height rows above, and as many below
   * @param width columns left, and as many right
   */
  record Padded(String value, int height, int width) implements Deferred {
    @Override
    public String shown() {
      return "a padded image, which Conv and AveragePool alone can be";
    }
  }
}
