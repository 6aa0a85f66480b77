package dev.pleas.api.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Networks that read texts. */
class TextGraphTest {
  private static final Map<String, Shape> PARAMETERS =
      Map.of("words", Shape.of(6, 50), "places", Shape.of(6, 10));

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Graph encoder(int length, int maskLength) {
    return new Graph(
        "encoder",
        Map.of("ids", Shape.of(length), "mask", Shape.of(maskLength)),
        List.of(
            node("embedded", new Op.Embed("words"), "ids"),
            node("placed", new Op.AddParameter("places"), "embedded"),
            node("mixed", new Op.Attention(2, 1), "placed", "placed", "placed", "mask")),
        Map.of("out", "mixed"),
        PARAMETERS);
  }

  @Test
  void shapes_ofEmbeddedIds_areChannelsAtEachPosition() {
    Graph graph = encoder(7, 7);

    assertThat(graph.valueShape("embedded")).isEqualTo(Shape.of(6, 7));
    assertThat(graph.valueShape("mixed")).isEqualTo(Shape.of(6, 7));
    assertThat(encoder(10, 10).valueShape("placed")).isEqualTo(Shape.of(6, 10));
  }

  @Test
  void ids_ofAnInputThatIsEmbedded_areThoseOfTheWords() {
    assertThat(encoder(7, 7).ids("ids")).hasValue(50);
    assertThat(encoder(7, 7).ids("mask")).isEmpty();
  }

  @Test
  void withInput_textsOfAnotherLength_areTakenAsFarAsThereArePlaces() {
    Graph graph =
        new Graph(
            "texts",
            Map.of("ids", Shape.of(7)),
            List.of(
                node("embedded", new Op.Embed("words"), "ids"),
                node("placed", new Op.AddParameter("places"), "embedded")),
            Map.of("out", "placed"),
            PARAMETERS);

    assertThat(graph.withInput(Shape.of(10)).valueShape("placed")).isEqualTo(Shape.of(6, 10));
    assertThatThrownBy(() -> graph.withInput(Shape.of(11)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("places: expected [6, 11], found [6, 10]");
  }

  @Test
  void new_whatDoesNotFit_isRefused() {
    assertThatThrownBy(() -> encoder(7, 6))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("expected a mask [N, S]");
    assertThatThrownBy(
            () ->
                new Graph(
                    "images",
                    Map.of("image", Shape.of(3, 4)),
                    List.of(node("embedded", new Op.Embed("words"), "image")),
                    Map.of("out", "embedded"),
                    Map.of("words", Shape.of(6, 50))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("expected ids [N, T], found [3, 4]");
    assertThatThrownBy(
            () ->
                new Graph(
                    "words",
                    Map.of("ids", Shape.of(4)),
                    List.of(node("embedded", new Op.Embed("words"), "ids")),
                    Map.of("out", "embedded"),
                    Map.of("words", Shape.of(1, Op.Embed.MOST + 1))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("at most 16777216");
  }
}
