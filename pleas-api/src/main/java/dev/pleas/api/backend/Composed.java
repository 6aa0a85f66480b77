package dev.pleas.api.backend;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Operations of a graph for which a scope has no method, made of those that it has. */
final class Composed {
  private final TensorScope scope;
  private final Function<String, Tensor> parameters;

  /**
   * @param scope gets the results
   * @param parameters finds parameters, and what {@link #constants} gave, by name
   */
  Composed(TensorScope scope, Function<String, Tensor> parameters) {
    this.scope = scope;
    this.parameters = parameters;
  }

  /** Returns numbers that the operations of a graph need on the backend, [1] each, by name. */
  static Map<String, HostTensor> constants(Graph graph) {
    Map<String, HostTensor> constants = new LinkedHashMap<>();
    graph.nodes().stream()
        .flatMap(node -> constants(node.op()).stream())
        .forEach(
            value ->
                constants.put(
                    name(value), HostTensor.wrap(Shape.of(1), new float[] {value.floatValue()})));
    return constants;
  }

  private static List<Double> constants(Op op) {
    if (op instanceof Op.Scale || op instanceof Op.Product) {
      return List.of(0.0, 1.0);
    } else if (op instanceof Op.HardSigmoid h) {
      return List.of(0.0, 1.0, h.slope(), h.offset());
    } else if (op instanceof Op.AveragePool2d p) {
      return List.of(1.0 / p.window().taps());
    }
    return List.of();
  }

  /** A name that no stored tensor has: there is a space in it. */
  private static String name(double constant) {
    return "constant " + constant;
  }

  Tensor apply(Op op, List<Tensor> in) {
    Tensor x = in.get(0);
    Shape shape = x.shape();
    int samples = shape.dim(0);
    int channels = shape.dim(1);
    if (op instanceof Op.Flatten) {
      int positions = Math.toIntExact(shape.elementsFrom(2));
      return scope.reshape(x, Shape.of(samples, channels, positions));
    } else if (op instanceof Op.SlicePositions s) {
      return scope.gather(x, 2, IntStream.range(s.from(), s.to()).toArray());
    } else if (op instanceof Op.Prepend p) {
      try (Tensor first = repeated(parameters.apply(p.weight()), samples)) {
        return scope.concat(2, List.of(first, x));
      }
    } else if (op instanceof Op.AddParameter a) {
      Tensor whole = parameters.apply(a.weight());
      if (whole.shape().equals(shape.dropFirst())) {
        return plus(x, whole);
      }
      int[] first = IntStream.range(0, shape.dim(2)).toArray();
      try (Tensor part = scope.gather(whole, 1, first)) {
        return plus(x, part);
      }
    } else if (op instanceof Op.Scale s) {
      return timesChannels(x, parameters.apply(s.weight()));
    } else if (op instanceof Op.Product) {
      Tensor factors = in.get(1);
      return factors.shape().equals(shape)
          ? scope.multiply(x, factors)
          : timesSamplesAndChannels(x, factors);
    } else if (op instanceof Op.HardSigmoid h) {
      return hardSigmoid(h, x);
    } else if (op instanceof Op.AveragePool2d p) {
      return averagePool(p.window(), x);
    }
    throw new IllegalStateException("no interpretation of " + op);
  }

  private Tensor plus(Tensor x, Tensor perSample) {
    try (Tensor offset = repeated(perSample, x.shape().dim(0))) {
      return scope.add(x, offset);
    }
  }

  /** x · weight[c]: (x − 0) / √1 · weight + 0 is that to the last bit, but for a zero's sign. */
  private Tensor timesChannels(Tensor x, Tensor weight) {
    try (Tensor zero = repeated(0, weight.shape());
        Tensor one = repeated(1, weight.shape())) {
      return scope.batchNorm(x, weight, zero, zero, one, 0);
    }
  }

  /** A factor for each sample and channel, as if there were one sample of that many channels. */
  private Tensor timesSamplesAndChannels(Tensor x, Tensor factors) {
    int rows = Math.toIntExact(factors.shape().elements());
    int positions = Math.toIntExact(x.shape().elementsFrom(2));
    try (Tensor one = scope.reshape(x, Shape.of(1, rows, positions));
        Tensor weight = scope.reshape(factors, Shape.of(rows));
        Tensor product = timesChannels(one, weight)) {
      return scope.reshape(product, x.shape());
    }
  }

  /** The line is a normalization of a single channel. */
  private Tensor hardSigmoid(Op.HardSigmoid op, Tensor x) {
    Tensor zero = parameters.apply(name(0));
    Tensor one = parameters.apply(name(1));
    Tensor slope = parameters.apply(name(op.slope()));
    Tensor offset = parameters.apply(name(op.offset()));
    int elements = Math.toIntExact(x.shape().elementsFrom(1));
    try (Tensor channel = scope.reshape(x, Shape.of(x.shape().dim(0), 1, elements));
        Tensor line = scope.batchNorm(channel, slope, offset, zero, one, 0);
        Tensor clipped = scope.clip(line, 0, 1)) {
      return scope.reshape(clipped, x.shape());
    }
  }

  /** A convolution of each channel by itself. */
  private Tensor averagePool(Window window, Tensor x) {
    Shape shape = x.shape();
    int planes = Math.multiplyExact(shape.dim(0), shape.dim(1));
    int height = shape.dim(2);
    int width = shape.dim(3);
    Shape result = shape.with(2, window.outputHeight(height)).with(3, window.outputWidth(width));
    Shape kernel = Shape.of(1, 1, window.kernelHeight(), window.kernelWidth());
    try (Tensor images = scope.reshape(x, Shape.of(planes, 1, height, width));
        Tensor weight = repeated(1.0 / window.taps(), kernel);
        Tensor means = scope.conv2d(images, weight, null, window, 1)) {
      return scope.reshape(means, result);
    }
  }

  /** A constant of any shape. */
  private Tensor repeated(double constant, Shape shape) {
    int[] indices = new int[Math.toIntExact(shape.elements())];
    try (Tensor row = scope.gather(parameters.apply(name(constant)), 0, indices)) {
      return scope.reshape(row, shape);
    }
  }

  /** The same values for each of several samples. */
  private Tensor repeated(Tensor value, int samples) {
    try (Tensor one = scope.reshape(value, value.shape().prepend(1))) {
      return scope.gather(one, 0, new int[samples]);
    }
  }
}
