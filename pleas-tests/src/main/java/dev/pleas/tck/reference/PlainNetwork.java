package dev.pleas.tck.reference;

import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs networks in float64 with {@link Plain}'s operations and keeps every value. */
public final class PlainNetwork {
  private final Map<String, HostTensor> parameters;

  private PlainNetwork(Map<String, HostTensor> parameters) {
    this.parameters = parameters;
  }

  /** Returns every value of the network on all samples. */
  public static Map<String, Plain> values(Model model, Samples samples) {
    return values(
        model.graph(),
        model.parameters(),
        Map.of(model.graph().onlyInput(), Plain.of(samples.read(0, samples.count()))));
  }

  /** Returns every value of a graph, inputs included, by name. */
  public static Map<String, Plain> values(
      Graph graph, Map<String, HostTensor> parameters, Map<String, Plain> inputs) {
    Map<String, Plain> values = new LinkedHashMap<>(inputs);
    for (Node node : graph.nodes()) {
      List<Plain> in = node.inputs().stream().map(name -> get(values, name)).toList();
      values.put(node.name(), apply(node.op(), in, parameters));
    }
    return values;
  }

  /** Returns the network's outputs on all samples, by output name. */
  public static Map<String, Plain> outputs(Model model, Samples samples) {
    Map<String, Plain> values = values(model, samples);
    Map<String, Plain> outputs = new LinkedHashMap<>();
    model.graph().outputs().forEach((name, value) -> outputs.put(name, get(values, value)));
    return outputs;
  }

  /** Returns the only output. */
  public static Plain logits(Model model, Samples samples) {
    return outputs(model, samples).values().iterator().next();
  }

  /**
   * Returns what an operation makes of its inputs.
   *
   * @param parameters at least the operation's
   */
  public static Plain apply(Op op, List<Plain> in, Map<String, HostTensor> parameters) {
    return new PlainNetwork(parameters).apply(op, in);
  }

  private Plain apply(Op op, List<Plain> in) {
    Plain x = in.get(0);
    if (op instanceof Op.Conv2d c) {
      return x.conv2d(plain(c.weight()), optional(c.bias()), c.window(), c.groups());
    } else if (op instanceof Op.Linear l) {
      return x.linear(plain(l.weight()), optional(l.bias()));
    } else if (op instanceof Op.BatchNorm b) {
      return x.batchNorm(
          plain(b.weight()),
          plain(b.bias()),
          plain(b.runningMean()),
          plain(b.runningVar()),
          b.epsilon());
    } else if (op instanceof Op.LayerNorm l) {
      return x.layerNorm(plain(l.weight()), optional(l.bias()), l.epsilon());
    } else if (op instanceof Op.Scale s) {
      return x.timesChannels(plain(s.weight()));
    } else if (op instanceof Op.Relu) {
      return x.relu();
    } else if (op instanceof Op.Gelu g) {
      return x.gelu(g.form());
    } else if (op instanceof Op.Tanh) {
      return x.tanh();
    } else if (op instanceof Op.Sigmoid) {
      return x.sigmoid();
    } else if (op instanceof Op.HardSigmoid h) {
      return x.map(v -> h.slope() * v + h.offset()).clip(0, 1);
    } else if (op instanceof Op.Clip c) {
      return x.clip(c.low(), c.high());
    } else if (op instanceof Op.Multiply m) {
      return x.times(m.factor());
    } else if (op instanceof Op.Attention a) {
      return in.size() == 3
          ? x.attention(in.get(1), in.get(2), a.heads(), a.scale())
          : x.attention(in.get(1), in.get(2), in.get(3), a.heads(), a.scale());
    } else if (op instanceof Op.Embed e) {
      return plain(e.weight()).columns(x);
    } else if (op instanceof Op.Add) {
      return x.plus(in.get(1));
    } else if (op instanceof Op.Product) {
      return x.times(in.get(1));
    } else if (op instanceof Op.AddParameter a) {
      Plain weight = plain(a.weight());
      boolean longer = !weight.shape().equals(x.shape().dropFirst());
      int[] first = IntStream.range(0, longer ? x.dim(2) : 0).toArray();
      return x.plus((longer ? weight.gather(1, first) : weight).repeated(x.dim(0)));
    } else if (op instanceof Op.MaxPool2d p) {
      return x.maxPool2d(p.window());
    } else if (op instanceof Op.AveragePool2d p) {
      return x.averagePool2d(p.window());
    } else if (op instanceof Op.GlobalAveragePool) {
      return x.globalAveragePool();
    } else if (op instanceof Op.Flatten) {
      return x.reshape(Shape.of(x.dim(0), x.dim(1), x.positions()));
    } else if (op instanceof Op.Prepend p) {
      return Plain.concat(2, List.of(plain(p.weight()).repeated(x.dim(0)), x));
    } else if (op instanceof Op.SlicePositions s) {
      return x.gather(2, IntStream.range(s.from(), s.to()).toArray());
    }
    throw new AssertionError("no plain " + op);
  }

  private Plain plain(String name) {
    return Plain.of(get(parameters, name));
  }

  private @Nullable Plain optional(@Nullable String name) {
    return name == null ? null : plain(name);
  }

  private static <V> V get(Map<String, V> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }
}
