package dev.pleas.core.partial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.method.Merging;
import dev.pleas.core.symmetry.Symmetry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What is exact, and what parameters become, behind the operations of transformers. */
class TransformerExactnessTest {
  private static final Shape IMAGE = Shape.of(3, 2, 2);
  private static final int WIDTH = 5;

  /** Values behind a layer on the input, channel by channel up to the slice. */
  private static final List<String> UNIT_BY_UNIT =
      List.of("conv", "flat", "tokens", "added", "scaled", "gelu", "slice");

  @AutoClose private final TensorBackend backend = Merging.backend();
  private final Graph graph = graph();
  private final Model a = random(1);
  private final Model b = random(2);

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Graph graph() {
    Map<String, Shape> parameters = new LinkedHashMap<>();
    parameters.put("conv.weight", Shape.of(WIDTH, 3, 1, 1));
    parameters.put("class", Shape.of(WIDTH, 1));
    parameters.put("position", Shape.of(WIDTH, 5));
    parameters.put("scale", Shape.of(WIDTH));
    parameters.put("norm", Shape.of(WIDTH));
    parameters.put("query", Shape.of(4, WIDTH));
    parameters.put("head", Shape.of(2, WIDTH));
    List<Node> nodes =
        List.of(
            node("input gelu", new Op.Gelu(Op.Gelu.Form.EXACT), "image"),
            node("input flat", new Op.Flatten(), "input gelu"),
            node("input mixed", new Op.Attention(1, 1), "input flat", "input flat", "input flat"),
            node("conv", new Op.Conv2d("conv.weight", null, Window.square(1, 1, 0), 1), "image"),
            node("flat", new Op.Flatten(), "conv"),
            node("tokens", new Op.Prepend("class"), "flat"),
            node("added", new Op.AddParameter("position"), "tokens"),
            node("scaled", new Op.Scale("scale"), "added"),
            node("gelu", new Op.Gelu(Op.Gelu.Form.EXACT), "scaled"),
            node("slice", new Op.SlicePositions(0, 3), "gelu"),
            node("norm", new Op.LayerNorm("norm", null, 1e-6), "slice"),
            node("query", new Op.Linear("query", null), "slice"),
            node("mixed", new Op.Attention(1, 1), "query", "query", "query"),
            node("pool", new Op.GlobalAveragePool(), "norm"),
            node("head", new Op.Linear("head", null), "pool"));
    return new Graph("small", Map.of("image", IMAGE), nodes, Map.of("logits", "head"), parameters);
  }

