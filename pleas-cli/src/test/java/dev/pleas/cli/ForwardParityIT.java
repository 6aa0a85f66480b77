package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.dtype.StoredTensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints read, recognised and run on every backend that is available here give PyTorch's
 * logits. Reference: {@code forward-parity/make_logits.py}.
 */
class ForwardParityIT {
  /** Largest difference over largest logit, as the project promises. */
  private static final double TOLERANCE = 1e-4;

  private static final Registry REGISTRY = Registry.of(ForwardParityIT.class.getClassLoader());
  private static final CheckpointFormat SAFETENSORS =
      REGISTRY.select(CheckpointFormatProvider.class, "safetensors").provider().create();

  private static final List<String> GENERATED =
      List.of("resnet18", "resnet34", "resnet50", "vit_b_16", "vit_small_patch16_224");

  /** The full networks' weights, generated, as files. */
  @TempDir private static Path generated;

  @BeforeAll
  static void writeFullNetworks() throws IOException {
    for (String name : GENERATED) {
      JsonNode shapes = new ObjectMapper().readTree(resource(name + ".json").toFile());
      Map<String, TensorInfo> tensors = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : shapes.properties()) {
        int[] dims = new ObjectMapper().convertValue(entry.getValue(), int[].class);
        DType dtype = dims.length == 0 ? DType.I64 : DType.F32;
        tensors.put(entry.getKey(), new TensorInfo(dtype, Shape.of(dims)));
      }
      SAFETENSORS.write(
          generated.resolve(name + ".safetensors"),
          tensors,
          tensor -> {
            TensorInfo info = tensors.get(tensor);
            HostTensor values =
                info.dtype() == DType.I64
                    ? HostTensor.wrap(info.shape(), new float[1])
                    : GeneratedWeights.tensor(tensor, info.shape());
            return StoredTensors.of(values, info.dtype(), tensor);
          },
          Map.of());
    }
  }

  private static Path resource(String name) {
    try {
      String path = "forward-parity/" + name;
      return Path.of(Objects.requireNonNull(ForwardParityIT.class.getResource(path), path).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void generatedWeights_asInPython_haveTheseBits() {
    float[] values = GeneratedWeights.tensor("conv1.weight", Shape.of(64, 3, 7, 7)).values();
    assertThat(new float[] {values[0], values[1], values[9407]})
        .containsExactly(0x1.7141000000000p-7f, 0x1.f617580000000p-5f, -0x1.33786c0000000p-4f);
  }

  @TestFactory
  Stream<DynamicTest> logits_onEveryBackend_areThoseOfPyTorch() {
    List<RegistryEntry<TensorBackendProvider>> backends =
        REGISTRY.entries(TensorBackendProvider.class).stream()
            .filter(RegistryEntry::usable)
            .toList();
    assertThat(backends).as("tensor backends that can be used here").isNotEmpty();
    Stream<Path> full = GENERATED.stream().map(name -> generated.resolve(name + ".safetensors"));
    Stream<Path> narrow =
        Stream.of("narrow-resnet18.safetensors", "narrow-resnet50.safetensors")
            .map(ForwardParityIT::resource);
    return Stream.concat(full, narrow)
        .flatMap(
            file ->
                backends.stream()
                    .map(
                        backend ->
                            DynamicTest.dynamicTest(
                                backend.id() + " " + file.getFileName(),
                                () -> compare(file, backend.provider()))));
  }

  private static void compare(Path file, TensorBackendProvider provider) {
    String name = file.getFileName().toString().replace(".safetensors", "");
    try (Checkpoint expected = SAFETENSORS.open(resource(name + "-logits.safetensors"));
        TensorBackend backend = provider.create()) {
      assertThat(expected.tensors()).isNotEmpty();
      for (String size : expected.tensors().keySet()) {
        String[] sides = size.split("x", -1);
        Shape shape = Shape.of(3, Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
        HostTensor found = logits(load(file, shape), backend);
        compare(name + " at " + size, expected.read(size), found);
      }
    }
  }

  private static Model load(Path file, Shape input) {
    String family = file.getFileName().toString().startsWith("vit") ? "vit" : "resnet";
    ModelAdapter adapter = REGISTRY.select(ModelAdapterProvider.class, family).provider().create();
    try (Checkpoint checkpoint = SAFETENSORS.open(file)) {
      Adapted adapted = (Adapted) adapter.adapt(checkpoint.tensors(), checkpoint.metadata(), input);
      return Model.read(adapted.graph(), adapted.layout(), checkpoint);
    }
  }

  private static HostTensor logits(Model model, TensorBackend backend) {
    Graph graph = model.graph();
    Shape batch = graph.valueShape(graph.onlyInput()).prepend(2);
    try (TensorScope scope = backend.newScope();
        CompiledGraph compiled = backend.compile(graph, model.parameters())) {
      Tensor input = scope.tensor(GeneratedWeights.tensor("input", batch));
      return compiled.run(scope, Map.of(graph.onlyInput(), input)).get("logits").toHost();
    }
  }

  private static void compare(String what, HostTensor expected, HostTensor found) {
    assertThat(found.shape()).as(what).isEqualTo(expected.shape());
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.values().length; i++) {
      largest = Math.max(largest, Math.abs(expected.values()[i]));
      difference =
          Math.max(difference, Math.abs((double) found.values()[i] - expected.values()[i]));
    }
    assertThat(difference / largest)
        .as("%s: largest difference %s, largest logit %s", what, difference, largest)
        .isLessThan(TOLERANCE);
  }
}
