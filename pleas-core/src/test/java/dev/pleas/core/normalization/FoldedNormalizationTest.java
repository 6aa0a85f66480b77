package dev.pleas.core.normalization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.core.method.Merging;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import org.junit.jupiter.api.Test;

class FoldedNormalizationTest {
  private final RandomSamples samples = new RandomSamples(1, 20, RandomNetworks.input());
  private final Model a = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 1, samples);
  private final Model b = RandomNetworks.weights(RandomNetworks.resNet(1, 4), 2, samples);

  private void assertSameFunction(Model found, Model expected) {
    Plain logits = PlainNetwork.logits(expected, samples);
    // Folded weights are rounded to float32 once more.
    assertThat(PlainNetwork.logits(found, samples).distance(logits) / logits.largest())
        .isLessThan(1e-5);
  }

  private static long norms(Model model) {
    return model.graph().nodes().stream().filter(node -> node.op() instanceof Op.BatchNorm).count();
  }

  @Test
  void fold_resNet_computesTheSameWithoutNormalizations() {
    Model folded = FoldedNormalization.fold(a);

    assertThat(norms(a)).isGreaterThan(3);
    assertThat(norms(folded)).isZero();
    assertSameFunction(folded, a);
  }

  @Test
  void unfold_folded_hasTheOriginalGraphAndFunction() {
    Model back = FoldedNormalization.unfold(FoldedNormalization.fold(a), a.graph());

    assertThat(back.graph().nodes()).isEqualTo(a.graph().nodes());
    assertThat(back.graph().parameters())
        .containsExactlyInAnyOrderEntriesOf(a.graph().parameters());
    assertSameFunction(back, a);
  }

  @Test
  void fold_convolutionWithBias_takesItIn() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu", g.norm("bn", g.conv("conv", GraphBuilder.INPUT, 5, 3, 1, 1, true)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
    Model model = RandomNetworks.weights(graph, 1, samples);
    Model folded = FoldedNormalization.fold(model);

    assertThat(norms(folded)).isZero();
    assertSameFunction(folded, model);
    assertSameFunction(FoldedNormalization.unfold(folded, graph), model);
  }

  @Test
  void fold_convolutionThatOthersRead_staysAsItIs() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv", GraphBuilder.INPUT, 5, 3, 1);
    x = g.relu("relu", g.add("add", g.norm("bn", x), x));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
    Model model = RandomNetworks.weights(graph, 1, samples);

    assertThat(FoldedNormalization.fold(model).graph().nodes()).isEqualTo(graph.nodes());
  }

  @Test
  void merge_foldedWithTwiceTheBudget_isTheEnsemble() {
    MergeResult merged = Merging.merge(a, b, samples, "budget", "2", "fold-normalization", "true");

    assertThat(norms(merged.model())).isEqualTo(norms(a));
    Plain mean = PlainNetwork.logits(a, samples).plus(PlainNetwork.logits(b, samples)).times(0.5);
    assertThat(PlainNetwork.logits(merged.model(), samples).distance(mean) / mean.largest())
        .isLessThan(1e-5);
  }

  @Test
  void merge_foldedWithItself_computesTheSame() {
    assertSameFunction(Merging.merge(a, a, samples, "fold-normalization", "true").model(), a);
  }
}
