package dev.pleas.models.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * What a value of an ONNX model is in the graph: one value, or several whose channels follow each
 * other, where the model concatenates them. Concatenations are never made: what is applied to one
 * is applied to its parts, with the weights of each part, and summed where channels are summed
 * over.
 *
 * @param parts in the order of their channels
 * @param positions lengths of the axes after the channels; empty if there are none
 * @param pooled whether ONNX has axes of length 1 after the channels where the graph has none
 */
record Activation(List<Part> parts, List<Integer> positions, boolean pooled)
    implements Value.Dense {
  /**
   * A value of the graph.
   *
   * @param value its name
   * @param channels its number of channels
   */
  record Part(String value, int channels) {}

  Activation {
    parts = List.copyOf(parts);
    positions = List.copyOf(positions);
  }

  int channels() {
    return parts.stream().mapToInt(Part::channels).sum();
  }

  /** Whether it has one position, whose axes the graph may have or not. */
  boolean isPooled() {
    return positions.isEmpty() ? pooled : positions.stream().allMatch(length -> length == 1);
  }

  /** Returns the channels of each part. */
  List<Integer> split() {
    return parts.stream().map(Part::channels).toList();
  }

  @Override
  public List<Long> onnxShape() {
    List<Long> shape = new ArrayList<>(List.of(Folding.BATCH, (long) channels()));
    if (pooled) {
      shape.addAll(List.of(1L, 1L));
    } else {
      positions.forEach(length -> shape.add((long) length));
    }
    return shape;
  }
}
