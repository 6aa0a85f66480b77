package dev.pleas.core.alignment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.JointMoments;
import dev.pleas.core.moments.SourcePairs;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.symmetry.Symmetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActivationMatchingTest {
  private static Graph residual() {
    GraphBuilder g = new GraphBuilder(Shape.of(3, 6, 6));
    String stem = g.relu("stem.relu", g.conv("stem", GraphBuilder.INPUT, 2, 3, 1));
    String inner = g.relu("inner.relu", g.conv("inner", stem, 5, 3, 1));
    String sum = g.relu("sum.relu", g.add("sum", g.conv("back", inner, 2, 3, 1), stem));
    return g.output("logits", g.linear("fc", g.pool("pool", sum), 2)).build();
  }

  @Test
  void taps_areWhereUnitsEnterLayersWithWeights() {
    Graph graph = residual();
    PermutationSpec spec = Symmetry.derive(graph);
    Map<Component, List<String>> taps = ActivationMatching.taps(graph, spec);

    assertThat(taps.get(spec.find("stem").components().get(0)))
        .containsExactly("stem.relu", "pool");
    assertThat(taps.get(spec.find("inner").components().get(0))).containsExactly("inner.relu");
  }

  @Test
  void similarities_ofSeveralTaps_areTheirMean() {
    Graph graph = residual();
    PermutationSpec spec = new PermutationSpec(List.of(Symmetry.derive(graph).find("stem")));
    Map<String, JointMoments> moments = new HashMap<>();
    moments.put("stem.relu", products(8, 2, 4, 6));
    moments.put("pool", products(0, 20, 10, 0));

    List<GroupSimilarity> similarities =
        ActivationMatching.similarities(graph, spec, moments, Similarity.INNER_PRODUCT);

    // Means of products over 2 rows, then over both taps.
    assertThat(similarities).hasSize(1);
    assertThat(similarities.get(0).between(0, 1).get(0).values()).containsExactly(2, 5.5, 3.5, 1.5);
    assertThat(similarities.get(0).between(1, 0).get(0).values()).containsExactly(2, 3.5, 5.5, 1.5);
  }

  private static JointMoments products(double... cross) {
    UnitSums sums = new UnitSums(2, new double[2], new double[2]);
    return new JointMoments(
        List.of(sums, sums), new SourcePairs<>(2, List.of(Matrix.wrap(2, 2, cross))));
  }
}
