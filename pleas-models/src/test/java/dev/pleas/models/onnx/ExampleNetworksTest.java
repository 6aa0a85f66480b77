package dev.pleas.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.safetensors.SafetensorsProvider;
import dev.pleas.tck.reference.Plain;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bundled networks: ONNX Runtime and the backend give the same. */
class ExampleNetworksTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  private static final Registry REGISTRY = Registry.of(ExampleNetworksTest.class.getClassLoader());

  /** What the project promises of its backends. */
  private static final double TOLERANCE = 1e-4;

  private static Model read(Path file, String adapter) {
    try (Checkpoint checkpoint = new SafetensorsProvider().create().open(file)) {
      Adaptation adaptation =
          REGISTRY
              .select(ModelAdapterProvider.class, adapter)
              .provider()
              .create()
              .adapt(checkpoint.tensors(), checkpoint.metadata(), Shape.of(1, 28, 28));
      assertThat(adaptation).isInstanceOf(Adaptation.Adapted.class);
      Adaptation.Adapted adapted = (Adaptation.Adapted) adaptation;
      return Model.read(adapted.graph(), adapted.layout(), checkpoint);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "resnet, fashion-mnist/all-a",
    "resnet, fashion-mnist/all-b",
    "resnet, fashion-mnist/lo",
    "resnet, fashion-mnist/hi",
    "vit, vit/ancestor",
    "vit, vit/fashion-a",
    "vit, vit/fine-fashion"
  })
  void write_bundledNetwork_runsElsewhereAsHere(String adapter, String name) {
    Model model = read(EXAMPLES.resolve(name + ".safetensors"), adapter);
    for (int batch : new int[] {1, 7}) {
      Map<String, HostTensor> images = OnnxRuntime.images(model, batch, batch);
      OnnxRuntime.compare(onBackend(model, images), OnnxRuntime.run(model, images), TOLERANCE);
    }
  }

  private static Map<String, Plain> onBackend(Model model, Map<String, HostTensor> images) {
    Map<String, Plain> outputs = new LinkedHashMap<>();
    String input = model.graph().onlyInput();
    try (TensorBackend backend = REGISTRY.best(TensorBackendProvider.class).provider().create();
        CompiledGraph compiled = backend.compile(model.graph(), model.parameters());
        TensorScope scope = backend.newScope()) {
      compiled
          .run(scope, Map.of(input, scope.tensor(images.get(input))))
          .forEach((name, value) -> outputs.put(name, Plain.of(value.toHost())));
    }
    return outputs;
  }
}
