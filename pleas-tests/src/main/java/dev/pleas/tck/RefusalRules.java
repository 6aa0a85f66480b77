package dev.pleas.tck;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is refused, and that the message says what was expected and what was found. */
abstract class RefusalRules extends NumberRules {
  private Tensor shaped(int... dims) {
    return tensor(numbers.normal(dims));
  }

  private static void misshapen(String what, Executable call, String... said) {
    assertRefused(ShapeException.class, what, call, said);
  }

  @Test
  void required_tensor401_convolutionRefusesShapesThatDoNotFit() {
    Tensor x = shaped(2, 4, 5, 5);
    Window window = Window.square(3, 1, 1);
    misshapen(
        "conv2d with a weight of other channels",
        () -> scope().conv2d(x, shaped(6, 3, 3, 3), null, window, 1),
        "[6, 4, 3, 3]",
        "[6, 3, 3, 3]");
    misshapen(
        "conv2d with a weight of another window",
        () -> scope().conv2d(x, shaped(6, 4, 3, 2), null, window, 1),
        "[6, 4, 3, 3]",
        "[6, 4, 3, 2]");
    misshapen(
        "conv2d with a bias of another length",
        () -> scope().conv2d(x, shaped(6, 4, 3, 3), shaped(5), window, 1),
        "[6]",
        "[5]");
    misshapen(
        "conv2d with groups that do not divide the channels",
        () -> scope().conv2d(x, shaped(6, 1, 3, 3), null, window, 3),
        "3",
        "[2, 4, 5, 5]");
    misshapen(
        "conv2d of no groups",
        () -> scope().conv2d(x, shaped(6, 4, 3, 3), null, window, 0),
        "0",
        "[2, 4, 5, 5]");
    misshapen(
        "conv2d of a matrix",
        () -> scope().conv2d(shaped(2, 4), shaped(6, 4, 3, 3), null, window, 1),
        "[2, 4]");
    misshapen(
        "conv2d with a window that does not fit",
        () -> scope().conv2d(x, shaped(6, 4, 9, 9), null, Window.square(9, 1, 1), 1),
        "[2, 4, 5, 5]",
        "9");
  }

  @Test
  void required_tensor402_linearRefusesShapesThatDoNotFit() {
    Tensor x = shaped(2, 3);
    misshapen("linear", () -> scope().linear(x, shaped(5, 4), null), "3]", "[5, 4]");
    misshapen("linear", () -> scope().linear(x, shaped(5, 3, 1), null), "3]", "[5, 3, 1]");
    misshapen("linear", () -> scope().linear(x, shaped(5, 3), shaped(4)), "[5]", "[4]");
    misshapen("linear", () -> scope().linear(shaped(3), shaped(5, 3), null), "[3]");
  }

  @Test
  void required_tensor403_normalizationsRefuseShapesThatDoNotFit() {
    Tensor x = shaped(2, 3, 5);
    Tensor c = shaped(3);
    Tensor four = shaped(4);
    misshapen("batchNorm", () -> scope().batchNorm(x, four, c, c, c, 1e-5), "[3]", "[4]");
    misshapen("batchNorm", () -> scope().batchNorm(x, c, four, c, c, 1e-5), "[3]", "[4]");
    misshapen("batchNorm", () -> scope().batchNorm(x, c, c, four, c, 1e-5), "[3]", "[4]");
    misshapen("batchNorm", () -> scope().batchNorm(x, c, c, c, four, 1e-5), "[3]", "[4]");
    misshapen("batchNorm", () -> scope().batchNorm(c, c, c, c, c, 1e-5), "[3]");
    misshapen("layerNorm", () -> scope().layerNorm(x, four, c, 1e-5), "[3]", "[4]");
    misshapen("layerNorm", () -> scope().layerNorm(x, c, four, 1e-5), "[3]", "[4]");
    Tensor none = shaped(0);
    misshapen("layerNorm", () -> scope().layerNorm(shaped(2, 0), none, null, 1), "[2, 0]");
  }

