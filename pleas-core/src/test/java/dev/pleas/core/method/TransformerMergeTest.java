package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.core.symmetry.SymmetryProof;
import dev.pleas.core.symmetry.TinyTransformer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What becomes of transformers. */
class TransformerMergeTest {
  @AutoClose private final TensorBackend backend = Merging.backend();
  private final RandomSamples samples = new RandomSamples(1, 6, TinyTransformer.IMAGE);

  @Test
  void average_transformers_isTheMeanOfEveryWeightAndRuns() {
    Model a = TinyTransformer.random(1);
    Model b = TinyTransformer.random(2);
    MergeResult result =
        new AverageMethod()
            .merge(
                new MergeRequest(
                    List.of(a, b),
                    List.of("a", "b"),
                    null,
                    Map.of("heads", "shared"),
                    1,
                    Merging.tools(backend),
                    Progress.NONE));

    Model mean = result.model();
    assertThat(mean.graph().nodes()).isEqualTo(a.graph().nodes());
    a.parameters()
        .forEach(
            (name, tensor) -> {
              float[] found = mean.parameter(name).values();
              for (int i = 0; i < found.length; i++) {
                float half = tensor.values()[i] / 2 + b.parameter(name).values()[i] / 2;
                assertThat(found[i]).as(name).isEqualTo(half);
              }
            });
    assertThat(SymmetryProof.check(mean, Symmetry.derive(mean.graph()), backend, 1))
        .isLessThan(1e-5);
  }

  @Test
  void pleas_withinABudget_keepsHeadsAndHiddenUnitsApartButNotTheStream() {
    MergeResult result =
        Merging.merge(
            backend,
            TinyTransformer.random(1),
            TinyTransformer.random(2),
            samples,
            "budget",
            "1.6",
            "ridge",
            "0.01");

    Map<String, MergeReport.Group> groups =
        result.report().groups().stream()
            .collect(Collectors.toMap(MergeReport.Group::name, group -> group));
    assertThat(groups.get("patch").width()).isEqualTo(6);
    assertThat(groups.get("0.query").width()).isEqualTo(3);
    assertThat(groups.get("0.up").width()).isGreaterThan(7);
    assertThat(result.report().cost().flops()).isBetween(1.3, 1.6);
    assertThat(result.report().notes())
        .contains(
            "merged whole, whatever the budget, since a layer normalization is over all of their"
                + " units: patch");
    Graph graph = result.model().graph();
    assertThat(graph.nodes())
        .filteredOn(node -> node.name().equals("1.attention"))
        .extracting(Node::op)
        .containsExactly(new Op.Attention(3, 0.5));
    assertThat(graph.parameterShape("1.query.weight")).isEqualTo(Shape.of(12, 6));
    assertThat(graph.parameterShape("1.project.weight")).isEqualTo(Shape.of(6, 12));
    assertThat(SymmetryProof.check(result.model(), Symmetry.derive(graph), backend, 1))
        .isLessThan(1e-5);
  }

  @Test
  void pleas_withTwiceTheBudget_mergesTheStreamAlone() {
    MergeResult result =
        Merging.merge(
            backend, TinyTransformer.random(1), TinyTransformer.random(2), samples, "budget", "2");

    assertThat(result.report().groups())
        .allSatisfy(
            group ->
                assertThat(group.merged())
                    .isEqualTo(group.name().equals("patch") ? group.size() : 0));
  }

  @Test
  void pleas_attentionWithoutWeights_hasNothingToMatch() {
    Graph graph =
        new Graph(
            "mixer",
            Map.of("x", samples.shape().dropFirst()),
            List.of(new Node("mix", new Op.Attention(1, 1), List.of("x", "x", "x"))),
            Map.of("out", "mix"),
            Map.of());

    assertThat(Symmetry.derive(graph).groups()).isEmpty();
  }
}
