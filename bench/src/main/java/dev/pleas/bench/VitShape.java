package dev.pleas.bench;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the names and shapes of a vision transformer's tensors, as torchvision has them, follow
 * from.
 *
 * @param input [channels, height, width] of an input
 * @param patch side of a patch
 * @param width of the residual stream
 * @param depth blocks
 * @param heads of each attention
 * @param hidden units of each perceptron
 * @param classes outputs
 */
record VitShape(Shape input, int patch, int width, int depth, int heads, int hidden, int classes)
    implements NetworkShape {

  /**
   * Returns the shape of torchvision's {@code vit_b_16}, or of {@code vit_tiny_28}, that of the
   * networks of {@code examples/vit}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static VitShape named(String name) {
    return switch (name) {
      case "vit_tiny_28" -> new VitShape(Shape.of(1, 28, 28), 4, 64, 4, 4, 128, 10);
      case "vit_b_16" -> new VitShape(Shape.of(3, 224, 224), 16, 768, 12, 12, 3072, 1000);
      default ->
          throw new IllegalArgumentException(
              "no network " + name + "; expected vit_tiny_28 or vit_b_16");
    };
  }

  @Override
  public String adapter() {
    return "vit";
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of("num_heads", Integer.toString(heads));
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    int tokens = 1 + input.dim(1) / patch * (input.dim(2) / patch);
    put(tensors, "class_token", 1, 1, width);
    put(tensors, "encoder.pos_embedding", 1, tokens, width);
    layer(tensors, "conv_proj.", width, input.dim(0), patch, patch);
    for (int i = 0; i < depth; i++) {
      String block = "encoder.layers.encoder_layer_" + i + ".";
      layer(tensors, block + "ln_1.", width);
      layer(tensors, block + "self_attention.in_proj_", 3 * width, width);
      layer(tensors, block + "self_attention.out_proj.", width, width);
      layer(tensors, block + "ln_2.", width);
      layer(tensors, block + "mlp.0.", hidden, width);
      layer(tensors, block + "mlp.3.", width, hidden);
    }
    layer(tensors, "encoder.ln.", width);
    layer(tensors, "heads.head.", classes, width);
    return tensors;
  }

  private static void layer(Map<String, TensorInfo> tensors, String name, int... weight) {
    put(tensors, name + "weight", weight);
    put(tensors, name + "bias", weight[0]);
  }

  private static void put(Map<String, TensorInfo> tensors, String name, int... dims) {
    tensors.put(name, new TensorInfo(DType.F32, Shape.of(dims)));
  }
}
