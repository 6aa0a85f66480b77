package dev.pleas.models.resnet;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's tensors under the names that torchvision gives them, without the prefix that
 * wrappers such as {@code DataParallel} put before all. Keeps account of what has been used.
 */
final class ResNetTensors {
  private static final Pattern STEM =
      Pattern.compile("((?:module\\.|model\\.|backbone\\.)*)conv1\\.weight");

  private final Map<String, TensorInfo> tensors;
  private final String prefix;
  private final Map<String, Shape> parameters = new LinkedHashMap<>();
  private final Set<String> passengers = new HashSet<>();

  private ResNetTensors(Map<String, TensorInfo> tensors, String prefix) {
    this.tensors = tensors;
    this.prefix = prefix;
  }

  /**
   * Returns the view of a checkpoint that has {@code conv1.weight} after some prefix, else null.
   */
  static @Nullable ResNetTensors of(Map<String, TensorInfo> tensors) {
    for (String name : tensors.keySet()) {
      Matcher stem = STEM.matcher(name);
      if (stem.matches()) {
        return new ResNetTensors(tensors, stem.group(1));
      }
    }
    return null;
  }

  boolean has(String name) {
    return tensors.containsKey(prefix + name);
  }

  /** Returns the checkpoint's name of a tensor. */
  String fullName(String name) {
    return prefix + name;
  }

  /**
   * Returns the type and shape of a tensor without using it.
   *
   * @throws ModelException if it is missing
   */
  TensorInfo info(String name) {
    @Nullable TensorInfo info = tensors.get(prefix + name);
    if (info == null) {
      throw new ModelException(prefix + name + ": missing: the checkpoint is incomplete");
    }
    return info;
  }

  /**
   * Uses a tensor as a parameter.
   *
   * @param expected its axis lengths, −1 where any length will do
   * @return its shape
   * @throws ModelException if it is missing, of another shape, or of an integer type
   */
  Shape use(String name, int... expected) {
    TensorInfo info = info(name);
    Shape found = info.shape();
    boolean fits = found.rank() == expected.length;
    for (int axis = 0; fits && axis < expected.length; axis++) {
      fits = expected[axis] < 0 ? found.dim(axis) > 0 : found.dim(axis) == expected[axis];
    }
    if (!fits) {
      throw misfit(
          name, expected, "the checkpoint is damaged or of a variant that is not supported");
    }
    if (!info.dtype().isFloating()) {
      throw new ModelException(
          prefix
              + name
              + ": expected a floating-point type, found "
              + info.dtype()
              + ": quantized checkpoints are not supported");
    }
    parameters.put(prefix + name, found);
    return found;
  }

  /** Sets a tensor aside that does not take part in the computation, if it is there. */
  void passenger(String name) {
    if (has(name)) {
      passengers.add(prefix + name);
    }
  }

  /**
   * Returns the refusal of a tensor's shape.
   *
   * @param expected axis lengths, −1 where any length will do
   */
  ModelException misfit(String name, int[] expected, String why) {
    String wanted =
        Arrays.stream(expected)
            .mapToObj(length -> length < 0 ? "*" : Integer.toString(length))
            .collect(Collectors.joining(", ", "[", "]"));
    return new ModelException(
        prefix + name + ": expected " + wanted + ", found " + info(name).shape() + ": " + why);
  }

  /**
   * Returns how many numbered things there are, counted from 0: the largest number + 1.
   *
   * @param numbered matches the start of a name; its first group is the number
   */
  int count(Pattern numbered) {
    int count = 0;
    for (String name : names()) {
      Matcher matcher = numbered.matcher(name);
      if (matcher.lookingAt()) {
        count = Math.max(count, Integer.parseInt(matcher.group(1)) + 1);
      }
    }
    return count;
  }

  /** Returns the names with the common prefix, without it, in the checkpoint's order. */
  List<String> names() {
    return tensors.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  /** Returns what has been used so far, in that order. */
  Map<String, Shape> parameters() {
    return parameters;
  }

  Set<String> passengers() {
    return passengers;
  }

  /** Throws if a tensor is neither a parameter nor a passenger: it would be dropped silently. */
  void refuseLeftovers() {
    Set<String> left = new LinkedHashSet<>(tensors.keySet());
    left.removeAll(parameters.keySet());
    left.removeAll(passengers);
    if (!left.isEmpty()) {
      throw new ModelException(
          left.iterator().next()
              + ": a ResNet has no such tensor"
              + (left.size() == 1 ? "" : " (" + left.size() + " are unknown)")
              + ": the network is of a variant that is not supported, or the checkpoint holds other"
              + " things besides the weights");
    }
  }
}
