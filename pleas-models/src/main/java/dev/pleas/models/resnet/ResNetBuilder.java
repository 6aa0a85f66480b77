package dev.pleas.models.resnet;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds the graph of a ResNet:
 *
 * <pre>
 * stem     conv1 7×7/2, bn1, relu, maxpool 3×3/2      or    conv1 3×3/1, bn1, relu
 * stage s  layer{s}.0 … layer{s}.{n−1}; the first block of every stage but layer1 has stride 2
 * block    conv1 3×3/stride, bn1, relu1, conv2 3×3, bn2                               (basic), or
 *          conv1 1×1, bn1, relu1, conv2 3×3/stride, bn2, relu2, conv3 1×1, bn3        (bottleneck)
 *          add its input, or downsample.0 1×1/stride, downsample.1 of its input; relu
 * head     avgpool; fc, or fc.{name} for each head
 * </pre>
 *
 * Nodes bear the names of PyTorch's modules, so a convolution's value is named as its module. Every
 * width is read from the weights, where it only has to fit what comes before it.
 */
final class ResNetBuilder {
  /** PyTorch's default, which torchvision uses. */
  private static final double EPSILON = 1e-5;

  private static final String INPUT = "input";
  private static final Pattern STAGE = Pattern.compile("layer(\\d{1,4})\\.");
  private static final Pattern CONV3 = Pattern.compile("layer\\d+\\.\\d+\\.conv3\\.weight");
  private static final Pattern HEAD = Pattern.compile("fc\\.([^.]+)\\.(?:weight|bias)");

  private final TensorView tensors;
  private final boolean bottleneck;
  private final int stages;
  private final List<Node> nodes = new ArrayList<>();

  /** The value that the next node takes, and its channels. */
  private String value = INPUT;

  private int channels;

  ResNetBuilder(TensorView tensors) {
    this.tensors = tensors;
    this.bottleneck = tensors.names().stream().anyMatch(CONV3.asMatchPredicate());
    this.stages = tensors.count(STAGE) - 1; // they count from 1
  }

  /**
   * Builds the graph.
   *
   * @param given the shape of an input, or null for the usual one
   * @throws ModelException if a tensor is missing or does not fit, naming it
   */
  Graph build(@Nullable Shape given) {
    Shape input = stem(given);
    List<Integer> depths = new ArrayList<>();
    for (int stage = 1; stage <= stages; stage++) {
      depths.add(stage(stage));
    }
    Map<String, String> outputs = head();
    String architecture = ResNetName.of(tensors, bottleneck, depths);
    return new Graph(architecture, Map.of(INPUT, input), nodes, outputs, tensors.parameters());
  }

  private Shape stem(@Nullable Shape given) {
    Shape weight = tensors.use("conv1.weight", -1, -1, -1, -1);
    boolean large = weight.dim(2) == 7 && weight.dim(3) == 7;
    if (!large && !(weight.dim(2) == 3 && weight.dim(3) == 3)) {
      throw tensors.misfit(
          "conv1.weight", new int[] {-1, -1, 7, 7}, "a stem is 7×7, or 3×3 in CIFAR style");
    }
    channels = weight.dim(1);
    Shape input = given;
    if (input == null) {
      input = large ? Shape.of(channels, 224, 224) : Shape.of(channels, 32, 32);
    }
    if (input.rank() != 3 || input.dim(0) != channels) {
      throw new ModelException(
          tensors.fullName("conv1.weight")
              + ": expected an input ["
              + channels
              + ", height, width], found "
              + input
              + ": the network takes "
              + channels
              + " channels");
    }
    convolution("conv1", large ? Window.square(7, 2, 3) : Window.square(3, 1, 1), 1);
    batchNorm("bn1");
    relu("relu");
    if (large) {
      node("maxpool", new Op.MaxPool2d(Window.square(3, 2, 1)));
    }
    return input;
  }

  /** Adds the blocks of a stage and returns their number. */
  private int stage(int stage) {
    String name = "layer" + stage;
    int blocks = Math.max(1, tensors.count(Pattern.compile(name + "\\.(\\d{1,4})\\.")));
    for (int block = 0; block < blocks; block++) {
      block(name + "." + block, block == 0 && stage > 1 ? 2 : 1, block == 0);
    }
    return blocks;
  }

