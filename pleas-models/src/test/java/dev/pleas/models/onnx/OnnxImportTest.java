package dev.pleas.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On models that PyTorch wrote (make_models.py), against ONNX Runtime. */
class OnnxImportTest {
  /** Some 10 layers in float32. */
  private static final double TOLERANCE = 1e-5;

  static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(OnnxImportTest.class.getResource(name + ".onnx")).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static Adaptation.Adapted adapt(Checkpoint checkpoint, @Nullable Shape input) {
    return (Adaptation.Adapted)
        new OnnxAdapter().adapt(checkpoint.tensors(), checkpoint.metadata(), input);
  }

  private static Model model(String name, @Nullable Shape input) {
    try (Checkpoint checkpoint = new OnnxFormat().open(file(name))) {
      Adaptation.Adapted network = adapt(checkpoint, input);
      return Model.read(network.graph(), network.layout(), checkpoint);
    }
  }

  private static void assertRunsAsElsewhere(String name, Model model) {
    Map<String, HostTensor> images = OnnxRuntime.images(model, 3, 5);
    Map<String, Plain> plain = new LinkedHashMap<>();
    images.forEach((input, tensor) -> plain.put(input, Plain.of(tensor)));
    Map<String, Plain> values = PlainNetwork.values(model.graph(), model.parameters(), plain);
    Map<String, Plain> outputs = new LinkedHashMap<>();
    model.graph().outputs().forEach((output, value) -> outputs.put(output, values.get(value)));
    OnnxRuntime.compare(outputs, OnnxRuntime.run(file(name), images), TOLERANCE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet",
        "resnet-folded",
        "densenet",
        "views",
        "gates",
        "gates-10",
        "mobilenet-v2",
        "mobilenet-v3",
        "mobilenet-v3-13",
        "densenet-torchvision"
      })
  void adapt_modelOfPyTorch_computesWhatOnnxRuntimeDoes(String name) {
    assertRunsAsElsewhere(name, model(name, null));
  }

  @Test
  void adapt_largerImages_areTaken() {
    Model model = model("densenet", Shape.of(3, 8, 8));
    assertThat(model.graph().parameters())
        .isEqualTo(model("densenet", Shape.of(3, 12, 10)).graph().parameters());
  }

  /** A concatenation is never made, and its readers have their weights in parts. */
  @Test
  void adapt_concatenations_becomeSums() {
    try (Checkpoint checkpoint = new OnnxFormat().open(file("densenet"))) {
      Adaptation.Adapted network = adapt(checkpoint, null);
      Graph graph = network.graph();
      assertThat(graph.nodes()).filteredOn(node -> node.op() instanceof Op.Add).hasSize(7);
      assertThat(network.layout().tensors(graph.parameters()).keySet())
          .isSubsetOf(checkpoint.tensors().keySet());
      assertThat(network.passengers()).noneMatch(name -> name.contains("weight"));
      // What is read in parts is written as it was.
      Model model = Model.read(graph, network.layout(), checkpoint);
      network
          .layout()
          .tensors(graph.parameters())
          .keySet()
          .forEach(
              tensor ->
                  assertThat(network.layout().pack(tensor, model::parameter).values())
                      .as(tensor)
                      .isEqualTo(checkpoint.read(tensor).values()));
    }
  }

  @Test
  void adapt_sameNetworkTwice_hasTheSameGraph() {
    Graph one = model("resnet", null).graph();
    Graph other = model("resnet-other", null).graph();
    assertThat(other.nodes()).isEqualTo(one.nodes());
    assertThat(other.parameters()).isEqualTo(one.parameters());
  }

  @Test
  void adapt_unsupportedOperators_areNamedAllAtOnce() {
    try (Checkpoint checkpoint = new OnnxFormat().open(file("unsupported"))) {
      assertThatThrownBy(() -> adapt(checkpoint, null))
          .isInstanceOf(ModelException.class)
          .hasMessageContainingAll(
              "Elu (2, first /Elu",
              "Softplus (1,",
              "Div that is applied to two activations (1,",
              "Clip that is applied to a sum with a number, of which bounds 0 and more must make a gate (1,")
          .hasMessageContaining("supported are Add, AveragePool, ");
    }
  }

  @Test
  void adapt_gatesOfOnePosition_areMatrices() {
    try (Checkpoint checkpoint = new OnnxFormat().open(file("mobilenet-v3"))) {
      Adaptation.Adapted network = adapt(checkpoint, null);
      String squeeze = "features.1.block.2.fc1.weight";
      assertThat(checkpoint.tensors().get(squeeze).shape()).isEqualTo(Shape.of(8, 16, 1, 1));
      assertThat(network.graph().parameterShape(squeeze)).isEqualTo(Shape.of(8, 16));
      Model model = Model.read(network.graph(), network.layout(), checkpoint);
      HostTensor stored = network.layout().pack(squeeze, model::parameter);
      assertThat(stored.shape()).isEqualTo(Shape.of(8, 16, 1, 1));
      assertThat(stored.values()).isEqualTo(checkpoint.read(squeeze).values());
    }
  }

