package dev.pleas.core.symmetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SymmetryProofTest {
  @AutoClose private final TensorBackend backend = new ReferenceBackend();
  private final RandomSamples samples = new RandomSamples(1, 8, RandomNetworks.input());

  @Test
  void check_derivedSpec_holdsWithinRounding() {
    Model model = RandomNetworks.weights(RandomNetworks.resNet(3, 4), 4, samples);

    double difference = SymmetryProof.check(model, Symmetry.derive(model.graph()), backend, 5);

    // Some 30 float32 operations deep, each within 6e-8 of the exact result.
    assertThat(difference).isLessThan(1e-5);
    assertThat(backend.memoryBytes()).isZero();
  }

  /** A gate has the units of what it gates, and so has what comes before and after. */
  @Test
  void check_gatedBlock_holdsAndHasTwoGroups() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.norm("bn", g.averagePool("means", g.conv("expand", GraphBuilder.INPUT, 5, 1, 1)));
    x = g.product("swish", x, g.hardSigmoid("hard", x));
    String y = g.clip("clip", g.linear("squeeze", g.pool("pool", x), 3), -1, 1);
    x = g.product("gated", x, g.sigmoid("gate", g.linear("excite", y, 5)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("mean", x), 2)).build();
    Model model = RandomNetworks.weights(graph, 6, samples);
    PermutationSpec spec = Symmetry.derive(graph);

    assertThat(spec.groups()).extracting(Group::name).containsExactly("expand", "squeeze");
    assertThat(spec.groups().get(0).axes())
        .contains(new Axis("excite.weight", 0), new Axis("squeeze.weight", 1));
    assertThat(SymmetryProof.check(model, spec, backend, 5)).isLessThan(1e-5);
  }

  @Test
  void check_depthwiseConvolution_holds() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("expand", GraphBuilder.INPUT, 5, 1, 1);
    x = g.relu("relu", g.norm("bn", g.conv("depthwise", x, 5, 3, 1, 5, true)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 2)).build();
    Model model = RandomNetworks.weights(graph, 6, samples);

    assertThat(SymmetryProof.check(model, Symmetry.derive(graph), backend, 5)).isLessThan(1e-5);
  }

  @Test
  void check_anAxisForgotten_namesThatGroupAlone() {
    Model model = RandomNetworks.weights(twoLayers(), 4, samples);
    PermutationSpec right = Symmetry.derive(model.graph());
    assertThat(right.groups()).extracting(Group::name).containsExactly("conv1", "conv2");
    PermutationSpec wrong =
        new PermutationSpec(
            List.of(right.groups().get(0), without(right.groups().get(1), "bn2.weight")));

    assertThatThrownBy(() -> SymmetryProof.check(model, wrong, backend, 5))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("the derived permutation symmetry does not hold on hand-made")
        .hasMessageContaining("when these groups are permuted: [conv2]");
    assertThat(backend.memoryBytes()).isZero();
  }

  @Test
  void check_outputAxisPermuted_isRefused() {
    Model model = RandomNetworks.weights(twoLayers(), 4, samples);
    Group outputs =
        new Group("fc", 3, new TreeSet<>(List.of(new Axis("fc.weight", 0))), List.of("fc"));

    assertThatThrownBy(
            () -> SymmetryProof.check(model, new PermutationSpec(List.of(outputs)), backend, 5))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("[fc]");
  }

  private static Graph twoLayers() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv1", GraphBuilder.INPUT, 5, 3, 1);
    x = g.relu("relu1", g.norm("bn1", x));
    x = g.relu("relu2", g.norm("bn2", g.conv("conv2", x, 7, 3, 1)));
    return g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
  }

  private static Group without(Group group, String parameter) {
    TreeSet<Axis> axes = new TreeSet<>(group.axes());
    assertThat(axes.removeIf(axis -> axis.parameter().equals(parameter))).isTrue();
    return new Group(group.name(), group.size(), axes, group.values());
  }
}
