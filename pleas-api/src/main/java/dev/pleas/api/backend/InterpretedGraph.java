package dev.pleas.api.backend;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a graph operation by operation and frees each value after its last use. */
final class InterpretedGraph implements CompiledGraph {
  private final TensorBackend backend;
  private final Graph graph;
  private final TensorScope parameterScope;
  private final Map<String, Tensor> parameters = new HashMap<>();
  private final Map<String, Integer> lastUse = new HashMap<>();

  InterpretedGraph(TensorBackend backend, Graph graph, Map<String, HostTensor> values) {
    this.backend = backend;
    this.graph = graph;
    for (Map.Entry<String, Shape> entry : graph.parameters().entrySet()) {
      @Nullable HostTensor value = values.get(entry.getKey());
      if (value == null || !value.shape().equals(entry.getValue())) {
        throw new ShapeException(
            entry.getKey() + ": expected " + entry.getValue() + ", found "
                + (value == null ? "no such parameter" : value.shape()));
      }
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      int step = i;
      graph.nodes().get(i).inputs().forEach(input -> lastUse.put(input, step));
    }
    parameterScope = backend.newScope();
    graph.parameters().keySet().forEach(
        name -> parameters.put(name, parameterScope.tensor(values.get(name))));
  }

  @Override
  public Map<String, Tensor> run(TensorScope scope, Map<String, Tensor> inputs) {
    Map<String, Tensor> values = new HashMap<>();
    graph.inputs().forEach((name, shape) -> values.put(name, checked(name, shape, inputs.get(name))));
    Set<String> kept = new HashSet<>(graph.outputs().values());
    Set<String> given = graph.inputs().keySet();
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    try (TensorScope temporaries = backend.newScope()) {
      for (int step = 0; step < graph.nodes().size(); step++) {
        Node node = graph.nodes().get(step);
        TensorScope target = kept.contains(node.name()) ? scope : temporaries;
        values.put(node.name(), apply(target, node, values));
        for (String input : node.inputs()) {
          if (lastUse.get(input) == step && !kept.contains(input) && !given.contains(input)) {
            Tensor dead = values.remove(input);
            if (dead != null) {
              dead.close();
            }
          }
        }
      }
      Set<String> returned = new HashSet<>();
      for (Map.Entry<String, String> output : graph.outputs().entrySet()) {
        Tensor value = values.get(output.getValue());
        boolean fresh = !given.contains(output.getValue()) && returned.add(output.getValue());
        outputs.put(output.getKey(), fresh ? value : scope.reshape(value, value.shape()));
      }
    }
    return outputs;
  }

  private Tensor apply(TensorScope scope, Node node, Map<String, Tensor> values) {
    List<Tensor> in = node.inputs().stream().map(values::get).toList();
    Tensor x = in.get(0);
    Op op = node.op();
    if (op instanceof Op.Conv2d c) {
      return scope.conv2d(x, parameter(c.weight()), optional(c.bias()), c.window(), c.groups());
    } else if (op instanceof Op.Linear l) {
      return scope.linear(x, parameter(l.weight()), optional(l.bias()));
    } else if (op instanceof Op.BatchNorm b) {
      return scope.batchNorm(
          x, parameter(b.weight()), parameter(b.bias()), parameter(b.runningMean()),
          parameter(b.runningVar()), b.epsilon());
    } else if (op instanceof Op.Relu) {
      return scope.relu(x);
    } else if (op instanceof Op.Add) {
      return scope.add(x, in.get(1));
    } else if (op instanceof Op.MaxPool2d p) {
      return scope.maxPool2d(x, p.window());
    } else if (op instanceof Op.GlobalAveragePool) {
      return scope.globalAveragePool(x);
    }
    throw new IllegalStateException("no interpretation of " + op);
  }

  private Tensor parameter(String name) {
    Tensor tensor = parameters.get(name);
    if (tensor == null) {
      throw new IllegalStateException("the compiled graph is closed");
    }
    return tensor;
  }

  private @Nullable Tensor optional(@Nullable String name) {
    return name == null ? null : parameter(name);
  }

  private static Tensor checked(String name, Shape expected, @Nullable Tensor found) {
    if (found == null || found.shape().rank() == 0 || !found.shape().dropFirst().equals(expected)) {
      throw new ShapeException(
          "input " + name + ": expected [N, …] with " + expected + " per sample, found "
              + (found == null ? "none" : found.shape()));
    }
    return found;
  }

  @Override
  public void close() {
    parameters.clear();
    parameterScope.close();
  }
}
