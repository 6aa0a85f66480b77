package dev.pleas.core.oracle;

import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Small random networks in the manner of ResNets, with odd widths. Weights are He-scaled, batch
 * normalization has exactly the mean and variance that its input has on given samples, and its
 * shift is positive, so that every unit is alive.
 */
public final class RandomNetworks {
  private RandomNetworks() {}

  /** Returns the shape of the inputs of {@link #resNet}. */
  public static Shape input() {
    return Shape.of(3, 7, 7);
  }

  /** Returns an architecture: the same for the same seed and number of classes. */
  public static Graph resNet(long seed, int classes) {
    SplittableRandom random = new SplittableRandom(seed);
    GraphBuilder g = new GraphBuilder(input());
    String x = g.conv("conv1", GraphBuilder.INPUT, odd(random), 3, 1, 1, random.nextBoolean());
    x = g.relu("relu1", g.norm("bn1", x));
    if (random.nextBoolean()) {
      x = g.maxPool("maxpool", x);
    }
    int blocks = 2 + random.nextInt(2);
    for (int i = 0; i < blocks; i++) {
      int width = i == 0 ? g.width(x) : odd(random);
      int stride = i == 0 ? 1 : 1 + random.nextInt(2);
      x = block(g, "layer" + (i + 1), x, width, stride, random);
    }
    return g.output("logits", g.linear("fc", g.pool("pool", x), classes)).build();
  }

  private static String block(
      GraphBuilder g, String name, String in, int width, int stride, SplittableRandom random) {
    String x;
    if (random.nextInt(3) == 0) {
      int narrow = odd(random);
      x = g.norm(name + ".bn1", g.conv(name + ".conv1", in, narrow, 1, 1));
      x = g.relu(name + ".relu1", x);
      x = g.norm(name + ".bn2", g.conv(name + ".conv2", x, narrow, 3, stride));
      x = g.relu(name + ".relu2", x);
      x = g.norm(name + ".bn3", g.conv(name + ".conv3", x, width, 1, 1));
    } else {
      x = g.norm(name + ".bn1", g.conv(name + ".conv1", in, odd(random), 3, stride));
      x = g.relu(name + ".relu1", x);
      x = g.norm(name + ".bn2", g.conv(name + ".conv2", x, width, 3, 1));
    }
    String shortcut = in;
    if (stride != 1 || g.width(in) != width) {
      shortcut = g.conv(name + ".downsample.0", in, width, 1, stride);
      shortcut = g.norm(name + ".downsample.1", shortcut);
    }
    return g.relu(name + ".relu", g.add(name + ".add", x, shortcut));
  }

  private static int odd(SplittableRandom random) {
    return 3 + 2 * random.nextInt(3);
  }

  /**
   * Returns weights for a graph.
   *
   * @param samples on which batch normalization is calibrated
   */
  public static Model weights(Graph graph, long seed, Samples samples) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    graph.parameters().forEach((name, shape) -> parameters.put(name, random(name, shape, random)));
    Map<String, Plain> values = new LinkedHashMap<>();
    values.put(graph.onlyInput(), Plain.of(samples.read(0, samples.count())));
    for (Node node : graph.nodes()) {
      List<Plain> in = new ArrayList<>();
      node.inputs().forEach(input -> in.add(values.get(input)));
      if (node.op() instanceof Op.BatchNorm norm) {
        calibrate(norm, in.get(0), parameters);
      }
      values.put(node.name(), PlainNetwork.apply(node.op(), in, parameters));
    }
    return new Model(graph, parameters);
  }

  /** Sets mean and population variance, by two passes. */
  private static void calibrate(Op.BatchNorm norm, Plain x, Map<String, HostTensor> parameters) {
    int units = x.dim(1);
    double count = (double) x.dim(0) * x.positions();
    double[] mean = new double[units];
    double[] variance = new double[units];
    for (int i = 0; i < x.values().length; i++) {
      mean[i / x.positions() % units] += x.values()[i] / count;
    }
    for (int i = 0; i < x.values().length; i++) {
      int c = i / x.positions() % units;
      variance[c] += Math.pow(x.values()[i] - mean[c], 2) / count;
    }
    parameters.put(norm.runningMean(), new Plain(Shape.of(units), mean).toHost());
    parameters.put(norm.runningVar(), new Plain(Shape.of(units), variance).toHost());
  }

  private static HostTensor random(String name, Shape shape, SplittableRandom random) {
    float[] values = new float[(int) shape.elements()];
    double deviation = shape.rank() == 1 ? 0.2 : Math.sqrt(2.0 / shape.elementsFrom(1));
    // Scale and shift of a normalization are around 1 and 0.5; a running variance is positive.
    double centre = shape.rank() > 1 ? 0 : name.endsWith("bias") ? 0.5 : 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (centre + deviation * random.nextGaussian());
      if (name.endsWith("running_var")) {
        values[i] = Math.abs(values[i]) + 0.1f;
      }
    }
    return HostTensor.wrap(shape, values);
  }
}
