package dev.pleas.tck;

import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** Networks and data to merge: small enough for backends that are obviously right. */
final class MergeExample {
  static final Shape INPUT = Shape.of(2, 6, 5);
  static final int SAMPLES = 24;
  static final int CLASSES = 3;

  private MergeExample() {}

  /** Returns standard normal samples. */
  static Samples samples(Shape shape) {
    SplittableRandom random = new SplittableRandom(7);
    int size = (int) shape.elements();
    float[] values = new float[SAMPLES * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Samples() {
      @Override
      public int count() {
        return SAMPLES;
      }

      @Override
      public Shape shape() {
        return shape;
      }

      @Override
      public HostTensor read(int from, int to) {
        Objects.checkFromToIndex(from, to, SAMPLES);
        return HostTensor.wrap(
            shape.prepend(to - from), Arrays.copyOfRange(values, from * size, to * size));
      }
    };
  }

  /**
   * Returns a network whose weights depend on the seed; all of one width are of one architecture.
   */
  static Model network(long seed, int width) {
    Graph graph = graph(width);
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    graph.parameters().forEach((name, shape) -> parameters.put(name, random(name, shape, random)));
    calibrate(graph, parameters);
    return new Model(graph, parameters);
  }

  /** Two convolutions, each with batch normalization, and a linear head. */
  private static Graph graph(int width) {
    Map<String, Shape> parameters = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    int[] channels = {INPUT.dim(0), 4, width};
    String value = "input";
    for (int i = 1; i <= 2; i++) {
      String conv = "conv" + i;
      parameters.put(conv + ".weight", Shape.of(channels[i], channels[i - 1], 3, 3));
      nodes.add(
          new Node(
              conv,
              new Op.Conv2d(conv + ".weight", null, Window.square(3, 1, 1), 1),
              List.of(value)));
      String norm = "bn" + i;
      Op.BatchNorm op =
          new Op.BatchNorm(
              norm + ".weight",
              norm + ".bias",
              norm + ".running_mean",
              norm + ".running_var",
              1e-5);
      for (String parameter : op.parameters()) {
        parameters.put(parameter, Shape.of(channels[i]));
      }
      nodes.add(new Node(norm, op, List.of(conv)));
      value = "relu" + i;
      nodes.add(new Node(value, new Op.Relu(), List.of(norm)));
    }
    nodes.add(new Node("pool", new Op.GlobalAveragePool(), List.of(value)));
    nodes.add(new Node("fc", new Op.Linear("fc.weight", "fc.bias"), List.of("pool")));
    parameters.put("fc.weight", Shape.of(CLASSES, width));
    parameters.put("fc.bias", Shape.of(CLASSES));
    return new Graph(
        "two convolutions of 4 and " + width,
        Map.of("input", INPUT),
        nodes,
        Map.of("logits", "fc"),
        parameters);
  }

  private static HostTensor random(String name, Shape shape, SplittableRandom random) {
    float[] values = new float[(int) shape.elements()];
    double deviation = shape.rank() == 1 ? 0.2 : Math.sqrt(2.0 / shape.elementsFrom(1));
    double centre = shape.rank() > 1 ? 0 : name.endsWith("bias") ? 0.5 : 1; // no unit is dead
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (centre + deviation * random.nextGaussian());
    }
    return HostTensor.wrap(shape, values);
  }

  /**
   * Gives batch normalization the mean and variance that it has on the samples, as after training:
   * a method that measures them again finds them again.
   */
  private static void calibrate(Graph graph, Map<String, HostTensor> parameters) {
    Map<String, Plain> values = new LinkedHashMap<>();
    values.put("input", Plain.of(samples(INPUT).read(0, SAMPLES)));
    for (Node node : graph.nodes()) {
      Plain x = Objects.requireNonNull(values.get(node.inputs().get(0)));
      if (node.op() instanceof Op.BatchNorm norm) {
        float[] mean = new float[x.dim(1)];
        float[] variance = new float[x.dim(1)];
        for (int c = 0; c < mean.length; c++) {
          double[] channel = channel(x, c);
          double centre = Arrays.stream(channel).average().orElseThrow();
          mean[c] = (float) centre;
          variance[c] =
              (float)
                  Arrays.stream(channel)
                      .map(v -> (v - centre) * (v - centre))
                      .average()
                      .orElseThrow();
        }
        parameters.put(norm.runningMean(), HostTensor.wrap(Shape.of(mean.length), mean));
        parameters.put(norm.runningVar(), HostTensor.wrap(Shape.of(mean.length), variance));
      }
      values.put(node.name(), PlainNetwork.apply(node.op(), List.of(x), parameters));
    }
  }

  private static double[] channel(Plain x, int c) {
    double[] values = new double[x.dim(0) * x.positions()];
    for (int i = 0; i < values.length; i++) {
      values[i] = x.get(i / x.positions(), c, i % x.positions());
    }
    return values;
  }
}
