package dev.pleas.models.onnx;

import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Operators that give the channels of a value other axes, or none. */
final class Reshapes {
  private final Translator graph;
  private final Folding folding;
  private final Images images;

  Reshapes(Translator graph, Folding folding, Images images) {
    this.graph = graph;
    this.folding = folding;
    this.images = images;
  }

  /** Drops axes of length 1, puts them behind a vector, or changes nothing. */
  Activation reshape(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (node.operator().equals("Unsqueeze") && x.positions().isEmpty() && !x.pooled()) {
      return unsqueeze(node, x);
    }
    if (node.operator().equals("Reshape")
        && x.positions().isEmpty()
        && isPosition(folding.get(node.input(1)), x.channels())) {
      return new Activation(x.parts(), List.of(), true);
    }
    if (!leavesChannels(node, x)) {
      throw new UnsupportedOperator("does not end in [batch, channels]");
    }
    if (x.positions().isEmpty()) {
      return new Activation(x.parts(), List.of(), false);
    }
    return images.globalPool(node, x, false); // of a single position
  }

  private Activation unsqueeze(OnnxNode node, Activation x) throws UnsupportedOperator {
    boolean begun = graph.deferred(x) instanceof Deferred.Unsqueezed;
    List<Long> axes = Objects.requireNonNullElse(folding.axes(node), List.of());
    int rank = begun ? 4 : 2 + axes.size();
    List<Long> behind = axes.stream().map(a -> a < 0 ? a + rank : a).sorted().toList();
    if (begun && (behind.equals(List.of(2L)) || behind.equals(List.of(3L)))) {
      Activation vector =
          graph.each(x, (i, part) -> Objects.requireNonNull(graph.deferred(part)).value());
      return new Activation(vector.parts(), List.of(), true);
    } else if (graph.deferred(x) == null && behind.equals(List.of(2L))) {
      return graph.each(x, (i, part) -> graph.defer(new Deferred.Unsqueezed(part.value())));
    } else if (graph.deferred(x) == null && behind.equals(List.of(2L, 3L))) {
      return new Activation(x.parts(), List.of(), true);
    }
    throw new UnsupportedOperator("does not put two axes behind [batch, channels]");
  }

  /** Whether a shape is [batch, channels, 1, 1]; 0 stays as it is, −1 is what is left. */
  private static boolean isPosition(@Nullable List<Long> shape, int channels) {
    return shape != null
        && shape.size() == 4
        && shape.subList(2, 4).equals(List.of(1L, 1L))
        && isBatchAndChannels(shape.subList(0, 2), channels);
  }

  /** Whether the result is [batch, channels], without having taken positions for channels. */
  boolean leavesChannels(OnnxNode node, Activation x) {
    boolean single = x.positions().stream().allMatch(length -> length == 1);
    boolean axes = x.pooled() || !x.positions().isEmpty();
    return switch (node.operator()) {
      case "Flatten" -> single && node.number("axis", 1) == 1;
      case "Squeeze" -> single && axes && images.isOverPositions(node);
      case "Reshape" -> single && isBatchAndChannels(folding.get(node.input(1)), x.channels());
      default -> false;
    };
  }

  /** Whether a shape is [batch, channels]; 0 stays as it is, −1 is what is left. */
  private static boolean isBatchAndChannels(@Nullable List<Long> shape, int channels) {
    if (shape == null || shape.size() != 2) {
      return false;
    }
    long batch = shape.get(0);
    long width = shape.get(1);
    boolean fixed = width == channels || (width == 0 && batch != -1);
    return (batch == Folding.BATCH || batch == 0 || batch == -1 || batch == 1)
        && (fixed || (width == -1 && batch != -1));
  }
}
