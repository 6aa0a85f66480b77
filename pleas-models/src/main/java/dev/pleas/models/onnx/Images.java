package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Means of windows, and zeros around images, which are the padding of the window that reads them.
 */
final class Images {
  private final Translator graph;
  private final Folding folding;

  Images(Translator graph, Folding folding) {
    this.graph = graph;
    this.folding = folding;
  }

  /**
   * What a window slides over.
   *
   * @param x without its padding
   * @param padHeight zeros above and below
   * @param padWidth zeros left and right
   */
  record Image(Activation x, int padHeight, int padWidth) {}

  Image image(Activation x) throws UnsupportedOperator {
    if (!(graph.deferred(x) instanceof Deferred.Padded padding)) {
      return new Image(x, 0, 0);
    }
    List<Integer> positions =
        List.of(
            x.positions().get(0) - 2 * padding.height(),
            x.positions().get(1) - 2 * padding.width());
    Activation inner =
        graph.each(x, (i, part) -> Objects.requireNonNull(graph.deferred(part)).value());
    return new Image(
        new Activation(inner.parts(), positions, false), padding.height(), padding.width());
  }

  /** Means of windows; one window that is all of the input is that whatever its size. */
  Activation averagePool(OnnxNode node, Activation given) throws UnsupportedOperator {
    Image image = image(given);
    Activation x = image.x();
    List<Long> kernel = Translator.two(node, "kernel_shape", 1);
    if (x.positions().size() != 2) {
      throw new UnsupportedOperator("is applied to pooled values");
    }
    Window window =
        Translator.window(node, image, Math.toIntExact(kernel.get(0)), (int) (long) kernel.get(1));
    boolean outside =
        window.padHeight() > image.padHeight() || window.padWidth() > image.padWidth();
    boolean dilated = window.dilationHeight() > 1 || window.dilationWidth() > 1;
    if (dilated || (outside && node.number("count_include_pad", 0) == 0)) {
      throw new UnsupportedOperator("has dilations, or padding that does not count");
    }
    boolean padded = window.padHeight() > 0 || window.padWidth() > 0;
    boolean whole =
        window.kernelHeight() == x.positions().get(0)
            && window.kernelWidth() == x.positions().get(1);
    return whole && !padded
        ? graph.globalPool(node, x, true)
        : graph.pool(node, x, window, new Op.AveragePool2d(window));
  }

  /** Zeros around an image, as many before as after; those of other axes must be none. */
  Activation pad(OnnxNode node, Activation x) throws UnsupportedOperator {
    @Nullable List<Long> attribute = node.numbers("pads");
    @Nullable List<Long> pads = attribute == null ? folding.get(node.input(1)) : attribute;
    if (pads != null && pads.stream().allMatch(pad -> pad == 0)) {
      return x;
    }
    @Nullable Double by = folding.number(node.input(2));
    boolean zeros =
        node.text("mode", "constant").equals("constant")
            && node.real("value", 0) == 0
            && (node.input(2) == null || (by != null && by == 0))
            && node.input(3) == null;
    if (pads == null || !zeros || !areAround(pads, x) || graph.deferred(x) != null) {
      throw new UnsupportedOperator("pads by something else than zeros around an image");
    }
    int height = Math.toIntExact(pads.get(2));
    int width = Math.toIntExact(pads.get(3));
    Activation y =
        graph.each(x, (i, part) -> graph.defer(new Deferred.Padded(part.value(), height, width)));
    List<Integer> positions =
        List.of(x.positions().get(0) + 2 * height, x.positions().get(1) + 2 * width);
    return new Activation(y.parts(), positions, false);
  }

  /** Whether there are as many zeros before as after height and width, and none elsewhere. */
  private static boolean areAround(List<Long> pads, Activation x) {
    return pads.size() == 8
        && x.positions().size() == 2
        && pads.subList(0, 4).equals(pads.subList(4, 8))
        && pads.subList(0, 2).equals(List.of(0L, 0L))
        && pads.get(2) >= 0
        && pads.get(3) >= 0;
  }
}
