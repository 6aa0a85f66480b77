package dev.pleas.models.onnx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a value of an ONNX model is in the graph. Where ONNX computes by several operators what is
 * one operation of a graph, the values between are not computed but remembered as what they are.
 */
sealed interface Value {
  /** Returns the lengths of its axes, {@link Folding#BATCH} included, or null if nobody asks. */
  default @Nullable List<Long> onnxShape() {
    return null;
  }

  /** A value of the graph, channels first. */
  sealed interface Dense extends Value permits Activation, View {}

  /**
   * Ids of words, the graph's input.
   *
   * @param value its name
   * @param length T of [N, T]
   */
  record Ids(String value, int length) implements Value {
    @Override
    public List<Long> onnxShape() {
      return List.of(Folding.BATCH, (long) length);
    }
  }

  /**
   * Which words are there, or what is added to the scores of those that are not.
   *
   * @param value the graph's, [N, T]
   * @param stage what ONNX has computed of it
   * @param shape ONNX's, batch included
   */
  record Mask(String value, Stage stage, List<Long> shape) implements Value {
    /** The largest number that counts as none at all when it is added to scores. */
    static final double FAR = -1e4;

    /** Steps from 1 for a word that is there to 0 for its scores. */
    enum Stage {
      THERE,
      MISSING,
      ADDED
    }

    public Mask {
      shape = List.copyOf(shape);
    }

    /** Returns the same at another step. */
    Mask as(Stage other) {
      return new Mask(value, other, shape);
    }

    @Override
    public List<Long> onnxShape() {
      return shape;
    }
  }

  /**
   * Rows of a parameter that are the same for all samples.
   *
   * @param tensor [P, C], of which the first are meant; or with leading axes of length 1
   * @param rows how many
   */
  record Rows(String tensor, int rows) implements Value {}

  /** Scores of queries and keys: scale · queries·keys, and a mask or null. */
  record Scores(View queries, View keys, double scale, @Nullable String mask) implements Value {
    @Override
    public List<Long> onnxShape() {
      List<Long> shape = new ArrayList<>(queries.onnxShape());
      shape.set(shape.size() - 1, (long) keys.count());
      return List.copyOf(shape);
    }
  }

  /** The softmax of scores over the keys. */
  record Probabilities(Scores scores) implements Value {}

  /** A step of the layer normalization of x, with the epsilon that was added or 0. */
  record Normalizing(Step step, View x, double epsilon) implements Value {
    /** What of x it is. */
    enum Step {
      MEAN,
      CENTERED,
      SQUARES,
      VARIANCE,
      SHIFTED_VARIANCE,
      DEVIATION,
      NORMALIZED
    }
  }

  /** A step of the Gaussian error linear unit of x: erf(x / √2), plus 1 or not yet. */
  record GaussianError(View x, boolean plusOne) implements Value {}
}