  /** x · relu6(x + 3) / 6, and what else is between 0 and a number, however it is written. */
  @Test
  void adapt_sumsWithNumbersAndBounds_becomeGates() {
    for (String name : new String[] {"gates", "gates-10"}) {
      assertThat(model(name, null).graph().nodes())
          .extracting(Node::op)
          .contains(
              new Op.HardSigmoid(1 / 6.0, 0.5),
              new Op.HardSigmoid(0.5, -0.25),
              new Op.Multiply(6),
              new Op.Clip(-0.5, Double.POSITIVE_INFINITY),
              new Op.AveragePool2d(new Window(3, 2, 2, 1, 1, 0, 1, 1)));
    }
  }

  /** Exporters store equal weights once. */
  @Test
  void adapt_equalWeights_areThoseOfEachLayer() {
    assertThat(model("gates", null).graph().parameters())
        .containsKeys("twin.weight", "other_twin.weight", "twin.bias", "other_twin.bias");
  }

  @Test
  void adapt_paddingBeforeAConvolution_isPartOfItsWindow() {
    assertThat(model("gates-10", null).graph().nodes().get(0).op())
        .isInstanceOfSatisfying(
            Op.Conv2d.class,
            conv -> assertThat(conv.window()).isEqualTo(new Window(3, 3, 1, 2, 2, 2, 1, 1)));
  }

  @Test
  void adapt_nodeThatGivesNothing_isPassedOver() {
    try (Checkpoint checkpoint = new OnnxFormat().open(file("views"))) {
      Map<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
      metadata.computeIfPresent(
          OnnxFormat.NETWORK,
          (key, json) -> json.replaceFirst("\"outputs\":\\[\"[^\"]*\"]", "\"outputs\":[]"));
      assertThat(metadata).isNotEqualTo(checkpoint.metadata());
      assertThatThrownBy(() -> new OnnxAdapter().adapt(checkpoint.tensors(), metadata, null))
          .isInstanceOf(ModelException.class)
          .hasMessageMatching("ONNX: there is no tensor /conv/Conv_output_0, which .* needs");
    }
  }

  @Test
  void adapt_operatorWithoutItsSecondOperand_isUnsupported() {
    try (Checkpoint checkpoint = new OnnxFormat().open(file("gates"))) {
      Map<String, String> metadata = new LinkedHashMap<>(checkpoint.metadata());
      metadata.computeIfPresent(
          OnnxFormat.NETWORK, (key, json) -> json.replace(",\"/Constant_10_output_0\"]", "]"));
      assertThat(metadata).isNotEqualTo(checkpoint.metadata());
      assertThatThrownBy(() -> new OnnxAdapter().adapt(checkpoint.tensors(), metadata, null))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("Mul that lacks an operand (1, first ");
    }
  }

  @Test
  void open_weightsInAFileBesideTheModel_areReadThereAndNowhereElse(@TempDir Path folder)
      throws IOException {
    Model model = model("resnet", null);
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path file = inner.resolve("m.onnx");
    new OnnxWriter("1", 100).write(file, model, Map.of());
    try (Checkpoint checkpoint = new OnnxFormat().open(file)) {
      model
          .parameters()
          .forEach(
              (name, tensor) ->
                  assertThat(checkpoint.read(name).values()).as(name).isEqualTo(tensor.values()));
    }
    Files.copy(inner.resolve("m.onnx.data"), folder.resolve("onnx.dat"));
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains("m.onnx.data");
    Files.writeString(
        file, bytes.replace("m.onnx.data", "../onnx.dat"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> new OnnxFormat().open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("\"../onnx.dat\", expected the name of a file beside it");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void open_weightsThatAreALinkToElsewhere_areRefused(@TempDir Path folder) throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path file = inner.resolve("m.onnx");
    new OnnxWriter("1", 100).write(file, model("resnet", null), Map.of());
    Path data = inner.resolve("m.onnx.data");
    Path elsewhere = Files.move(data, folder.resolve("secret"));
    Files.createSymbolicLink(data, elsewhere);

    assertThatThrownBy(() -> new OnnxFormat().open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("\"m.onnx.data\", expected the name of a file beside it");

    // Caches link to both.
    Path link = Files.createSymbolicLink(folder.resolve("m.onnx"), file);
    Files.delete(data);
    Files.move(elsewhere, data);
    Files.createSymbolicLink(folder.resolve("m.onnx.data"), data);
    new OnnxFormat().open(link).close();
  }
}
