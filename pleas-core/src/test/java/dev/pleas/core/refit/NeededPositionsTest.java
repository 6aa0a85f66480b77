package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.symmetry.TinyTransformer;
import org.junit.jupiter.api.Test;

class NeededPositionsTest {
  private final NeededPositions classToken = new NeededPositions(TinyTransformer.graph());

  @Test
  void of_behindTheLastAttention_isTheTokenThatIsRead() {
    for (String value : new String[] {"1.query", "1.attention", "1.up", "1.sum", "norm"}) {
      assertThat(classToken.of(value)).as(value).containsExactly(0);
    }
    assertThat(classToken.of("head")).containsExactly(0);
  }

  @Test
  void of_beforeTheLastAttention_isEveryToken() {
    for (String value : new String[] {"1.key", "1.value", "1.norm1", "0.query", "0.sum"}) {
      assertThat(classToken.of(value)).as(value).containsExactly(0, 1, 2, 3, 4);
    }
    assertThat(classToken.of("flat")).containsExactly(0, 1, 2, 3);
    assertThat(classToken.of("image")).hasSize(16);
  }

  @Test
  void of_valuesThatNoOutputUses_isNone() {
    GraphBuilder g = new GraphBuilder(Shape.of(2, 5));
    String x = g.linear("linear", g.slice("middle", GraphBuilder.INPUT, 1, 4), 2);
    g.linear("unused", GraphBuilder.INPUT, 2);
    Graph graph = g.output("out", g.slice("last", g.prepend("first", x, 2), 1, 4)).build();
    NeededPositions positions = new NeededPositions(graph);

    // Of tokens [p, p, 1, 2, 3] the output has the second to the fourth.
    assertThat(positions.of("first.prepended")).containsExactly(1, 2, 3);
    assertThat(positions.of("linear")).containsExactly(0, 1);
    assertThat(positions.of(GraphBuilder.INPUT)).containsExactly(1, 2);
    assertThat(positions.of("unused")).isEmpty();
  }

  @Test
  void of_products_areThoseOfTheResultAndAllOfAGate() {
    GraphBuilder g = new GraphBuilder(Shape.of(2, 5));
    String x = g.linear("linear", GraphBuilder.INPUT, 3);
    String gated = g.product("gated", x, g.pool("mean", g.linear("other", GraphBuilder.INPUT, 3)));
    String swish = g.product("swish", gated, g.sigmoid("sigmoid", gated));
    Graph graph = g.output("out", g.slice("last", swish, 1, 3)).build();
    NeededPositions positions = new NeededPositions(graph);

    for (String value : new String[] {"sigmoid", "gated", "linear"}) {
      assertThat(positions.of(value)).as(value).containsExactly(1, 2);
    }
    assertThat(positions.of("mean")).containsExactly(0);
    assertThat(positions.of("other")).hasSize(5);
  }

  @Test
  void of_meansOfWindows_areEveryPosition() {
    GraphBuilder g = new GraphBuilder(Shape.of(2, 4, 4));
    Graph graph = g.output("out", g.averagePool("means", GraphBuilder.INPUT)).build();

    assertThat(new NeededPositions(graph).of(GraphBuilder.INPUT)).hasSize(16);
  }

  @Test
  void of_aMeanOrConvolution_isEveryPosition() {
    GraphBuilder g = new GraphBuilder(Shape.of(2, 4, 4));
    String x = g.pool("pool", g.conv("conv", GraphBuilder.INPUT, 3, 3, 2));
    NeededPositions positions = new NeededPositions(g.output("out", g.linear("fc", x, 2)).build());

    assertThat(positions.of("conv")).hasSize(4);
    assertThat(positions.of(GraphBuilder.INPUT)).hasSize(16);
  }
}
