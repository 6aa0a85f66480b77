package dev.pleas.tck;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.model.Adaptation.NotRecognized;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

class BrokenAdaptersTest extends BrokenSuite<ModelAdapterProvider> {
  private static final ModelAdapter SOUND = new TinyAdapter();

  BrokenAdaptersTest() {
    super("adapter", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends ModelAdapterContract {
    private static ModelAdapterProvider underTest;

    @Override
    protected ModelAdapterProvider provider() {
      return underTest;
    }

    @Override
    protected List<ExampleNetwork> networks() {
      return TinyAdapterTest.NETWORKS;
    }
  }

  private static Broken<ModelAdapterProvider> broken(int rule, ModelAdapter adapter, String text) {
    return new Broken<>("adapter" + rule, () -> TestProvider.adapter(() -> adapter), text);
  }

  /** Changes what a sound adapter adapts to. */
  private static ModelAdapter adapting(UnaryOperator<Adapted> flaw) {
    return (tensors, metadata, input) -> {
      Adaptation found = SOUND.adapt(tensors, metadata, input);
      return found instanceof Adapted adapted ? flaw.apply(adapted) : found;
    };
  }

  /** Changes the graph that a sound adapter makes. */
  private static ModelAdapter graphing(UnaryOperator<Graph> flaw) {
    return adapting(adapted -> new Adapted(flaw.apply(adapted.graph()), adapted.passengers()));
  }

  /** Says of a sound adapter's network that it is stored otherwise. */
  private static ModelAdapter storing(Packed... packed) {
    return adapting(
        adapted ->
            new Adapted(
                adapted.graph(),
                new ParameterLayout(List.of(packed)),
                adapted.passengers(),
                List.of()));
  }

  private static ModelAdapter noting(Supplier<String> note) {
    return adapting(
        adapted ->
            new Adapted(
                adapted.graph(), adapted.layout(), adapted.passengers(), List.of(note.get())));
  }

  private static ModelAdapter naming(UnaryOperator<String> flaw) {
    return graphing(
        graph ->
            new Graph(
                flaw.apply(graph.architecture()),
                graph.inputs(),
                graph.nodes(),
                graph.outputs(),
                graph.parameters()));
  }

  /** Does something else where a sound adapter throws. */
  private static ModelAdapter refusing(UnaryOperator<RuntimeException> flaw) {
    return (tensors, metadata, input) -> {
      try {
        return SOUND.adapt(tensors, metadata, input);
      } catch (ModelException e) {
        throw flaw.apply(e);
      }
    };
  }

  /** Overlooks tensors that it does not know. */
  private static Adaptation overlooking(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, Shape input) {
    Map<String, TensorInfo> known = new LinkedHashMap<>(tensors);
    known.keySet().removeIf(name -> name.startsWith("contract"));
    return SOUND.adapt(known, metadata, input);
  }

  /** Takes a tensor for granted. */
  private static Adaptation supplementing(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, Shape input) {
    Map<String, TensorInfo> more = new LinkedHashMap<>(tensors);
    TensorInfo weight = tensors.get("head.weight");
    if (weight != null) {
      more.putIfAbsent("head.bias", AdapterRules.f32(weight.shape().dim(0)));
    }
    return SOUND.adapt(more, metadata, input);
  }

  private static ModelAdapter oneAtATime() {
    AtomicInteger adapting = new AtomicInteger();
    return adapting(
        adapted -> {
          if (adapting.incrementAndGet() > 1) {
            throw new IllegalStateException("the builder is in use");
          }
          BrokenReaders.pause();
          adapting.decrementAndGet();
          return adapted;
        });
  }

  @Override
  List<Broken<ModelAdapterProvider>> cases() {
    AtomicInteger calls = new AtomicInteger();
    return List.of(
        broken(
            501,
            (tensors, metadata, input) -> new NotRecognized("no conv0.weight"),
            "one layer: must be recognised, found NotRecognized[reason=no conv0.weight]"),
        broken(
            502,
            adapting(
                adapted ->
                    (Adapted)
                        SOUND.adapt(TinyAdapter.tensors(3, 10, 5), Map.of(), Shape.of(3, 6, 5))),
            "tensor conv0.weight, in the checkpoint and as the layout has it ==> expected: <[4, 3,"
                + " 3, 3]> but was: <[5, 3, 3, 3]>"),
        broken(
            502,
            storing(new Packed("head.weight", List.of("head.weight"), 0, true, 2)),
            "tensor head.weight, in the checkpoint and as the layout has it ==> expected: <[10,"
                + " 4]> but was: <[4, 10]>"),
        broken(
            502,
            storing(Packed.renamed("head.kernel", "head.weight", 2)),
            "tensor head.kernel, in the checkpoint and as the layout has it ==> expected: <no such"
                + " tensor>"),
        broken(
            502,
            storing(Packed.renamed("head.weight", "head.kernel", 2)),
            "one layer: the layout does not fit the graph's parameters: no parameter head.kernel"),
        broken(
            503,
            adapting(adapted -> new Adapted(adapted.graph(), Set.of())),
            "one layer: steps [] neither stores parameters in this shape nor is a passenger, and"
                + " would be lost"),
        broken(
            503,
            storing(Packed.renamed("head.kernel", "head.weight", 2)),
            "one layer: head.weight [10, 4] neither stores parameters in this shape"),
        broken(
            503,
            storing(new Packed("head.bias", List.of("head.bias"), 0, false, 2)),
            "one layer: head.bias [10] neither stores parameters in this shape"),
        broken(
            504,
            adapting(adapted -> new Adapted(adapted.graph(), Set.of("steps", "epoch"))),
            "passenger epoch is no tensor of the checkpoint"),
        broken(
            504,
            adapting(adapted -> new Adapted(adapted.graph(), Set.of("steps", "head.bias"))),
            "head.bias stores parameters, and is a passenger too"),
        broken(
            505,
            (tensors, metadata, input) -> SOUND.adapt(tensors, metadata, null),
            "shapes of the graph's only input, given and found"),
        broken(
            506,
            (tensors, metadata, input) ->
                SOUND.adapt(tensors, metadata, Shape.of(input.dim(0), input.dim(1), input.dim(2))),
            "must be recognised, but adapt threw java.lang.NullPointerException"),
        broken(507, naming(name -> " "), "the architecture has no name"),
        broken(508, naming(name -> name + calls.incrementAndGet()), "one layer: adapted twice"),
        broken(508, noting(() -> "adapted " + calls.incrementAndGet()), "one layer: adapted twice"),
        broken(
            509,
            (tensors, metadata, input) ->
                naming(name -> tensors.isEmpty() ? name : tensors.keySet().iterator().next())
                    .adapt(tensors, metadata, input),
            "adapted with its tensors in another order"),
        broken(
            510,
            (tensors, metadata, input) -> {
              if (metadata.containsKey("format")) {
                throw new ModelException("metadata format: pt is not supported");
              }
              return SOUND.adapt(tensors, metadata, input);
            },
            "must be recognised, but adapt threw"),
        broken(
            511,
            (tensors, metadata, input) -> {
              Adaptation found = SOUND.adapt(tensors, metadata, input);
              tensors.remove("steps");
              return found;
            },
            "one layer: the map of tensors after adapt"),
        broken(512, oneAtATime(), "used by 4 threads at once"),
        broken(
            513,
            (tensors, metadata, input) -> {
              if (!tensors.containsKey("conv0.weight")) {
                throw new ModelException("conv0.weight: missing");
              }
              return SOUND.adapt(tensors, metadata, input);
            },
            "expected NotRecognized, but adapt threw dev.pleas.api.error.ModelException"),
        broken(
            514,
            (tensors, metadata, input) ->
                SOUND.adapt(tensors, metadata, input) instanceof Adapted adapted
                    ? adapted
                    : new NotRecognized("another network"),
            "must name the tensor or key of the metadata that is missing or does not fit, found \"another"
                + " network\""),
        broken(
            515,
            refusing(e -> new ModelException("incomplete")),
            "without conv0.bias: the refusal must name it, found \"incomplete\""),
        broken(
            515,
            refusing(e -> new NullPointerException()),
            "expected Adapted, NotRecognized or a ModelException, found"
                + " java.lang.NullPointerException"),
        broken(
            515,
            BrokenAdaptersTest::supplementing,
            "without head.bias: tensor head.bias, in the checkpoint and as the layout has it ==>"
                + " expected: <no such tensor>"),
        broken(
            516,
            refusing(e -> new ShapeException("[4] and [5]")),
            "expected Adapted, NotRecognized or a ModelException, found"
                + " dev.pleas.api.error.ShapeException"),
        broken(
            516,
            refusing(e -> new ModelException("damaged")),
            "must name a tensor, found \"damaged\""),
        broken(
            517,
            BrokenAdaptersTest::overlooking,
            "contract.stranger [2, 3] neither stores parameters in this shape nor is a passenger"),
        broken(
            518,
            refusing(e -> new IndexOutOfBoundsException("axis 2")),
            "for inputs [1, 3, 6, 5] instead of [3, 6, 5]: expected Adapted"),
        broken(
            519,
            storing(new Packed("head.weight", List.of("head.weight"), 0, true, 2)),
            "one layer: shape of head.weight, in the checkpoint and as it is packed ==> expected:"
                + " <[10, 4]> but was: <[4, 10]>"),
        broken(
            519,
            storing(new Packed("both", List.of("head.weight", "head.bias"), 0, false, 2)),
            "one layer: the layout does not fit the graph's parameters: both, of [head.weight,"
                + " head.bias]: [10, 4] and [10] do not go together"));
  }
}
