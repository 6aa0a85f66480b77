package dev.pleas.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxModelMetadata;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {
  /** Some 14 operations in float32 on values near 1, normalizations among them. */
  private static final double TOLERANCE = 1e-4;

  private static final int SEEDS = 10_000;

  @TempDir Path folder;

  private static Map<String, Plain> expected(Model model, Map<String, HostTensor> inputs) {
    Map<String, Plain> plain = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> plain.put(name, Plain.of(tensor)));
    Map<String, Plain> values = PlainNetwork.values(model.graph(), model.parameters(), plain);
    Map<String, Plain> outputs = new LinkedHashMap<>();
    model.graph().outputs().forEach((name, value) -> outputs.put(name, values.get(value)));
    return outputs;
  }

  @Property(tries = 150)
  void write_anyNetwork_runsElsewhereWithTheSameOutputs(
      @ForAll @LongRange(max = SEEDS) long seed, @ForAll @IntRange(min = 1, max = 7) int batch) {
    Model model = RandomGraphs.model(seed);
    Map<String, HostTensor> images = OnnxRuntime.images(model, batch, seed);
    OnnxRuntime.compare(expected(model, images), OnnxRuntime.run(model, images), TOLERANCE);
  }

  @Test
  void randomGraphs_haveEveryOperation() {
    Set<Class<?>> found = new HashSet<>();
    Set<Op.Gelu.Form> forms = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      for (Node node : RandomGraphs.model(seed).graph().nodes()) {
        found.add(node.op().getClass());
        if (node.op() instanceof Op.Gelu gelu) {
          forms.add(gelu.form());
        }
      }
    }
    found.add(Op.Embed.class); // Of texts, on which OnnxTransformerTest is.
    assertThat(found).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
    assertThat(forms).containsExactlyInAnyOrder(Op.Gelu.Form.values());
  }

  @Test
  void write_twice_givesTheSameBytes() throws IOException {
    Path first = folder.resolve("first.onnx");
    Path second = folder.resolve("second.onnx");
    new OnnxWriter("1").write(first, RandomGraphs.model(3), Map.of("b", "2", "a", "1"));
    new OnnxWriter("1")
        .write(second, RandomGraphs.model(3), new LinkedHashMap<>(Map.of("a", "1", "b", "2")));
    assertThat(second).hasSameBinaryContentAs(first);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(first, second);
    }
  }

  @Test
  void write_namesAndShapes_areThoseOfTheNetwork() throws OrtException, IOException {
    Path file = folder.resolve("linear.onnx");
    new OnnxWriter("1.2").write(file, linear("fc.weight", "fc", "logits"), Map.of("key", "välue"));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString())) {
      TensorInfo input = (TensorInfo) session.getInputInfo().get("image").getInfo();
      assertThat(input.getShape()).containsExactly(-1, 3);
      assertThat(input.getDimensionNames()).containsExactly("batch", "");
      TensorInfo output = (TensorInfo) session.getOutputInfo().get("logits").getInfo();
      assertThat(output.getShape()).containsExactly(-1, 2);
      OnnxModelMetadata metadata = session.getMetadata();
      assertThat(metadata.getProducerName()).isEqualTo("pleas");
      assertThat(metadata.getGraphName()).isEqualTo("tiny");
      assertThat(metadata.getCustomMetadata()).isEqualTo(Map.of("key", "välue"));
    }
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("fc.weight", "1.2");
  }

  /** ONNX has one name space for what the graph keeps apart. */
  @Test
  void write_namesThatMeetInOnnx_areKeptApart() {
    Model model = linear("fc", "fc", "logits");
    Map<String, HostTensor> images = OnnxRuntime.images(model, 2, 1);
    OnnxRuntime.compare(expected(model, images), OnnxRuntime.run(model, images), TOLERANCE);
  }

  @Test
  void write_outputsThatAreInputsOrShared_areAllThere() {
    Model model = linear("weight", "fc", "logits");
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("first", "fc");
    outputs.put("second", "fc");
    outputs.put("given", "image");
    Graph graph = model.graph();
    Graph changed = new Graph("tiny", graph.inputs(), graph.nodes(), outputs, graph.parameters());
    Model several = new Model(changed, model.parameters());
    Map<String, HostTensor> images = OnnxRuntime.images(several, 7, 1);
    OnnxRuntime.compare(expected(several, images), OnnxRuntime.run(several, images), TOLERANCE);
  }

  private static Model linear(String parameter, String node, String output) {
    Graph graph =
        new Graph(
            "tiny",
            Map.of("image", Shape.of(3)),
            List.of(new Node(node, new Op.Linear(parameter, null), List.of("image"))),
            Map.of(output, node),
            Map.of(parameter, Shape.of(2, 3)));
    return new Model(
        graph, Map.of(parameter, HostTensor.wrap(Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})));
  }

  @Test
  void write_aModelThatIsTooLong_hasItsWeightsBesideIt() throws IOException {
    Model model = RandomGraphs.model(5);
    Path file = folder.resolve("large.onnx");
    Path data = folder.resolve("large.onnx.data");
    new OnnxWriter("1", 1000).write(file, model, Map.of());
    assertThat(data).exists();
    assertThat(Files.size(data)).isGreaterThan(4096L * (model.parameters().size() - 1));
    Map<String, HostTensor> images = OnnxRuntime.images(model, 3, 5);
    OnnxRuntime.compare(expected(model, images), OnnxRuntime.run(file, images), TOLERANCE);
  }

  @Test
  void write_intoNoFolder_saysWhatToDo() {
    Path file = folder.resolve("none").resolve("model.onnx");
    assertThatThrownBy(() -> new OnnxWriter("1").write(file, RandomGraphs.model(1), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("create it first");
  }
}
