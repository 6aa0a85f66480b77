package dev.pleas.core.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class SymmetryTest {
  private static final String INPUT = GraphBuilder.INPUT;

  private static GraphBuilder images() {
    return new GraphBuilder(Shape.of(3, 6, 6));
  }

  private static PermutationSpec derive(GraphBuilder graph, String output) {
    return Symmetry.derive(graph.output("logits", output).build());
  }

  private static List<String> axes(PermutationSpec spec, String group) {
    Group found = spec.find(group);
    assertThat(found).as("group %s of %s", group, spec).isNotNull();
    return found.axes().stream().map(Object::toString).toList();
  }

  @Test
  void derive_linearChain_hasAGroupForEachHiddenLayer() {
    GraphBuilder g = new GraphBuilder(Shape.of(5));
    String x = g.relu("r1", g.linear("l1", INPUT, 4));
    x = g.relu("r2", g.linear("l2", x, 3));
    PermutationSpec spec = derive(g, g.linear("l3", x, 2));

    assertThat(spec.groups()).extracting(Group::name).containsExactly("l1", "l2");
    assertThat(spec.groups()).extracting(Group::size).containsExactly(4, 3);
    assertThat(axes(spec, "l1")).containsExactly("l1.bias:0", "l1.weight:0", "l2.weight:1");
    assertThat(axes(spec, "l2")).containsExactly("l2.bias:0", "l2.weight:0", "l3.weight:1");
    assertThat(spec.find("l1").values()).containsExactly("l1", "r1");
  }

  @Test
  void derive_residualAddition_tiesWhatIsAdded() {
    GraphBuilder g = images();
    String stem = g.conv("stem", INPUT, 4, 3, 1);
    String inner = g.relu("r", g.norm("bn", g.conv("c1", stem, 5, 3, 1)));
    String sum = g.add("sum", g.conv("c2", inner, 4, 3, 1), stem);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", sum), 2));

    assertThat(spec.groups()).extracting(Group::name).containsExactly("stem", "c1");
    assertThat(axes(spec, "stem"))
        .containsExactly("c1.weight:1", "c2.weight:0", "fc.weight:1", "stem.weight:0");
    assertThat(axes(spec, "c1"))
        .containsExactly(
            "bn.bias:0",
            "bn.running_mean:0",
            "bn.running_var:0",
            "bn.weight:0",
            "c1.weight:0",
            "c2.weight:1");
    assertThat(spec.find("stem").values()).containsExactly("stem", "c2", "sum", "pool");
  }

  @Test
  void derive_depthwiseConvolution_tiesInputAndOutput() {
    GraphBuilder g = images();
    String x = g.conv("expand", INPUT, 4, 1, 1);
    x = g.conv("depthwise", x, 4, 3, 1, 4, true);
    x = g.conv("project", x, 3, 1, 1);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", x), 2));

    assertThat(spec.groups()).extracting(Group::name).containsExactly("expand", "project");
    assertThat(axes(spec, "expand"))
        .containsExactly(
            "depthwise.bias:0", "depthwise.weight:0", "expand.weight:0", "project.weight:1");
  }

  @Test
  void derive_groupedConvolution_fixesItsInputAndOutput() {
    GraphBuilder g = images();
    String x = g.conv("before", INPUT, 4, 1, 1);
    x = g.conv("grouped", x, 6, 3, 1, 2, false);
    x = g.conv("after", x, 3, 1, 1);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", x), 2));

    assertThat(spec.groups()).extracting(Group::name).containsExactly("after");
    assertThat(axes(spec, "after")).containsExactly("after.weight:0", "fc.weight:1");
  }

  @Test
  void derive_depthwiseWithMultiplier_isFixedLikeAnyGroupedConvolution() {
    GraphBuilder g = images();
    String x = g.conv("before", INPUT, 3, 1, 1);
    x = g.conv("twice", x, 6, 3, 1, 3, false);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", x), 2));

    assertThat(spec.groups()).isEmpty();
  }

  @Test
  void derive_twoOutputs_fixesBoth() {
    GraphBuilder g = images();
    String features = g.pool("pool", g.conv("conv", INPUT, 4, 3, 1));
    g.output("first", g.linear("fc1", features, 2));
    g.output("second", g.linear("fc2", features, 3));
    PermutationSpec spec = Symmetry.derive(g.build());

    assertThat(spec.groups()).extracting(Group::name).containsExactly("conv");
    assertThat(axes(spec, "conv")).containsExactly("conv.weight:0", "fc1.weight:1", "fc2.weight:1");
  }

  @Test
  void derive_hiddenValueThatIsAlsoAnOutput_isFixed() {
    GraphBuilder g = images();
    String hidden = g.relu("relu", g.conv("conv", INPUT, 4, 3, 1));
    g.output("features", hidden);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", hidden), 2));

    assertThat(spec.groups()).isEmpty();
  }

  @Test
  void derive_inputAddedToALayer_fixesThatLayer() {
    GraphBuilder g = images();
    String sum = g.add("sum", g.conv("conv", INPUT, 3, 3, 1), INPUT);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", sum), 2));

    assertThat(spec.groups()).isEmpty();
  }

  @Test
  void derive_oneUnit_isNoGroup() {
    GraphBuilder g = images();
    String x = g.conv("one", INPUT, 1, 3, 1);
    x = g.conv("two", x, 2, 3, 1);
    PermutationSpec spec = derive(g, g.linear("fc", g.pool("pool", x), 2));

    assertThat(spec.groups()).extracting(Group::name).containsExactly("two");
  }

  @Test
  void derive_noHiddenLayer_hasNoGroups() {
    GraphBuilder g = new GraphBuilder(Shape.of(3));
    Graph graph = g.output("logits", g.linear("fc", INPUT, 2)).build();

    assertThat(Symmetry.derive(graph).groups()).isEmpty();
  }
}
