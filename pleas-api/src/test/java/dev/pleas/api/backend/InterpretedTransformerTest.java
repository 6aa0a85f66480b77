package dev.pleas.api.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How long the values live that running a graph makes on the way. */
class InterpretedTransformerTest {
  private final Set<Integer> open = new TreeSet<>();
  private int made;
  private int mostOpen;

  /** A window that gives as many positions as it is given. */
  private static final Window SAME = Window.square(3, 1, 1);

  /** A tensor without elements that knows whether it is open. */
  private final class Empty implements Tensor {
    private final int number = made++;
    private final Shape shape;

    Empty(Shape shape) {
      this.shape = shape;
      open.add(number);
      mostOpen = Math.max(mostOpen, open.size());
    }

    @Override
    public Shape shape() {
      assertThat(open).as("tensor %s %s is open", number, shape).contains(number);
      return shape;
    }

    @Override
    public HostTensor toHost() {
      throw new UnsupportedOperationException("no elements");
    }

    @Override
    public void close() {
      open.remove(number);
    }
  }

  /** Computes nothing but shapes, and those only of operations that this test needs. */
  private TensorScope newScope() {
    Set<Tensor> own = new HashSet<>();
    return (TensorScope)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {TensorScope.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                own.forEach(Tensor::close);
                return null;
              }
              Tensor result = new Empty(shape(method, arguments));
              own.add(result);
              return result;
            });
  }

  private static Shape shape(Method method, Object[] in) {
    return switch (method.getName()) {
      case "tensor" -> ((HostTensor) in[0]).shape();
      case "reshape" -> (Shape) in[1];
      case "gather" -> ((Tensor) in[0]).shape().with((int) in[1], ((int[]) in[2]).length);
      case "concat" -> {
        List<?> parts = (List<?>) in[1];
        int axis = (int) in[0];
        Shape first = ((Tensor) parts.get(0)).shape();
        int total = parts.stream().mapToInt(part -> ((Tensor) part).shape().dim(axis)).sum();
        yield first.with(axis, total);
      }
      case "add", "multiply" -> {
        assertThat(((Tensor) in[1]).shape()).isEqualTo(((Tensor) in[0]).shape());
        yield ((Tensor) in[0]).shape();
      }
      case "conv2d" -> {
        Shape x = ((Tensor) in[0]).shape();
        assertThat(in[3]).isEqualTo(SAME);
        yield x.with(1, ((Tensor) in[1]).shape().dim(0));
      }
      case "globalAveragePool" -> {
        Shape x = ((Tensor) in[0]).shape();
        yield Shape.of(x.dim(0), x.dim(1));
      }
      case "batchNorm", "gelu", "tanh", "sigmoid", "clip", "scale", "layerNorm", "attention" ->
          ((Tensor) in[0]).shape();
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }

  private final TensorBackend backend =
      new TensorBackend() {
        @Override
        public String description() {
          return "shapes only";
        }

        @Override
        public TensorScope newScope() {
          return InterpretedTransformerTest.this.newScope();
        }

        @Override
        public long memoryBytes() {
          return open.size();
        }

        @Override
        public void close() {}
      };

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  /** Every operation that is made of several, {@code times} times one after another. */
  private static Graph graph(int times) {
    List<Node> nodes = new ArrayList<>();
    nodes.add(node("means", new Op.AveragePool2d(SAME), "x"));
    nodes.add(node("flat 0", new Op.Flatten(), "means"));
    for (int i = 1; i <= times; i++) {
      nodes.add(node("class " + i, new Op.Prepend("class"), "flat " + (i - 1)));
      nodes.add(node("added " + i, new Op.AddParameter("position"), "class " + i));
      nodes.add(node("norm " + i, new Op.LayerNorm("scale", null, 1), "added " + i));
      nodes.add(node("scaled " + i, new Op.Scale("scale"), "norm " + i));
      nodes.add(
          node("mixed " + i, new Op.Attention(3, 1), "scaled " + i, "scaled " + i, "norm " + i));
      nodes.add(node("gelu " + i, new Op.Gelu(Op.Gelu.Form.EXACT), "mixed " + i));
      nodes.add(node("half " + i, new Op.Multiply(0.5), "gelu " + i));
      nodes.add(node("tanh " + i, new Op.Tanh(), "half " + i));
      nodes.add(node("gate " + i, new Op.Sigmoid(), "tanh " + i));
      nodes.add(node("gated " + i, new Op.Product(), "tanh " + i, "gate " + i));
      nodes.add(node("mean " + i, new Op.GlobalAveragePool(), "gated " + i));
      nodes.add(node("factor " + i, new Op.HardSigmoid(0.25, 0.5), "mean " + i));
      nodes.add(node("product " + i, new Op.Product(), "gated " + i, "factor " + i));
      nodes.add(node("clipped " + i, new Op.Clip(0, 6), "product " + i));
      nodes.add(node("rest " + i, new Op.SlicePositions(1, 5), "clipped " + i));
      nodes.add(node("flat " + i, new Op.Flatten(), "rest " + i));
    }
    Map<String, Shape> parameters = new LinkedHashMap<>();
    parameters.put("class", Shape.of(3, 1));
    parameters.put("position", Shape.of(3, 5));
    parameters.put("scale", Shape.of(3));
    return new Graph(
        "small", Map.of("x", Shape.of(3, 2, 2)), nodes, Map.of("out", "flat " + times), parameters);
  }

  private int run(int times, int samples) {
    Graph graph = graph(times);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    graph.parameters().forEach((name, shape) -> parameters.put(name, host(shape)));
    mostOpen = 0;
    try (CompiledGraph compiled = backend.compile(graph, parameters);
        TensorScope scope = backend.newScope()) {
      Tensor x = scope.tensor(host(Shape.of(samples, 3, 2, 2)));
      // Three parameters; 0 and 1, slope and offset of the gate, and the weight of a mean.
      assertThat(open).as("parameters, constants and input").hasSize(9);
      Map<String, Tensor> outputs = compiled.run(scope, Map.of("x", x));

      assertThat(outputs).containsOnlyKeys("out");
      assertThat(outputs.get("out").shape()).isEqualTo(Shape.of(samples, 3, 4));
      assertThat(open).as("parameters, constants, input and output").hasSize(10);
    }
    assertThat(open).isEmpty();
    return mostOpen;
  }

  private static HostTensor host(Shape shape) {
    return HostTensor.wrap(shape, new float[(int) shape.elements()]);
  }

  @Test
  void run_operationsMadeOfSeveral_leavesTheOutputOnly() {
    run(1, 2);
    run(1, 0);
  }

  @Test
  void run_deeper_holdsNoMore() {
    assertThat(run(7, 2)).isEqualTo(run(2, 2));
  }
}