  @Test
  void required_tensor404_attentionRefusesShapesThatDoNotFit() {
    Tensor q = shaped(2, 6, 3);
    Tensor k = shaped(2, 6, 5);
    Tensor v = shaped(2, 4, 5);
    misshapen("attention", () -> scope().attention(q, shaped(2, 4, 5), v, 2, 1), "[2, 4, 5]");
    misshapen("attention", () -> scope().attention(q, shaped(1, 6, 5), v, 2, 1), "[1, 6, 5]");
    misshapen("attention", () -> scope().attention(q, k, shaped(2, 4, 6), 2, 1), "[2, 4, 6]");
    misshapen("attention", () -> scope().attention(q, k, shaped(3, 4, 5), 2, 1), "[3, 4, 5]");
    misshapen("attention", () -> scope().attention(q, k, v, 3, 1), "3 heads", "[2, 4, 5]");
    misshapen("attention", () -> scope().attention(q, k, v, 0, 1), "0 heads");
    misshapen("attention", () -> scope().attention(shaped(2, 6), k, v, 2, 1), "[2, 6]");
    misshapen(
        "attention without keys",
        () -> scope().attention(q, shaped(2, 6, 0), shaped(2, 4, 0), 2, 1),
        "[2, 6, 0]");
  }

  @Test
  void required_tensor405_additionRefusesDifferentShapes() {
    misshapen("add", () -> scope().add(shaped(2, 3), shaped(3, 2)), "[2, 3]", "[3, 2]");
    misshapen("add", () -> scope().add(shaped(2, 3), shaped(1, 3)), "[2, 3]", "[1, 3]");
    misshapen("add", () -> scope().add(shaped(2, 3), shaped(6)), "[2, 3]", "[6]");
  }

  @Test
  void required_tensor406_windowsThatDoNotFitAreRefused() {
    Window large = Window.square(9, 1, 1);
    Tensor x = shaped(2, 3, 5, 5);
    Tensor matrix = shaped(2, 3);
    misshapen("maxPool2d", () -> scope().maxPool2d(x, large), "[2, 3, 5, 5]", "9");
    misshapen("maxPool2d", () -> scope().maxPool2d(matrix, Window.square(1, 1, 0)), "[2, 3]");
    misshapen("unfold", () -> scope().unfold(x, large), "[2, 3, 5, 5]", "9");
    misshapen("unfold", () -> scope().unfold(matrix, Window.square(1, 1, 0)), "[2, 3]");
    misshapen("unfold", () -> scope().unfold(x, large, new int[0]), "[2, 3, 5, 5]", "9");
  }

  @Test
  void required_tensor407_averageOfNoPositionsIsRefused() {
    for (int[] dims : new int[][] {{2, 3, 0, 4}, {2, 3, 0}, {2, 3}, {3}}) {
      Tensor x = shaped(dims);
      String found = x.shape().toString();
      misshapen("globalAveragePool of " + found, () -> scope().globalAveragePool(x), found);
    }
  }

  @Test
  void required_tensor408_reshapingToAnotherNumberOfElementsIsRefused() {
    misshapen("reshape", () -> scope().reshape(shaped(2, 3), Shape.of(7)), "[2, 3]", "[7]");
    misshapen("reshape", () -> scope().reshape(shaped(2, 3), Shape.of(2, 0)), "[2, 3]", "[2, 0]");
  }

  @Test
  void required_tensor409_indicesOutOfRangeAreRefused() {
    Tensor x = shaped(2, 3);
    Class<IndexOutOfBoundsException> bounds = IndexOutOfBoundsException.class;
    assertRefused(bounds, "gather", () -> scope().gather(x, 1, new int[] {0, 3}), "3");
    assertRefused(bounds, "gather", () -> scope().gather(x, 1, new int[] {0, -1}), "-1");
    assertRefused(bounds, "gather", () -> scope().gather(shaped(2, 0), 1, new int[] {0}), "0");
    Tensor image = shaped(1, 1, 3, 3);
    Window window = Window.square(2, 1, 0);
    assertRefused(bounds, "unfold", () -> scope().unfold(image, window, new int[] {4}), "4");
    assertRefused(bounds, "unfold", () -> scope().unfold(image, window, new int[] {-1}), "-1");
  }

  @Test
  void required_tensor410_axesThatAreNotThereAreRefused() {
    Tensor x = shaped(2, 3);
    misshapen("gather", () -> scope().gather(x, 2, new int[0]), "2", "[2, 3]");
    misshapen("gather", () -> scope().gather(x, -1, new int[0]), "-1", "[2, 3]");
    misshapen("concat", () -> scope().concat(2, List.of(x, x)), "2", "[2, 3]");
  }