  private Model random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    graph.parameters().forEach((name, shape) -> parameters.put(name, random(shape, random)));
    return new Model(graph, parameters);
  }

  private static HostTensor random(Shape shape, SplittableRandom random) {
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.wrap(shape, values);
  }

  private Layouts layouts(int merged) {
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    for (Group group : Symmetry.derive(graph).groups()) {
      assertThat(group.name()).isEqualTo("conv");
      Permutation permutation = Permutation.of(new int[] {3, 0, 4, 1, 2});
      List<UnitPermutation> permutations =
          List.of(UnitPermutation.identity(group), UnitPermutation.of(permutation));
      components.putAll(Layouts.of(group, permutations, new double[WIDTH], merged));
    }
    return new Layouts(graph, 2, components, Map.of());
  }

  /** Every value for two images. */
  private Map<String, HostTensor> run(Model model) {
    Graph g = model.graph();
    Map<String, String> outputs = new LinkedHashMap<>();
    g.nodes().forEach(node -> outputs.put(node.name(), node.name()));
    Graph tapped = new Graph("tapped", g.inputs(), g.nodes(), outputs, g.parameters());
    Map<String, HostTensor> values = new LinkedHashMap<>();
    try (CompiledGraph compiled = backend.compile(tapped, model.parameters());
        TensorScope scope = backend.newScope()) {
      Tensor images = scope.tensor(random(IMAGE.prepend(2), new SplittableRandom(3)));
      compiled
          .run(scope, Map.of("image", images))
          .forEach((name, value) -> values.put(name, value.toHost()));
    }
    return values;
  }

  /** The largest difference between a unit of one network and one of another. */
  private static double distance(HostTensor x, int unitX, HostTensor y, int unitY) {
    int positions = (int) x.shape().elementsFrom(2);
    double apart = 0;
    for (int n = 0; n < 2; n++) {
      for (int l = 0; l < positions; l++) {
        float first = x.values()[(n * x.shape().dim(1) + unitX) * positions + l];
        float second = y.values()[(n * y.shape().dim(1) + unitY) * positions + l];
        apart = Math.max(apart, Math.abs((double) first - second));
      }
    }
    return apart;
  }

  /** The largest difference of the units kept apart from their source's. */
  private static double distance(
      String value, Layouts layouts, List<Map<String, HostTensor>> runs) {
    BlockLayout layout = layouts.ofValue(value);
    HostTensor merged = runs.get(2).get(value);
    double apart = 0;
    for (int i = 0; i < layout.width(); i++) {
      if (layout.members(i).size() == 1) {
        int source = layout.members(i).get(0);
        HostTensor own = runs.get(source).get(value);
        apart = Math.max(apart, distance(merged, i, own, layout.unit(source, i)));
      }
    }
    assertThat(layout.blocks()).hasSize(3);
    return apart;
  }

  @Test
  void apart_unitByUnit_holdsOnTheNetworkAndEndsAtTheLayerNorm() {
    Layouts layouts = layouts(2);
    Model merged = PartialMerge.merge(List.of(a, b), layouts);
    Exactness exactness = new Exactness(merged.graph(), layouts);
    List<Map<String, HostTensor>> runs = List.of(run(a), run(b), run(merged));

    for (String value : UNIT_BY_UNIT) {
      assertThat(exactness.apart(value)).as(value).isTrue();
      // Sums of three products in another order.
      assertThat(distance(value, layouts, runs)).as(value).isLessThan(1e-5);
    }
    assertThat(exactness.apart("norm")).isFalse();
    assertThat(distance("norm", layouts, runs)).isGreaterThan(0.01);
    assertThat(exactness.apart("mixed")).isFalse();
  }

  @Test
  void mapped_whatBothSourcesShare_isWhateverItGoesThrough() {
    Exactness exactness = new Exactness(graph, layouts(2));
    for (String value : List.of("image", "input gelu", "input flat", "input mixed")) {
      assertThat(exactness.mapped(value)).as(value).isTrue();
    }
    assertThat(exactness.mapped("slice")).isFalse();
  }

  @Test
  void mapped_everythingApart_endsAtTheLayerNorm() {
    Exactness exactness = new Exactness(graph, layouts(0));
    assertThat(UNIT_BY_UNIT).allMatch(exactness::mapped);
    assertThat(exactness.mapped("norm")).isFalse();
    assertThat(exactness.mapped("pool")).isFalse();
  }

  @Test
  void merge_parametersOfPositions_areMeansAndThenTheSourcesOwn() {
    Layouts layouts = layouts(2);
    BlockLayout units = layouts.ofValue("conv");
    Model merged = PartialMerge.merge(List.of(a, b), layouts);
    for (String name : List.of("class", "position", "scale")) {
      HostTensor found = merged.parameter(name);
      int positions = (int) found.shape().elementsFrom(1);
      assertThat(found.shape()).isEqualTo(graph.parameterShape(name).with(0, 8));
      for (int l = 0; l < positions; l++) {
        for (int i = 0; i < 2; i++) {
          float ofA = a.parameter(name).values()[units.unit(0, i) * positions + l];
          float ofB = b.parameter(name).values()[units.unit(1, i) * positions + l];
          assertThat(found.values()[i * positions + l]).isEqualTo(ofA / 2 + ofB / 2);
        }
        for (int i = 0; i < 3; i++) {
          assertThat(found.values()[(2 + i) * positions + l])
              .isEqualTo(a.parameter(name).values()[units.unit(0, 2 + i) * positions + l]);
          assertThat(found.values()[(5 + i) * positions + l])
              .isEqualTo(b.parameter(name).values()[units.unit(1, 5 + i) * positions + l]);
        }
      }
    }
  }
}
