package dev.pleas.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {
  @TempDir Path folder;

  @Test
  void read_whatWasWritten_rebuildsTheNetwork() throws IOException {
    Graph graph = everyOp();
    Preprocessing images = new Preprocessing(List.of(0.286f), List.of(0.353f), 32, 28, 1);
    write(
        Json.write(
            ModelConfig.of(
                graph, ParameterLayout.PLAIN, "model.safetensors", List.of("a", "b"), images)));

    ModelConfig config = ModelConfig.read(folder);
    assertThat(ModelConfig.isIn(folder)).isTrue();
    assertThat(config.preprocessing()).isEqualTo(images);
    assertThat(config.sources()).containsExactly("a", "b");
    Graph rebuilt = config.graph();
    assertThat(rebuilt.nodes()).isEqualTo(graph.nodes());
    assertThat(rebuilt.parameters()).isEqualTo(graph.parameters());
    assertThat(rebuilt.parameters().keySet())
        .containsExactlyElementsOf(graph.parameters().keySet());
    assertThat(rebuilt.inputs()).isEqualTo(graph.inputs());
    assertThat(rebuilt.outputs()).isEqualTo(graph.outputs());
    assertThat(rebuilt.architecture()).isEqualTo("tiny");
  }

  @Test
  void layout_ofPackedTensors_isReadAsItWasWritten() throws IOException {
    ParameterLayout layout =
        new ParameterLayout(
            List.of(
                new ParameterLayout.Packed("position", List.of("position.w"), 0, true, 3),
                new ParameterLayout.Packed("head", List.of("fc.weight"), 0, false, 4, 2),
                new ParameterLayout.Packed("norms", List.of("bn.w", "bn.b"), 0, false, 1)));
    String text =
        Json.write(ModelConfig.of(everyOp(), layout, "model.safetensors", List.of("a", "b"), null));
    write(text);
    assertThat(ModelConfig.read(folder).parameterLayout()).isEqualTo(layout);

    // Folders of before have no axes behind, and say nothing of it.
    write(text.replace(",\n    \"behind\" : 0", ""));
    assertThat(Files.readString(folder.resolve(ModelConfig.FILE))).isNotEqualTo(text);
    assertThat(ModelConfig.read(folder).parameterLayout()).isEqualTo(layout);
  }

  @Test
  void testNetwork_hasEveryOperationThereIs() {
    assertThat(everyOp().nodes().stream().<Object>map(node -> node.op().getClass()))
        .containsOnly((Object[]) Op.class.getPermittedSubclasses());
  }

  @Test
  void operations_withEveryChoice_areReadAsTheyWereWritten() throws IOException {
    List<Op> operations = new ArrayList<>();
    for (Op.Gelu.Form form : Op.Gelu.Form.values()) {
      operations.add(new Op.Gelu(form));
    }
    operations.add(new Op.LayerNorm("w", null, 1e-6));
    operations.add(new Op.LayerNorm("w", "b", 1e-5));
    operations.add(new Op.Linear("w", null));
    operations.add(new Op.Attention(3, 1 / Math.sqrt(5)));
    operations.add(new Op.HardSigmoid(1 / 6.0, 0.5));
    operations.add(new Op.Clip(0, 6));
    operations.add(new Op.Clip(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    operations.add(new Op.AveragePool2d(new Window(2, 3, 1, 2, 1, 0, 1, 1)));
    for (Op operation : operations) {
      String text = Json.write(operation);
      assertThat(Json.mapper().readValue(text, Op.class)).as(text).isEqualTo(operation);
    }
    assertThat(Json.writeCompact(new Op.LayerNorm("w", null, 1e-6)))
        .isEqualTo("{\"type\":\"layer-norm\",\"weight\":\"w\",\"epsilon\":1.0E-6}");
    assertThat(Json.writeCompact(new Op.Clip(0, Double.POSITIVE_INFINITY)))
        .isEqualTo("{\"type\":\"clip\",\"low\":0.0,\"high\":\"Infinity\"}");
    assertThat(Json.writeCompact(new Op.AveragePool2d(Window.square(2, 2, 0))))
        .startsWith("{\"type\":\"average-pool2d\",\"window\":{");
    assertThat(Json.writeCompact(new Op.Gelu(Op.Gelu.Form.EXACT)))
        .isEqualTo("{\"type\":\"gelu\",\"form\":\"EXACT\"}");
  }

  @Test
  void isIn_folderOfAnotherProgram_isFalse() throws IOException {
    assertThat(ModelConfig.isIn(folder)).isFalse();
    write("{\"architectures\": [\"ResNet\"]}");
    assertThat(ModelConfig.isIn(folder)).isFalse();
    write("not JSON");
    assertThat(ModelConfig.isIn(folder)).isFalse();
  }

  @Test
  void read_otherVersion_namesBoth() throws IOException {
    write("{\"format\": \"pleas-model/2\"}");
    assertThat(ModelConfig.isIn(folder)).isTrue();
    assertThatThrownBy(() -> ModelConfig.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected format pleas-model/1, found pleas-model/2");
  }

  @Test
  void read_damaged_namesTheFile() throws IOException {
    write("{\"format\": \"pleas-model/1\", \"nodes\": 3}");
    assertThatThrownBy(() -> ModelConfig.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": damaged: ");
  }

  @Test
  void graph_thatDoesNotFit_isRefused() throws IOException {
    String text =
        Json.write(
            ModelConfig.of(everyOp(), ParameterLayout.PLAIN, "model.safetensors", List.of(), null));
    write(text.replace("\"fc.weight\" : [ 5, 4 ]", "\"fc.weight\" : [ 5, 3 ]"));
    assertThatThrownBy(() -> ModelConfig.read(folder).graph())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "does not describe a network: fc.weight: expected [*, 4], found [5, 3]");
  }

  private void write(String text) throws IOException {
    Files.writeString(folder.resolve(ModelConfig.FILE), text);
  }

  private static Graph everyOp() {
    return new Graph(
        "tiny",
        new TreeMap<>(Map.of("input", Shape.of(1, 8, 8), "ids", Shape.of(17))),
        List.of(
            new Node("words", new Op.Embed("words.w"), List.of("ids")),
            new Node("there", new Op.Clip(0, 1), List.of("ids")),
            new Node(
                "conv",
                new Op.Conv2d("conv.weight", null, new Window(3, 3, 1, 1, 1, 1, 1, 1), 1),
                List.of("input")),
            new Node("bn", new Op.BatchNorm("bn.w", "bn.b", "bn.m", "bn.v", 1e-5), List.of("conv")),
            new Node("relu", new Op.Relu(), List.of("bn")),
            new Node("add", new Op.Add(), List.of("relu", "conv")),
            new Node("pool", new Op.MaxPool2d(Window.square(2, 2, 0)), List.of("add")),
            new Node("means", new Op.AveragePool2d(Window.square(1, 1, 0)), List.of("pool")),
            new Node("clip", new Op.Clip(-0.5, 6), List.of("means")),
            new Node("hard", new Op.HardSigmoid(0.2, 0.5), List.of("clip")),
            new Node("sigmoid", new Op.Sigmoid(), List.of("hard")),
            new Node("gated", new Op.Product(), List.of("clip", "sigmoid")),
            new Node("flat", new Op.Flatten(), List.of("gated")),
            new Node("class", new Op.Prepend("class.w"), List.of("flat")),
            new Node("position", new Op.AddParameter("position.w"), List.of("class")),
            new Node("read", new Op.Add(), List.of("position", "words")),
            new Node("norm", new Op.LayerNorm("norm.w", null, 1e-6), List.of("read")),
            new Node("scale", new Op.Scale("scale.w"), List.of("norm")),
            new Node("gelu", new Op.Gelu(Op.Gelu.Form.TANH), List.of("scale")),
            new Node("mix", new Op.Attention(2, 0.25), List.of("gelu", "gelu", "norm", "there")),
            new Node("slice", new Op.SlicePositions(0, 1), List.of("mix")),
            new Node("mean", new Op.GlobalAveragePool(), List.of("slice")),
            new Node("fc", new Op.Linear("fc.weight", "fc.bias"), List.of("mean")),
            new Node("tanh", new Op.Tanh(), List.of("fc")),
            new Node("half", new Op.Multiply(0.5), List.of("tanh"))),
        Map.of("logits", "half"),
        new TreeMap<>(
            Map.ofEntries(
                Map.entry("conv.weight", Shape.of(4, 1, 3, 3)),
                Map.entry("bn.w", Shape.of(4)),
                Map.entry("bn.b", Shape.of(4)),
                Map.entry("bn.m", Shape.of(4)),
                Map.entry("bn.v", Shape.of(4)),
                Map.entry("words.w", Shape.of(4, 9)),
                Map.entry("class.w", Shape.of(4, 1)),
                Map.entry("position.w", Shape.of(4, 17)),
                Map.entry("norm.w", Shape.of(4)),
                Map.entry("scale.w", Shape.of(4)),
                Map.entry("fc.weight", Shape.of(5, 4)),
                Map.entry("fc.bias", Shape.of(5)))));
  }
}
