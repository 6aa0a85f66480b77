package dev.pleas.bench;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the names and shapes of a ResNet's tensors, as torchvision has them, follow from.
 *
 * @param input [channels, height, width] of an input
 * @param stemKernel 7, or 3 in CIFAR style
 * @param width channels in the first stage; they double from stage to stage
 * @param depths blocks of each stage
 * @param bottleneck whether blocks have three convolutions, of which the last has four times the
 *     channels, instead of two
 * @param classes outputs
 */
record ResNetShape(
    Shape input, int stemKernel, int width, List<Integer> depths, boolean bottleneck, int classes)
    implements NetworkShape {

  /**
   * Returns the shape of torchvision's {@code resnet18} or {@code resnet50}, or of {@code
   * resnet20}, the CIFAR network of arXiv:1512.03385 with projection shortcuts, for 28×28 grey
   * images.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static ResNetShape named(String name) {
    return switch (name) {
      case "resnet20" -> new ResNetShape(Shape.of(1, 28, 28), 3, 16, List.of(3, 3, 3), false, 10);
      case "resnet18" -> imageNet(List.of(2, 2, 2, 2), false);
      case "resnet50" -> imageNet(List.of(3, 4, 6, 3), true);
      default ->
          throw new IllegalArgumentException(
              "no network "
                  + name
                  + "; expected resnet20, resnet18, resnet50, vit_tiny_28 or vit_b_16");
    };
  }

  private static ResNetShape imageNet(List<Integer> depths, boolean bottleneck) {
    return new ResNetShape(Shape.of(3, 224, 224), 7, 64, depths, bottleneck, 1000);
  }

  @Override
  public String adapter() {
    return "resnet";
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    convolution(tensors, "conv1", "bn1", width, input.dim(0), stemKernel);
    int channels = width;
    for (int stage = 0; stage < depths.size(); stage++) {
      for (int block = 0; block < depths.get(stage); block++) {
        String name = "layer" + (stage + 1) + "." + block + ".";
        channels = block(tensors, name, channels, width << stage, block == 0 && stage > 0);
      }
    }
    put(tensors, "fc.weight", classes, channels);
    put(tensors, "fc.bias", classes);
    return tensors;
  }

  /** Adds a block and returns its output channels. */
  private int block(
      Map<String, TensorInfo> tensors, String name, int from, int inner, boolean strided) {
    int to = bottleneck ? 4 * inner : inner;
    if (bottleneck) {
      convolution(tensors, name + "conv1", name + "bn1", inner, from, 1);
      convolution(tensors, name + "conv2", name + "bn2", inner, inner, 3);
      convolution(tensors, name + "conv3", name + "bn3", to, inner, 1);
    } else {
      convolution(tensors, name + "conv1", name + "bn1", inner, from, 3);
      convolution(tensors, name + "conv2", name + "bn2", to, inner, 3);
    }
    if (strided || from != to) {
      convolution(tensors, name + "downsample.0", name + "downsample.1", to, from, 1);
    }
    return to;
  }

  private static void convolution(
      Map<String, TensorInfo> tensors, String conv, String bn, int to, int from, int kernel) {
    put(tensors, conv + ".weight", to, from, kernel, kernel);
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      put(tensors, bn + "." + part, to);
    }
  }

  private static void put(Map<String, TensorInfo> tensors, String name, int... dims) {
    tensors.put(name, new TensorInfo(DType.F32, Shape.of(dims)));
  }
}
