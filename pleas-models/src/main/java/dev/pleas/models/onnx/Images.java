package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Windows over images and what is taken of them, and zeros around images, which are the padding of
 * the window that reads them.
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
    List<Long> kernel = two(node, "kernel_shape", 1);
    if (x.positions().size() != 2) {
      throw new UnsupportedOperator("is applied to pooled values");
    }
    Window window = window(node, image, Math.toIntExact(kernel.get(0)), (int) (long) kernel.get(1));
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
        ? globalPool(node, x, true)
        : pool(node, x, window, new Op.AveragePool2d(window));
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

  Activation maxPool(OnnxNode node, Activation x) throws UnsupportedOperator {
    List<Long> kernel = two(node, "kernel_shape", 1);
    if (x.positions().size() != 2 || node.outputs().size() > 1) {
      throw new UnsupportedOperator("gives places, or is applied to pooled values");
    }
    Image image = new Image(x, 0, 0);
    Window window = window(node, image, Math.toIntExact(kernel.get(0)), (int) (long) kernel.get(1));
    return pool(node, x, window, new Op.MaxPool2d(window));
  }

  Activation pool(OnnxNode node, Activation x, Window window, Op op) throws UnsupportedOperator {
    if (node.number("ceil_mode", 0) != 0 && !dividesEvenly(window, x)) {
      throw new UnsupportedOperator("has ceil_mode");
    }
    List<Integer> positions =
        List.of(
            window.outputHeight(x.positions().get(0)), window.outputWidth(x.positions().get(1)));
    return new Activation(graph.each(node, x, op).parts(), positions, false);
  }

  /** Whether windows reach the end, so that rounding up and down give as many. */
  private static boolean dividesEvenly(Window w, Activation x) {
    int height =
        x.positions().get(0) + 2 * w.padHeight() - w.dilationHeight() * (w.kernelHeight() - 1) - 1;
    int width =
        x.positions().get(1) + 2 * w.padWidth() - w.dilationWidth() * (w.kernelWidth() - 1) - 1;
    return height % w.strideHeight() == 0 && width % w.strideWidth() == 0;
  }

  Activation globalPool(OnnxNode node, Activation x, boolean keepsAxes) throws UnsupportedOperator {
    if (x.positions().isEmpty()) {
      throw new UnsupportedOperator("is applied to pooled values");
    }
    Activation pooled = graph.each(node, x, new Op.GlobalAveragePool());
    return new Activation(pooled.parts(), List.of(), keepsAxes);
  }

  Activation reduceMean(OnnxNode node, Activation x) throws UnsupportedOperator {
    if (x.positions().size() != 2 || !isOverPositions(node)) {
      throw new UnsupportedOperator("is over other axes than height and width");
    }
    return globalPool(node, x, node.number("keepdims", 1) != 0);
  }

  /** Whether the axes of an operator are height and width. */
  boolean isOverPositions(OnnxNode node) {
    @Nullable List<Long> axes = folding.axes(node);
    return axes != null
        && axes.stream().map(a -> a < 0 ? a + 4 : a).sorted().toList().equals(List.of(2L, 3L));
  }

  static Window window(OnnxNode node, Image image, int height, int width)
      throws UnsupportedOperator {
    Activation x = image.x();
    List<Long> strides = two(node, "strides", 1);
    List<Long> dilations = two(node, "dilations", 1);
    @Nullable List<Long> given = node.numbers("pads");
    List<Long> pads = given == null ? List.of(0L, 0L, 0L, 0L) : given;
    String automatic = node.text("auto_pad", "NOTSET");
    if (!automatic.equals("NOTSET") && !automatic.equals("VALID")) {
      throw new UnsupportedOperator("has auto_pad " + automatic);
    }
    if (pads.size() != 4 || !pads.get(0).equals(pads.get(2)) || !pads.get(1).equals(pads.get(3))) {
      throw new UnsupportedOperator("is padded otherwise before than after");
    }
    try {
      Window window =
          new Window(
              height,
              width,
              Math.toIntExact(strides.get(0)),
              Math.toIntExact(strides.get(1)),
              Math.addExact(Math.toIntExact(pads.get(0)), image.padHeight()),
              Math.addExact(Math.toIntExact(pads.get(1)), image.padWidth()),
              Math.toIntExact(dilations.get(0)),
              Math.toIntExact(dilations.get(1)));
      if (window.outputHeight(x.positions().get(0)) > 0
          && window.outputWidth(x.positions().get(1)) > 0) {
        return window;
      }
    } catch (ArithmeticException | IllegalArgumentException e) {
      // refused below
    }
    throw new UnsupportedOperator("has a window that its input cannot have");
  }

  static List<Long> two(OnnxNode node, String attribute, long otherwise)
      throws UnsupportedOperator {
    @Nullable List<Long> numbers = node.numbers(attribute);
    if (numbers == null) {
      return List.of(otherwise, otherwise);
    }
    if (numbers.size() != 2) {
      throw new UnsupportedOperator("is not over two axes");
    }
    return numbers;
  }
}
