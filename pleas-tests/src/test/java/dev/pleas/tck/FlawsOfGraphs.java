package dev.pleas.tck;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Networks that are run wrongly, or not cleaned up. */
final class FlawsOfGraphs extends Flaws {
  @Override
  void list() {

    flaw(
        801,
        COMPILE,
        "small resnet with 2 samples: stem.bn",
        c ->
            with(
                c,
                op ->
                    op instanceof Op.BatchNorm b
                        ? new Op.BatchNorm(
                            b.weight(), b.bias(), b.runningMean(), b.runningVar(), 0.1)
                        : op));
    flaw(
        802,
        RUN,
        "run: no samples",
        c -> {
          if (inputs(c).values().iterator().next().shape().dim(0) == 0) {
            throw new ShapeException("run: no samples");
          }
          return c.proceed();
        });
    flaw(
        803,
        COMPILE,
        "small vit with 2 samples: block1.attention",
        c -> with(c, op -> op instanceof Op.Attention a ? new Op.Attention(a.heads(), 1) : op));
    flaw(
        803,
        COMPILE,
        "small vit with 2 samples: pooler.tanh",
        c -> with(c, op -> op instanceof Op.Tanh ? new Op.Relu() : op));
    flaw(
        803,
        COMPILE,
        "small vit with 2 samples: half",
        c -> with(c, op -> op instanceof Op.Multiply ? new Op.Multiply(0.5) : op));
    flaw(818, COMPILE, "small encoder with 2 samples: attention", FlawsOfGraphs::withoutMasks);
    flaw(
        819,
        RUN,
        "run: expected DataException, but it was not refused",
        c -> c.proceedWith(1, inBounds(c)));
    flaw(
        804,
        COMPILE,
        "small vit with 1 samples: logits",
        c ->
            with(
                c,
                op ->
                    op instanceof Op.LayerNorm n
                        ? new Op.LayerNorm(n.weight(), n.bias(), 0.1)
                        : op));
    flaw(
        805,
        RUN,
        "small resnet with 2 samples: logits",
        c -> {
          Map<String, Tensor> outputs = outputs(c);
          if (outputs.containsKey("tap")) {
            outputs.computeIfPresent(
                "logits",
                (name, logits) -> Interception.nudged((TensorScope) c.arguments()[0], logits));
          }
          return outputs;
        });
    flaw(
        806,
        RUN,
        "tensor [2, 4] is closed",
        c -> {
          Map<String, Tensor> outputs = outputs(c);
          outputs.computeIfPresent("second", (name, second) -> outputs.get("first"));
          return outputs;
        });
    flaw(
        807,
        RUN,
        "stem after its scope closed: expected IllegalStateException, but it was not refused",
        c -> c.proceedWith(0, c.backend().newScope()));
    flaw(
        808,
        RUN,
        "tensor [2, 3, 9, 8] is closed",
        c -> {
          Map<String, Tensor> outputs = outputs(c);
          inputs(c).values().forEach(Tensor::close);
          return outputs;
        });
    flaws(
        809,
        "stem.weight: expected [5, 3, 3, 3], found no such parameter",
        () -> {
          Map<Object, Interception> compiled = new HashMap<>();
          return Map.of(
              COMPILE,
              c -> {
                Object graph = c.proceed();
                compiled.put(graph, c);
                return graph;
              },
              RUN,
              c -> {
                Interception late = compiled.get(c.target());
                return ((CompiledGraph) late.proceed())
                    .run((TensorScope) c.arguments()[0], inputs(c));
              });
        });
    flaw(
        810,
        COMPILE,
        "compile: the message \"compile: a parameter does not fit\" must say one.weight",
        c -> {
          try {
            return c.proceed();
          } catch (ShapeException e) {
            throw new ShapeException("compile: a parameter does not fit");
          }
        });
    flaw(
        811,
        COMPILE,
        "compile: more parameters than the graph has",
        c -> {
          Graph graph = (Graph) c.arguments()[0];
          if (((Map<?, ?>) c.arguments()[1]).size() > graph.parameters().size()) {
            throw new ShapeException("compile: more parameters than the graph has");
          }
          return c.proceed();
        });
    flaw(
        812,
        RUN,
        "run: the message \"run: an input does not fit\" must say image",
        c -> {
          try {
            return c.proceed();
          } catch (ShapeException e) {
            throw new ShapeException("run: an input does not fit");
          }
        });
    flaw(
        813,
        "CompiledGraph.close",
        "run after close: expected IllegalStateException, but it was not refused",
        c -> null);
    flaw(
        814,
        RUN,
        "memoryBytes() after run 1",
        c -> {
          ((TensorScope) c.arguments()[0]).tensor(HostTensor.wrap(Shape.of(1), new float[1]));
          return c.proceed();
        });
    flaw(
        815,
        COMPILE,
        "times -0.1 with 1 samples",
        c ->
            with(
                c,
                op ->
                    op instanceof Op.Multiply m
                        ? new Op.Multiply(Math.rint(m.factor() * 256) / 256)
                        : op));
    flaw(
        816,
        COMPILE,
        "small gated with 2 samples: stem.gate",
        c ->
            with(
                c,
                op -> op instanceof Op.HardSigmoid h ? new Op.HardSigmoid(0.2, h.offset()) : op));
    flaw(
        816,
        COMPILE,
        "small gated with 2 samples: bounded",
        c -> with(c, op -> op instanceof Op.Clip clip ? new Op.Clip(0, clip.high()) : op));
    flaw(
        816,
        COMPILE,
        "small gated with 2 samples: means",
        c -> with(c, op -> op instanceof Op.AveragePool2d p ? new Op.MaxPool2d(p.window()) : op));
    flaw(
        816,
        COMPILE,
        "small gated with 2 samples: excite.gate",
        c -> with(c, op -> op instanceof Op.Sigmoid ? new Op.Tanh() : op));
    flaw(
        817,
        COMPILE,
        "small gated with 1 samples: logits",
        c -> with(c, op -> op instanceof Op.Sigmoid ? new Op.Tanh() : op));
  }

