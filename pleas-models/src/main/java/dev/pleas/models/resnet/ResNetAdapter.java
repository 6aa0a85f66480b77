package dev.pleas.models.resnet;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises ResNets by torchvision's tensor names. */
final class ResNetAdapter implements ModelAdapter {
  /** Metadata key of the input's shape, for instance {@code 1x28x28}. */
  static final String INPUT_KEY = "pleas.input";

  private static final Pattern INPUT =
      Pattern.compile("([1-9]\\d{0,6})x([1-9]\\d{0,6})x([1-9]\\d{0,6})");

  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input) {
    @Nullable ResNetTensors resnet = ResNetTensors.of(tensors);
    if (resnet == null) {
      return new Adaptation.NotRecognized(
          "no conv1.weight, which every ResNet has (nor after module., model. or backbone.)");
    }
    if (!resnet.has("layer1.0.conv1.weight")) {
      return new Adaptation.NotRecognized(
          "no " + resnet.fullName("layer1.0.conv1.weight") + ", which every ResNet has");
    }
    try {
      Graph graph = new ResNetBuilder(resnet).build(input == null ? declared(metadata) : input);
      resnet.refuseLeftovers();
      return new Adaptation.Adapted(graph, resnet.passengers());
    } catch (ShapeException e) {
      throw new ModelException(e.getMessage() + ": give a larger input", e);
    }
  }

  private static @Nullable Shape declared(Map<String, String> metadata) {
    @Nullable String text = metadata.get(INPUT_KEY);
    if (text == null) {
      return null;
    }
    Matcher matcher = INPUT.matcher(text);
    if (!matcher.matches()) {
      throw new ModelException(
          "metadata "
              + INPUT_KEY
              + ": expected channels, height and width such as 3x224x224, found \""
              + text
              + "\"");
    }
    return Shape.of(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }
}