  @Test
  void required_tensor411_partsThatDoNotFitAreRefused() {
    Tensor x = shaped(2, 3);
    misshapen("concat", () -> scope().concat(0, List.of(x, shaped(2, 4))), "[2, 3]", "[2, 4]");
    misshapen("concat", () -> scope().concat(1, List.of(x, shaped(6))), "[2, 3]", "[6]");
    assertRefused(
        IllegalArgumentException.class, "concat of no parts", () -> scope().concat(0, List.of()));
  }

  @Test
  void required_tensor412_accumulatorsRefuseShapesThatDoNotFit() {
    GramAccumulator gram = scope().gram(3, 4);
    Tensor a = shaped(2, 3, 5);
    misshapen("gram", () -> gram.add(a, a), "[N, 4, …]", "[2, 3, 5]");
    misshapen("gram", () -> gram.add(shaped(2, 4, 5), a), "[N, 3, …]", "[2, 4, 5]");
    misshapen("gram", () -> gram.add(a, shaped(2, 4, 6)), "[2, 3, 5]", "[2, 4, 6]");
    misshapen("gram", () -> gram.add(a, shaped(1, 4, 5)), "[2, 3, 5]", "[1, 4, 5]");
    SumAccumulator sums = scope().sums(3);
    misshapen("sums", () -> sums.add(shaped(2, 4, 5)), "[N, 3, …]", "[2, 4, 5]");
    misshapen("sums", () -> sums.add(shaped(3)), "[N, 3, …]", "[3]");
  }

  /** Calls every operation with each argument in turn replaced by a bad one. */
  private void refusedEach(
      Class<? extends RuntimeException> with, String what, TensorScope home, boolean close) {
    for (Call call : Call.all(numbers)) {
      for (int i = 0; i < call.arguments().size(); i++) {
        List<Tensor> arguments = new ArrayList<>(call.arguments(scope()));
        Tensor bad = home.tensor(call.arguments().get(i));
        arguments.set(i, bad);
        if (close) {
          bad.close();
        }
        assertRefused(
            with,
            call.op() + " with " + what + " as argument " + i,
            () -> call.body().apply(scope(), arguments));
      }
    }
    GramAccumulator gram = scope().gram(2, 2);
    SumAccumulator sums = scope().sums(2);
    Tensor good = shaped(1, 2);
    Tensor bad = home.tensor(numbers.normal(1, 2));
    if (close) {
      bad.close();
    }
    assertRefused(with, "gram with " + what + " first", () -> gram.add(bad, good));
    assertRefused(with, "gram with " + what + " second", () -> gram.add(good, bad));
    assertRefused(with, "sums with " + what, () -> sums.add(bad));
  }

  @Test
  void required_tensor413_tensorsOfAnotherBackendAreRefused() {
    try (TensorBackend other = create();
        TensorScope foreign = other.newScope()) {
      refusedEach(IllegalArgumentException.class, "a tensor of another backend", foreign, false);
    }
  }

  @Test
  void required_tensor414_closedTensorsAreRefused() {
    refusedEach(IllegalStateException.class, "a closed tensor", scope(), true);
    Tensor closed = shaped(2);
    closed.close();
    assertRefused(IllegalStateException.class, "toHost of a closed tensor", closed::toHost);
  }

  @Test
  void required_tensor415_closedScopesRefuseEverything() {
    TensorScope closed = backend().newScope();
    closed.close();
    Class<IllegalStateException> state = IllegalStateException.class;
    for (Call call : Call.all(numbers)) {
      List<Tensor> arguments = call.arguments(scope());
      assertRefused(
          state, call.op() + " in a closed scope", () -> call.body().apply(closed, arguments));
    }
    assertRefused(state, "tensor in a closed scope", () -> closed.tensor(numbers.normal(1)));
    assertRefused(state, "gram in a closed scope", () -> closed.gram(1, 1));
    assertRefused(state, "sums in a closed scope", () -> closed.sums(1));
  }

  @Test
  void required_tensor416_multiplicationRefusesDifferentShapes() {
    misshapen("multiply", () -> scope().multiply(shaped(2, 3), shaped(3, 2)), "[2, 3]", "[3, 2]");
    misshapen("multiply", () -> scope().multiply(shaped(2, 3), shaped(1, 3)), "[2, 3]", "[1, 3]");
    misshapen("multiply", () -> scope().multiply(shaped(2, 3), shaped(6)), "[2, 3]", "[6]");
  }
}
