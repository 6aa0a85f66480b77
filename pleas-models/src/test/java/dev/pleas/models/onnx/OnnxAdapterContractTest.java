package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.ExampleNetwork;
import dev.pleas.tck.ModelAdapterContract;
import java.util.List;
import java.util.Objects;

class OnnxAdapterContractTest extends ModelAdapterContract {
  @Override
  protected ModelAdapterProvider provider() {
    return new OnnxAdapterProvider();
  }

  @Override
  protected List<ExampleNetwork> networks() {
    return List.of(network("resnet"), network("densenet"), network("views"));
  }

  private static ExampleNetwork network(String name) {
    try (Checkpoint checkpoint = new OnnxFormat().open(OnnxImportTest.file(name))) {
      OnnxNetwork network = Objects.requireNonNull(OnnxFormat.network(checkpoint.metadata()));
      int[] dims =
          network.inputs().get(0).dims().stream().skip(1).mapToInt(Math::toIntExact).toArray();
      return new ExampleNetwork(name, checkpoint.tensors(), checkpoint.metadata(), Shape.of(dims));
    }
  }
}
