package dev.pleas.models.resnet;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.DeclaredInput;
import dev.pleas.tck.ExampleNetwork;
import dev.pleas.tck.ModelAdapterContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class ResNetContractTest extends ModelAdapterContract {
  @Override
  protected ModelAdapterProvider provider() {
    return new ResNetProvider();
  }

  @Override
  protected boolean strict() {
    return true;
  }

  @Override
  protected List<ExampleNetwork> networks() {
    return List.of(basic(), bottleneck(), twoHeads());
  }

  private static ExampleNetwork basic() {
    ShapeTable table = ShapeTable.load("resnet20");
    return new ExampleNetwork("resnet20", table.infos(), Map.of(), table.input());
  }

  /** All kinds of layers, once in each stage. */
  private static ExampleNetwork bottleneck() {
    ShapeTable table = ShapeTable.load("resnet50");
    Map<String, TensorInfo> tensors = table.infos();
    tensors.keySet().removeIf(name -> name.matches("layer\\d\\.[1-9].*"));
    return new ExampleNetwork("resnet50 with short stages", tensors, Map.of(), table.input());
  }

  /** As a merge writes it: an input in the metadata, heads with names, and a wrapper's prefix. */
  private static ExampleNetwork twoHeads() {
    ShapeTable table = ShapeTable.load("resnet20");
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    table.infos().forEach((name, info) -> tensors.put("module." + name, info));
    TensorInfo weight = tensors.remove("module.fc.weight");
    TensorInfo bias = tensors.remove("module.fc.bias");
    tensors.put("module.fc.a.weight", weight);
    tensors.put("module.fc.a.bias", bias);
    tensors.put("module.fc.b.weight", new TensorInfo(DType.F16, weight.shape().with(0, 7)));
    return new ExampleNetwork(
        "resnet20 with two heads",
        tensors,
        Map.of(DeclaredInput.KEY, "1x28x28"),
        Shape.of(1, 28, 28));
  }
}
