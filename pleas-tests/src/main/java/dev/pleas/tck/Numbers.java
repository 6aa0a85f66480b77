package dev.pleas.tck;

import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Test data, the same for equal seeds. */
final class Numbers {
  private static final List<Window> WINDOWS =
      List.of(
          Window.square(1, 1, 0),
          Window.square(1, 2, 0),
          Window.square(3, 1, 1),
          Window.square(3, 2, 1),
          Window.square(7, 2, 3),
          new Window(2, 3, 1, 2, 0, 1, 1, 1),
          new Window(3, 2, 2, 1, 2, 0, 2, 1),
          new Window(1, 3, 1, 1, 0, 2, 1, 2));

  private final Random random;

  Numbers(long seed) {
    random = new Random(seed);
  }

  private static HostTensor fill(Supplier<Double> source, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = source.get().floatValue();
    }
    return HostTensor.wrap(shape, values);
  }

  /** Returns normally distributed elements. */
  HostTensor normal(int... dims) {
    return fill(random::nextGaussian, dims);
  }

  /** Returns elements between 0.5 and 2. */
  HostTensor positive(int... dims) {
    return fill(() -> random.nextDouble(0.5, 2), dims);
  }

  /** Returns whole numbers from −8 to 8. */
  HostTensor whole(int... dims) {
    return fill(() -> (double) random.nextInt(-8, 9), dims);
  }

  /** Returns whole numbers from 0 to so many, this excluded; 0 more often than others. */
  HostTensor ids(int count, int... dims) {
    return fill(() -> (double) Math.max(0, random.nextInt(-2, count)), dims);
  }

  /** Returns normally distributed elements with another mean. */
  HostTensor around(double mean, int... dims) {
    return fill(() -> mean + random.nextGaussian(), dims);
  }

  /** Returns elements from 1 to 2 that neighbours do not share, quickly. */
  static HostTensor distinct(Shape shape, int seed) {
    float[] values = new float[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      // Steps of the golden ratio, of which a float32 holds the upper 23 bits.
      values[i] = Float.intBitsToFloat(0x3f800000 | (((seed + i) * 0x9e3779b1) >>> 9));
    }
    return HostTensor.wrap(shape, values);
  }

  /** Returns these elements. */
  static HostTensor of(Shape shape, float... values) {
    return HostTensor.wrap(shape, values);
  }

  /** Returns windows of all kinds, and then some more by chance. */
  List<Window> windows() {
    List<Window> windows = new ArrayList<>(WINDOWS);
    for (int i = 0; i < 24; i++) {
      windows.add(
          new Window(
              random.nextInt(1, 5),
              random.nextInt(1, 5),
              random.nextInt(1, 4),
              random.nextInt(1, 4),
              random.nextInt(4),
              random.nextInt(4),
              random.nextInt(1, 4),
              random.nextInt(1, 4)));
    }
    return windows;
  }

  /** Returns images that a window fits into, of odd and even sizes. */
  HostTensor imagesFor(Window window, int samples, int channels) {
    int height = window.dilationHeight() * (window.kernelHeight() - 1) + random.nextInt(1, 9);
    int width = window.dilationWidth() * (window.kernelWidth() - 1) + random.nextInt(1, 9);
    return normal(samples, channels, height, width);
  }
}
