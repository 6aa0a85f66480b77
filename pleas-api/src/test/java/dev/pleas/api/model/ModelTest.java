package dev.pleas.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.nio.file.Path;
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

  /** A checkpoint of these tensors. */
  private static Checkpoint checkpoint(Map<String, HostTensor> tensors) {
    return new Checkpoint() {
      @Override
      public Path path() {
        return Path.of("small.bin");
      }

      @Override
      public Map<String, TensorInfo> tensors() {
        throw new UnsupportedOperationException("weights only");
      }

      @Override
      public Map<String, String> metadata() {
        return Map.of();
      }

      @Override
      public HostTensor read(String name) {
        HostTensor tensor = tensors.get(name);
        if (tensor == null) {
          throw new CheckpointException("small.bin: there is no tensor " + name);
        }
        return tensor;
      }

      @Override
      public StoredTensor stored(String name) {
        throw new UnsupportedOperationException("weights only");
      }

      @Override
      public void close() {}
    };
  }

  private static final ParameterLayout COLUMN =
      new ParameterLayout(List.of(new Packed("kernel", List.of("w"), 0, true, 2)));

  @Test
  void read_plain_takesTensorsByTheirNames() {
    Model model = Model.read(GRAPH, checkpoint(Map.of("w", weight(3, 4), "other", weight(5))));

    assertThat(model.parameters()).containsOnlyKeys("w");
    assertThat(model.parameter("w").values()).containsExactly(3, 4);
  }

  @Test
  void read_throughALayout_hasTheGraphsParameters() {
    HostTensor column = HostTensor.wrap(Shape.of(2, 1), new float[] {3, 4});
    Model model = Model.read(GRAPH, COLUMN, checkpoint(Map.of("kernel", column)));

    assertThat(model.parameters()).containsOnlyKeys("w");
    assertThat(model.parameter("w").shape()).isEqualTo(Shape.of(1, 2));
    assertThat(model.parameter("w").values()).containsExactly(3, 4);
  }

  @Test
  void read_throughALayout_errorsNameFileAndStoredTensor() {
    assertNotRead("small.bin: kernel: expected [2, 1], found [1, 2]", weight(1, 2));
    assertNotRead(
        "small.bin: kernel: element 1 is Infinity; a network with NaN or infinite weights cannot"
            + " be used: check the checkpoint",
        HostTensor.wrap(Shape.of(2, 1), new float[] {0, Float.POSITIVE_INFINITY}));
    assertThatThrownBy(() -> Model.read(GRAPH, COLUMN, checkpoint(Map.of("w", weight(1, 2)))))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("small.bin: there is no tensor kernel");
  }

  private static void assertNotRead(String message, HostTensor kernel) {
    assertThatThrownBy(() -> Model.read(GRAPH, COLUMN, checkpoint(Map.of("kernel", kernel))))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  @Test
  void read_plain_errorsNameFileAndTensor() {
    assertThatThrownBy(() -> Model.read(GRAPH, checkpoint(Map.of("w", weight(1, 2, 3)))))
        .isInstanceOf(ModelException.class)
        .hasMessage("small.bin: w: expected [1, 2], found [1, 3]");
  }

  @Test
  void read_layoutOfAnotherGraph_namesTheParameter() {
    ParameterLayout other = new ParameterLayout(List.of(Packed.renamed("kernel", "v", 2)));
    assertThatThrownBy(() -> Model.read(GRAPH, other, checkpoint(Map.of())))
        .isInstanceOf(ModelException.class)
        .hasMessage("small.bin: no parameter v");
  }
}
