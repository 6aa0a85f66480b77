package dev.pleas.models.resnet;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.DeclaredInput;
import dev.pleas.models.view.TensorView;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises ResNets by torchvision's tensor names. */
final class ResNetAdapter implements ModelAdapter {
  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input) {
    @Nullable TensorView resnet = TensorView.of(tensors, "conv1.weight");
    if (resnet == null) {
      return new Adaptation.NotRecognized(
          "no conv1.weight, which every ResNet has (nor after a prefix such as module. or model.)");
    }
    if (!resnet.has("layer1.0.conv1.weight")) {
      return new Adaptation.NotRecognized(
          "no " + resnet.fullName("layer1.0.conv1.weight") + ", which every ResNet has");
    }
    try {
      Graph graph =
          new ResNetBuilder(resnet).build(input == null ? DeclaredInput.of(metadata) : input);
      resnet.refuseLeftovers("a ResNet");
      return new Adaptation.Adapted(graph, resnet.passengers());
    } catch (ShapeException e) {
      throw new ModelException(e.getMessage() + ": give a larger input", e);
    }
  }
}