  private void block(String name, int stride, boolean first) {
    String input = value;
    int inputChannels = channels;
    String last;
    if (bottleneck) {
      convolution(name + ".conv1", Window.square(1, 1, 0), 1);
      batchNorm(name + ".bn1");
      relu(name + ".relu1");
      convolution(name + ".conv2", Window.square(3, stride, 1), groups(name + ".conv2"));
      batchNorm(name + ".bn2");
      relu(name + ".relu2");
      last = name + ".conv3";
      convolution(last, Window.square(1, 1, 0), 1);
      batchNorm(name + ".bn3");
    } else {
      convolution(name + ".conv1", Window.square(3, stride, 1), 1);
      batchNorm(name + ".bn1");
      relu(name + ".relu1");
      last = name + ".conv2";
      convolution(last, Window.square(3, 1, 1), 1);
      batchNorm(name + ".bn2");
    }
    String residual = value;
    int residualChannels = channels;
    value = input;
    channels = inputChannels;
    shortcut(name, stride, first, last, residualChannels);
    nodes.add(new Node(name + ".add", new Op.Add(), List.of(residual, value)));
    value = name + ".add";
    relu(name + ".relu");
  }

  /** Takes the block's input to what can be added to its residual. */
  private void shortcut(String name, int stride, boolean first, String last, int residualChannels) {
    String projection = name + ".downsample.0";
    if (tensors.has(projection + ".weight")) {
      int inputChannels = channels;
      convolution(projection, Window.square(1, stride, 0), 1);
      if (channels != residualChannels) {
        throw tensors.misfit(
            projection + ".weight",
            new int[] {residualChannels, inputChannels, 1, 1},
            "as many channels as " + last + " makes");
      }
      batchNorm(name + ".downsample.1");
    } else if (first && (stride > 1 || channels != residualChannels)) {
      throw new ModelException(
          tensors.fullName(projection + ".weight")
              + ": missing: the block goes from "
              + channels
              + " to "
              + residualChannels
              + " channels with stride "
              + stride
              + "; shortcuts without parameters are not supported");
    } else if (channels != residualChannels) {
      int kernel = bottleneck ? 1 : 3;
      throw tensors.misfit(
          last + ".weight",
          new int[] {channels, -1, kernel, kernel},
          "as many channels as the block's input, to which it is added");
    }
  }

  private Map<String, String> head() {
    node("avgpool", new Op.GlobalAveragePool());
    String features = value;
    Map<String, String> outputs = new LinkedHashMap<>();
    if (tensors.has("fc.weight")) {
      outputs.put("logits", linear("fc", features));
      return outputs;
    }
    for (String name : tensors.names()) {
      Matcher matcher = HEAD.matcher(name);
      if (matcher.matches() && !outputs.containsKey(matcher.group(1))) {
        String head = matcher.group(1);
        outputs.put(head, linear("fc." + head, features));
      }
    }
    if (outputs.isEmpty()) {
      throw new ModelException(
          tensors.fullName("fc.weight")
              + ": missing, and there is no fc.<name>.weight either: a"
              + " network without a head is not supported; give a checkpoint with its classifier");
    }
    return outputs;
  }

  /** The groups of a 3×3 convolution, by its weight's second axis: input channels per group. */
  private int groups(String name) {
    Shape weight = tensors.use(name + ".weight", -1, -1, 3, 3);
    int perGroup = weight.dim(1);
    if (channels % perGroup != 0 || weight.dim(0) % (channels / perGroup) != 0) {
      throw tensors.misfit(
          name + ".weight",
          new int[] {-1, channels, 3, 3},
          "or, in groups, a divisor of these " + channels + " channels");
    }
    return channels / perGroup;
  }

  private void convolution(String name, Window window, int groups) {
    String weight = name + ".weight";
    Shape shape =
        tensors.use(weight, -1, channels / groups, window.kernelHeight(), window.kernelWidth());
    channels = shape.dim(0);
    node(name, new Op.Conv2d(tensors.fullName(weight), null, window, groups));
  }

  private void batchNorm(String name) {
    List<String> parameters = new ArrayList<>();
    for (String parameter : List.of("weight", "bias", "running_mean", "running_var")) {
      tensors.use(name + "." + parameter, channels);
      parameters.add(tensors.fullName(name + "." + parameter));
    }
    tensors.passenger(name + ".num_batches_tracked");
    node(
        name,
        new Op.BatchNorm(
            parameters.get(0), parameters.get(1), parameters.get(2), parameters.get(3), EPSILON));
  }

  private void relu(String name) {
    node(name, new Op.Relu());
  }

  private String linear(String name, String features) {
    Shape weight = tensors.use(name + ".weight", -1, channels);
    @Nullable String bias = null;
    if (tensors.has(name + ".bias")) {
      tensors.use(name + ".bias", weight.dim(0));
      bias = tensors.fullName(name + ".bias");
    }
    Op linear = new Op.Linear(tensors.fullName(name + ".weight"), bias);
    nodes.add(new Node(name, linear, List.of(features)));
    return name;
  }

  private void node(String name, Op op) {
    nodes.add(new Node(name, op, List.of(value)));
    value = name;
  }
}
