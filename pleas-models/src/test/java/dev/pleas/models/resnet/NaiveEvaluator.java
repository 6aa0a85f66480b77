package dev.pleas.models.resnet;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.HashMap;
import java.util.Map;

/** Computes a graph for one sample straight from the definitions, in float64. */
final class NaiveEvaluator {
  private final Graph graph;
  private final Map<String, HostTensor> parameters;
  private final Map<String, double[]> values = new HashMap<>();

  NaiveEvaluator(Graph graph, Map<String, HostTensor> parameters) {
    this.graph = graph;
    this.parameters = parameters;
  }

  /** Returns the value of a node for an input [C, H, W]. */
  Map<String, double[]> run(double[] input) {
    values.put(graph.onlyInput(), input);
    for (Node node : graph.nodes()) {
      values.put(node.name(), apply(node));
    }
    return values;
  }

  private double[] apply(Node node) {
    Shape in = graph.valueShape(node.inputs().get(0));
    Shape out = graph.valueShape(node.name());
    double[] x = values.get(node.inputs().get(0));
    double[] y = new double[(int) out.elements()];
    Op op = node.op();
    if (op instanceof Op.Conv2d conv) {
      convolve(conv, in, x, out, y);
    } else if (op instanceof Op.BatchNorm norm) {
      int area = y.length / out.dim(0);
      for (int i = 0; i < y.length; i++) {
        int c = i / area;
        double deviation = Math.sqrt(at(norm.runningVar(), c) + norm.epsilon());
        y[i] =
            (x[i] - at(norm.runningMean(), c)) / deviation * at(norm.weight(), c)
                + at(norm.bias(), c);
      }
    } else if (op instanceof Op.Relu) {
      for (int i = 0; i < y.length; i++) {
        y[i] = Math.max(x[i], 0);
      }
    } else if (op instanceof Op.Add) {
      double[] other = values.get(node.inputs().get(1));
      for (int i = 0; i < y.length; i++) {
        y[i] = x[i] + other[i];
      }
    } else if (op instanceof Op.MaxPool2d pool) {
      for (int i = 0; i < y.length; i++) {
        y[i] = largest(pool.window(), in, x, out, i);
      }
    } else if (op instanceof Op.GlobalAveragePool) {
      int area = x.length / y.length;
      for (int i = 0; i < x.length; i++) {
        y[i / area] += x[i] / area;
      }
    } else if (op instanceof Op.Linear linear) {
      for (int k = 0; k < y.length; k++) {
        y[k] = linear.bias() == null ? 0 : at(linear.bias(), k);
        for (int c = 0; c < x.length; c++) {
          y[k] += at(linear.weight(), k * x.length + c) * x[c];
        }
      }
    }
    return y;
  }

  private void convolve(Op.Conv2d conv, Shape in, double[] x, Shape out, double[] y) {
    Window w = conv.window();
    int perGroup = in.dim(0) / conv.groups();
    for (int i = 0; i < y.length; i++) {
      int k = i / (out.dim(1) * out.dim(2));
      int first = k / (out.dim(0) / conv.groups()) * perGroup;
      for (int c = 0; c < perGroup; c++) {
        for (int tap = 0; tap < w.taps(); tap++) {
          int position = position(w, in, out, i, tap);
          if (position >= 0) {
            y[i] +=
                x[(first + c) * in.dim(1) * in.dim(2) + position]
                    * at(conv.weight(), (k * perGroup + c) * w.taps() + tap);
          }
        }
      }
    }
  }

  private static double largest(Window w, Shape in, double[] x, Shape out, int i) {
    double largest = Double.NEGATIVE_INFINITY;
    int c = i / (out.dim(1) * out.dim(2));
    for (int tap = 0; tap < w.taps(); tap++) {
      int position = position(w, in, out, i, tap);
      if (position >= 0) {
        largest = Math.max(largest, x[c * in.dim(1) * in.dim(2) + position]);
      }
    }
    return largest;
  }

  /** The place in a channel that a tap of output i looks at, −1 in the padding. */
  private static int position(Window w, Shape in, Shape out, int i, int tap) {
    int row =
        i / out.dim(2) % out.dim(1) * w.strideHeight() - w.padHeight() + tap / w.kernelWidth();
    int column = i % out.dim(2) * w.strideWidth() - w.padWidth() + tap % w.kernelWidth();
    boolean inside = row >= 0 && row < in.dim(1) && column >= 0 && column < in.dim(2);
    return inside ? row * in.dim(2) + column : -1;
  }

  private double at(String parameter, int index) {
    return parameters.get(parameter).values()[index];
  }
}
