package dev.pleas.core.oracle;

import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs networks in float64 with {@link Plain}'s operations and keeps every value. */
public final class PlainNetwork {
  private PlainNetwork() {}

  /** Returns every value of the network on all samples. */
  public static Map<String, Plain> values(Model model, Samples samples) {
    return values(
        model.graph(),
        model.parameters(),
        Map.of(model.graph().onlyInput(), Plain.of(samples.read(0, samples.count()))));
  }

  /** Returns every value of a graph. */
  public static Map<String, Plain> values(
      Graph graph, Map<String, HostTensor> parameters, Map<String, Plain> inputs) {
    Map<String, Plain> values = new LinkedHashMap<>(inputs);
    for (Node node : graph.nodes()) {
      values.put(
          node.name(),
          apply(node.op(), node.inputs().stream().map(values::get).toList(), parameters));
    }
    return values;
  }

  /** Returns the network's outputs on all samples, by output name. */
  public static Map<String, Plain> outputs(Model model, Samples samples) {
    Map<String, Plain> values = values(model, samples);
    Map<String, Plain> outputs = new LinkedHashMap<>();
    model.graph().outputs().forEach((name, value) -> outputs.put(name, values.get(value)));
    return outputs;
  }

  /** Returns the only output. */
  public static Plain logits(Model model, Samples samples) {
    return outputs(model, samples).values().iterator().next();
  }

  static Plain apply(Op op, List<Plain> in, Map<String, HostTensor> parameters) {
    Plain x = in.get(0);
    if (op instanceof Op.Conv2d c) {
      return x.conv2d(
          plain(parameters, c.weight()), optional(parameters, c.bias()), c.window(), c.groups());
    } else if (op instanceof Op.Linear l) {
      return x.linear(plain(parameters, l.weight()), optional(parameters, l.bias()));
    } else if (op instanceof Op.BatchNorm b) {
      return x.batchNorm(
          plain(parameters, b.weight()),
          plain(parameters, b.bias()),
          plain(parameters, b.runningMean()),
          plain(parameters, b.runningVar()),
          b.epsilon());
    } else if (op instanceof Op.Relu) {
      return x.relu();
    } else if (op instanceof Op.Add) {
      return x.plus(in.get(1));
    } else if (op instanceof Op.MaxPool2d p) {
      return x.maxPool2d(p.window());
    } else if (op instanceof Op.GlobalAveragePool) {
      return x.globalAveragePool();
    }
    throw new AssertionError("no plain " + op);
  }

  private static Plain plain(Map<String, HostTensor> parameters, String name) {
    return Plain.of(parameters.get(name));
  }

  private static @Nullable Plain optional(
      Map<String, HostTensor> parameters, @Nullable String name) {
    return name == null ? null : plain(parameters, name);
  }
}