  private static final String COMPILE = "TensorBackend.compile";
  private static final String RUN = "CompiledGraph.run";

  /** Compiles the graph with some of its operations exchanged. */
  private static Object with(Interception compile, UnaryOperator<Op> exchange) throws Throwable {
    Graph graph = (Graph) compile.arguments()[0];
    List<Node> nodes =
        graph.nodes().stream()
            .map(node -> new Node(node.name(), exchange.apply(node.op()), node.inputs()))
            .toList();
    return compile.proceedWith(
        0,
        new Graph(
            graph.architecture(), graph.inputs(), nodes, graph.outputs(), graph.parameters()));
  }

  private static Object withoutMasks(Interception compile) throws Throwable {
    Graph graph = (Graph) compile.arguments()[0];
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                node ->
                    node.op() instanceof Op.Attention
                        ? new Node(node.name(), node.op(), node.inputs().subList(0, 3))
                        : node)
            .toList();
    return compile.proceedWith(
        0,
        new Graph(
            graph.architecture(), graph.inputs(), nodes, graph.outputs(), graph.parameters()));
  }

  private static Map<String, Tensor> inBounds(Interception run) {
    Map<String, Tensor> ids = new LinkedHashMap<>();
    inputs(run)
        .forEach(
            (name, input) -> {
              HostTensor host = input.toHost();
              float[] values = host.values().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] = Math.max(0, Math.min(SmallNetworks.WORDS - 1, (int) values[i]));
              }
              TensorScope scope = (TensorScope) run.arguments()[0];
              ids.put(name, scope.tensor(HostTensor.wrap(host.shape(), values)));
            });
    return ids;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Tensor> inputs(Interception run) {
    return (Map<String, Tensor>) run.arguments()[1];
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Tensor> outputs(Interception run) throws Throwable {
    return new LinkedHashMap<>((Map<String, Tensor>) run.proceed());
  }
}
