package dev.pleas.core.symmetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.method.Merging;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomTransformers;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The groups of a transformer: its residual stream, the heads and hidden units of each block. */
class TransformerSymmetryTest {
  @AutoClose private final TensorBackend backend = Merging.backend();
  private final Model model = TinyTransformer.random(1);
  private final PermutationSpec spec = Symmetry.derive(model.graph());

  @Test
  void derive_transformer_findsStreamHeadsAndHiddenUnits() {
    assertThat(spec.groups())
        .extracting(Group::name)
        .containsExactly("patch", "0.query", "0.up", "1.query", "1.up");
    assertThat(spec.groups()).extracting(Group::size).containsExactly(6, 2, 7, 2, 7);
    assertThat(axes("0.up")).containsExactly("0.down.weight:1", "0.up.bias:0", "0.up.weight:0");
    List<String> stream = new ArrayList<>(List.of("class:0", "position:0", "patch.weight:0"));
    stream.addAll(List.of("head.weight:1", "norm.weight:0", "norm.bias:0"));
    for (String block : List.of("0.", "1.")) {
      for (String reader : List.of("query", "key", "value", "up")) {
        stream.add(block + reader + ".weight:1");
      }
      for (String vector : List.of("norm1", "norm2")) {
        stream.add(block + vector + ".weight:0");
        stream.add(block + vector + ".bias:0");
      }
      for (String writer : List.of("project", "down")) {
        stream.add(block + writer + ".weight:0");
        stream.add(block + writer + ".bias:0");
      }
      stream.add(block + "scale:0");
    }
    assertThat(axes("patch")).containsExactlyInAnyOrderElementsOf(stream);
    assertThat(spec.find("patch").values())
        .contains("flat", "tokens", "stream", "0.scaled", "norm", "first", "pool")
        .doesNotContain("0.query", "0.attention", "0.gelu", "head");
  }

  @Test
  void derive_attention_hasHeadsOfQueriesAndKeysAndOfValues() {
    List<Component> components = spec.find("1.query").components();

    assertThat(components).extracting(Component::width).containsExactly(4, 4);
    assertThat(components.get(0).axes())
        .extracting(Axis::toString)
        .containsExactly("1.key.bias:0", "1.key.weight:0", "1.query.bias:0", "1.query.weight:0");
    assertThat(components.get(0).values()).containsExactly("1.query", "1.key");
    assertThat(components.get(1).axes())
        .extracting(Axis::toString)
        .containsExactly("1.project.weight:1", "1.value.bias:0", "1.value.weight:0");
    assertThat(components.get(1).values()).containsExactly("1.value", "1.attention");
  }

  @Test
  void derive_oneHead_movesInsideAlone() {
    Group group = Symmetry.derive(RandomTransformers.attention(1, 3, 5)).find("query");

    assertThat(group.size()).isEqualTo(1);
    assertThat(group.components()).extracting(Component::width).containsExactly(3, 5);
  }

  @Test
  void derive_headsOfOneChannel_moveAsWholesAlone() {
    Group group = Symmetry.derive(RandomTransformers.attention(4, 1, 1)).find("query");

    assertThat(group.size()).isEqualTo(4);
    assertThat(group.components()).extracting(Component::width).containsExactly(1, 1);
  }

  @Test
  void derive_attentionOfTheInput_staysInPlace() {
    // Its values are the network's input, which cannot move, and so heads cannot.
    GraphBuilder g = new GraphBuilder(Shape.of(6, 4));
    String q = g.linear("query", GraphBuilder.INPUT, 6);
    String k = g.linear("key", GraphBuilder.INPUT, 6);
    String mixed = g.attention("mix", 2, q, k, GraphBuilder.INPUT);
    Graph graph = g.output("out", g.linear("out", mixed, 3)).build();

    assertThat(Symmetry.derive(graph).groups()).isEmpty();
  }

  @Test
  void derive_onAxisInHeadsOfDifferentNumbers_staysInPlace() {
    GraphBuilder g = new GraphBuilder(Shape.of(6, 4));
    String q = g.linear("query", GraphBuilder.INPUT, 12);
    String v = g.linear("value", GraphBuilder.INPUT, 12);
    String two = g.attention("two", 2, q, q, v);
    String three = g.attention("three", 3, q, q, v);
    Graph graph = g.output("out", g.linear("out", g.add("sum", two, three), 3)).build();

    assertThat(Symmetry.derive(graph).groups()).isEmpty();
  }

  @Test
  void derive_queriesThatAreValuesToo_areOneComponent() {
    GraphBuilder g = new GraphBuilder(Shape.of(6, 4));
    String q = g.linear("query", GraphBuilder.INPUT, 6);
    Graph graph = g.output("out", g.linear("out", g.attention("mix", 2, q, q, q), 3)).build();

    List<Group> groups = Symmetry.derive(graph).groups();

    assertThat(groups).hasSize(1);
    assertThat(groups.get(0).size()).isEqualTo(2);
    assertThat(groups.get(0).components()).extracting(Component::width).containsExactly(3);
  }

  private List<String> axes(String group) {
    return spec.find(group).axes().stream().map(Axis::toString).toList();
  }

  @Test
  void check_derivedSpec_holdsWithinRounding() {
    // Some 40 float32 operations deep, each within 6e-8 of the exact result.
    assertThat(SymmetryProof.check(model, spec, backend, 5)).isBetween(1e-12, 1e-5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"class", "position", "0.scale", "1.norm2.bias", "norm.weight", "1.value.weight"})
  void check_aParameterForgotten_isRefused(String parameter) {
    Group stream = spec.find("patch");
    TreeSet<Axis> axes = new TreeSet<>(stream.axes());
    assertThat(axes.removeIf(axis -> axis.parameter().equals(parameter))).isTrue();
    assertRefused(new Group("patch", 6, axes, stream.values()));
  }

  @Test
  void check_headsOfValuesAlone_isRefused() {
    Group heads = spec.find("0.query");
    assertRefused(new Group("0.value", 2, List.of(heads.components().get(1))));
  }

  @Test
  void check_queriesAloneWithinHeads_isRefused() {
    assertRefused(
        new Group(
            "0.query",
            8,
            new TreeSet<>(List.of(new Axis("0.query.weight", 0), new Axis("0.query.bias", 0))),
            List.of("0.query")));
  }

  private void assertRefused(Group wrong) {
    PermutationSpec only = new PermutationSpec(List.of(wrong));
    assertThatThrownBy(() -> SymmetryProof.check(model, only, backend, 5))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("when these groups are permuted: [" + wrong.name() + "]");
  }
}
