package dev.pleas.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.models.onnx.Axes.Atom;
import dev.pleas.models.onnx.Axes.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AxesTest {
  private static final int CHANNELS = 12;
  private static final List<Integer> POSITIONS = List.of(3, 4);

  /** Reshaping leaves elements in their order, transposing moves them: by an array of all. */
  @Property(tries = 300)
  void axes_anyReshapesAndTransposes_countTheElementsThatAnArrayHas(
      @ForAll @IntRange(max = 1_000_000) int seed) throws UnsupportedOperator {
    Random random = new Random(seed);
    Axes axes = Axes.channelsFirst(CHANNELS, POSITIONS);
    Array array = new Array(List.of(1, CHANNELS, 3, 4), IntStream.range(0, 144).boxed().toList());
    for (int step = 0; step < 6; step++) {
      if (random.nextBoolean()) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, axes.rank()).boxed().toList());
        Collections.shuffle(order, random);
        axes = axes.transposed(order);
        array = array.transposed(order);
      } else {
        List<Long> shape = cutOrJoined(axes, random);
        axes = axes.reshaped(shape);
        array = new Array(shape.stream().map(Math::toIntExact).toList(), array.elements());
      }
      assertThat(axes.shape().stream().map(Math::toIntExact)).isEqualTo(array.shape());
      assertThat(IntStream.of(elements(axes)).boxed()).isEqualTo(array.elements());
    }
  }

  /** Either one axis in two, or two neighbours in one. */
  private static List<Long> cutOrJoined(Axes axes, Random random) {
    List<Long> shape = new ArrayList<>(axes.shape());
    int at = random.nextInt(shape.size());
    long length = shape.get(at);
    if (random.nextBoolean() && at + 1 < shape.size()) {
      shape.set(at, length * shape.remove(at + 1));
      return shape;
    }
    // Where an axis is several atoms, it can be cut between them, and each at its divisors.
    long outer = axes.axes().get(at).isEmpty() ? 1 : axes.axes().get(at).get(0).length();
    long cut = random.nextBoolean() && outer % 2 == 0 ? 2 : outer;
    shape.set(at, cut);
    shape.add(at + 1, length / cut);
    return shape;
  }

  /** The elements that axes count, in order, as numbers of the graph's array. */
  private static int[] elements(Axes axes) {
    int[] elements = {0};
    for (List<Atom> axis : axes.axes()) {
      for (Atom atom : axis) {
        int step = atom.stride() * (atom.kind() == Kind.CHANNEL ? 12 : 1);
        elements =
            IntStream.of(elements)
                .flatMap(e -> IntStream.range(0, atom.length()).map(i -> e + i * step))
                .toArray();
      }
    }
    return elements;
  }

  private record Array(List<Integer> shape, List<Integer> elements) {
    Array transposed(List<Integer> order) {
      int rank = shape.size();
      int[] strides = new int[rank];
      for (int i = rank - 1, stride = 1; i >= 0; stride *= shape.get(i--)) {
        strides[i] = stride;
      }
      int[] places = {0};
      for (int axis : order) {
        places =
            IntStream.of(places)
                .flatMap(p -> IntStream.range(0, shape.get(axis)).map(i -> p + i * strides[axis]))
                .toArray();
      }
      return new Array(
          order.stream().map(shape::get).toList(),
          IntStream.of(places).mapToObj(elements::get).toList());
    }
  }

  @Test
  void reshaped_zeroAndMinusOne_areTheLengthThatStaysAndTheRest() throws UnsupportedOperator {
    Axes tokens = Axes.tokens(5, 12);

    assertThat(tokens.reshaped(List.of(0L, -1L, 3L, 4L)).shape())
        .isEqualTo(List.of(1L, 5L, 3L, 4L));
    assertThat(tokens.reshaped(List.of(Folding.BATCH, 5L, -1L))).isEqualTo(tokens);
  }

  @Test
  void reshaped_cutThatIsNoFraction_isUnsupported() {
    Axes tokens = Axes.tokens(5, 12);

    assertThatThrownBy(() -> tokens.reshaped(List.of(1L, 12L, 5L)))
        .isInstanceOf(UnsupportedOperator.class);
    assertThatThrownBy(() -> tokens.reshaped(List.of(1L, 5L, 7L)))
        .isInstanceOf(UnsupportedOperator.class);
    assertThatThrownBy(() -> tokens.reshaped(List.of(1L, 7L, -1L)))
        .isInstanceOf(UnsupportedOperator.class);
  }
}
