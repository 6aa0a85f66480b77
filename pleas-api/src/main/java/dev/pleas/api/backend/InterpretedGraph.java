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
import java.util.Objects;
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
    for (int i = 0; i < graph.nodes().size(); i++) {
      int step = i;
      graph.nodes().get(i).inputs().forEach(input -> lastUse.put(input, step));
    }
    Map<String, HostTensor> checked = new LinkedHashMap<>();
    graph.parameters().forEach((name, shape) -> checked.put(name, checked(name, shape, values)));
    checked.putAll(Composed.constants(graph));
    parameterScope = backend.newScope();
    try {
      checked.forEach((name, value) -> parameters.put(name, parameterScope.tensor(value)));
    } catch (RuntimeException e) {
      parameterScope.close();
      throw e;
    }
  }

  @Override
  public Map<String, Tensor> run(TensorScope scope, Map<String, Tensor> inputs) {
    Values values = new Values();
    graph
        .inputs()
        .forEach((name, shape) -> values.put(name, checkedInput(name, shape, inputs.get(name))));
    Set<String> kept = new HashSet<>(graph.outputs().values());
    kept.addAll(graph.inputs().keySet());
    try (TensorScope temporaries = backend.newScope()) {
      for (int step = 0; step < graph.nodes().size(); step++) {
        Node node = graph.nodes().get(step);
        TensorScope target = kept.contains(node.name()) ? scope : temporaries;
        values.put(node.name(), apply(target, node, values));
        for (String input : node.inputs()) {
          if (Integer.valueOf(step).equals(lastUse.get(input)) && !kept.contains(input)) {
            values.free(input);
          }
        }
      }
    }
    Set<String> returned = new HashSet<>(graph.inputs().keySet());
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    graph
        .outputs()
        .forEach(
            (output, name) -> {
              Tensor value = values.get(name);
              // An input, or a value that is two outputs, is not handed out twice.
              boolean fresh = returned.add(name);
              outputs.put(output, fresh ? value : scope.reshape(value, value.shape()));
            });
    return outputs;
  }

  /** The values of a run by name. */
  private static final class Values {
    private final Map<String, Tensor> tensors = new HashMap<>();

    void put(String name, Tensor tensor) {
      tensors.put(name, tensor);
    }

    Tensor get(String name) {
      return Objects.requireNonNull(tensors.get(name), name);
    }

    void free(String name) {
      Tensor dead = tensors.remove(name);
      if (dead != null) {
        dead.close();
      }
    }
  }

  private Tensor apply(TensorScope scope, Node node, Values values) {
    List<Tensor> in = node.inputs().stream().map(values::get).toList();
    Tensor x = in.get(0);
    Op op = node.op();
    if (op instanceof Op.Conv2d c) {
      return scope.conv2d(x, parameter(c.weight()), optional(c.bias()), c.window(), c.groups());
    } else if (op instanceof Op.Linear l) {
      return scope.linear(x, parameter(l.weight()), optional(l.bias()));
    } else if (op instanceof Op.BatchNorm b) {
      return scope.batchNorm(
          x,
          parameter(b.weight()),
          parameter(b.bias()),
          parameter(b.runningMean()),
          parameter(b.runningVar()),
          b.epsilon());
    } else if (op instanceof Op.LayerNorm l) {
      return scope.layerNorm(x, parameter(l.weight()), optional(l.bias()), l.epsilon());
    } else if (op instanceof Op.Relu) {
      return scope.relu(x);
    } else if (op instanceof Op.Gelu g) {
      return scope.gelu(x, g.form());
    } else if (op instanceof Op.Tanh) {
      return scope.tanh(x);
    } else if (op instanceof Op.Sigmoid) {
      return scope.sigmoid(x);
    } else if (op instanceof Op.Clip c) {
      return scope.clip(x, (float) c.low(), (float) c.high());
    } else if (op instanceof Op.Multiply m) {
      return scope.scale(x, (float) m.factor());
    } else if (op instanceof Op.Add) {
      return scope.add(x, in.get(1));
    } else if (op instanceof Op.Attention a) {
      return in.size() == 3
          ? scope.attention(x, in.get(1), in.get(2), a.heads(), a.scale())
          : TokenOperations.attention(
              scope, x, in.get(1), in.get(2), in.get(3), a.heads(), a.scale());
    } else if (op instanceof Op.Embed e) {
      return TokenOperations.embed(node.name(), scope, x, parameter(e.weight()));
    } else if (op instanceof Op.MaxPool2d p) {
      return scope.maxPool2d(x, p.window());
    } else if (op instanceof Op.GlobalAveragePool) {
      return scope.globalAveragePool(x);
    }
    return new Composed(scope, this::parameter).apply(op, in);
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

  private static HostTensor checked(String name, Shape expected, Map<String, HostTensor> values) {
    @Nullable HostTensor found = values.get(name);
    if (found == null || !found.shape().equals(expected)) {
      throw new ShapeException(
          name
              + ": expected "
              + expected
              + ", found "
              + (found == null ? "no such parameter" : found.shape()));
    }
    return found;
  }

  private static Tensor checkedInput(String name, Shape expected, @Nullable Tensor found) {
    if (found == null || found.shape().rank() == 0 || !found.shape().dropFirst().equals(expected)) {
      throw new ShapeException(
          "input "
              + name
              + ": expected [N, …] with "
              + expected
              + " per sample, found "
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
