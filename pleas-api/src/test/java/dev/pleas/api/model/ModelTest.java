package dev.pleas.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelTest {
  private static final Graph GRAPH =
      new Graph(
          "head",
          Map.of("x", Shape.of(2)),
          List.of(new Node("fc", new Op.Linear("w", null), List.of("x"))),
          Map.of("logits", "fc"),
          Map.of("w", Shape.of(1, 2)));

  private static HostTensor weight(float... values) {
    return HostTensor.wrap(Shape.of(1, values.length), values);
  }

  private static void assertRefused(String message, Map<String, HostTensor> parameters) {
    assertThatThrownBy(() -> new Model(GRAPH, parameters))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  @Test
  void new_exactParameters_areCopied() {
    Map<String, HostTensor> parameters = new HashMap<>(Map.of("w", weight(1, 2)));
    Model model = new Model(GRAPH, parameters);
    parameters.clear();

    assertThat(model.parameter("w").values()).containsExactly(1, 2);
    assertThatThrownBy(() -> model.parameters().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> model.parameter("v"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no parameter v");
  }

  @Test
  void new_otherParameters_areNamed() {
    assertRefused("w: expected [1, 2], found no such tensor", Map.of());
    assertRefused("w: expected [1, 2], found [1, 3]", Map.of("w", weight(1, 2, 3)));
    assertRefused(
        "v: the network has no such parameter", Map.of("w", weight(1, 2), "v", weight(1)));
  }

  @Test
  void new_nonFiniteWeights_areNamed() {
    assertRefused(
        "w: element 1 is NaN; a network with NaN or infinite weights cannot be used: check the"
            + " checkpoint",
        Map.of("w", weight(1, Float.NaN)));
    assertThatThrownBy(() -> new Model(GRAPH, Map.of("w", weight(Float.NEGATIVE_INFINITY, 0))))
        .hasMessageStartingWith("w: element 0 is -Infinity;");
  }
}
