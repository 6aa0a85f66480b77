package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.symmetry.TinyTransformer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostTest {
  @Test
  void multiplyAccumulates_everyKindOfLayer_areCountedByHand() {
    GraphBuilder g = new GraphBuilder(Shape.of(3, 8, 6));
    String x = g.norm("bn", g.conv("conv", GraphBuilder.INPUT, 4, 3, 2, 1, true));
    x = g.maxPool("maxpool", g.relu("relu", x));
    x = g.conv("depthwise", x, 4, 3, 1, 4, false);
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 5)).build();

    // 4×3 positions after the first, 2×2 after the pooling.
    long conv = 4 * 3 * 9 * (4 * 3);
    long depthwise = 4 * 9 * (2 * 2);
    long fc = 5 * 4;
    assertThat(Cost.multiplyAccumulates(graph)).isEqualTo(conv + depthwise + fc);
    assertThat(graph.nodes())
        .extracting(node -> Cost.multiplyAccumulates(graph, node))
        .containsExactly(conv, 0L, 0L, 0L, depthwise, 0L, fc);
    // Running statistics are not trained.
    assertThat(Cost.parameters(graph)).isEqualTo((4 * 3 * 9 + 4) + 2 * 4 + 4 * 9 + (5 * 4 + 5));
  }

  @Test
  void multiplyAccumulates_transformer_countsEveryPosition() {
    Graph graph = TinyTransformer.graph();

    // Widths 6, 8 (heads) and 7 (hidden); 4 patches of 3×2×2, and 5 tokens with the class token.
    // Each head of 4 channels multiplies 5 queries with 5 keys, and the 5×5 weights with values.
    long attention = 2 * (2 * 5 * 5 * 4);
    long block = 5 * (3 * 8 * 6 + 6 * 8 + 2 * 7 * 6) + attention;
    assertThat(Cost.multiplyAccumulates(graph)).isEqualTo(4 * 6 * 12 + 2 * block + 3 * 6);
    long weights = 2 * (2 * 2 * 6 + 3 * (8 * 6 + 8) + (6 * 8 + 6) + 6 + (7 * 6 + 7) + (6 * 7 + 6));
    assertThat(Cost.parameters(graph))
        .isEqualTo(6 * 12 + 6 + 6 * 5 + weights + 2 * 6 + (3 * 6 + 3));
  }

  @Test
  void multiplyAccumulates_beyondInt_doNotOverflow() {
    Graph graph =
        new Graph(
            "wide",
            Map.of("input", Shape.of(1024, 64, 64)),
            List.of(
                new Node(
                    "conv", new Op.Conv2d("w", null, Window.square(3, 1, 1), 1), List.of("input"))),
            Map.of("out", "conv"),
            Map.of("w", Shape.of(1024, 1024, 3, 3)));

    assertThat(Cost.multiplyAccumulates(graph)).isEqualTo(1024L * 1024 * 9 * 64 * 64);
  }
}
