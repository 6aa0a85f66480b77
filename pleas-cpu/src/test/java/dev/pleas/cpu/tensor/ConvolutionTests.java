package dev.pleas.cpu.tensor;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Convolutions of any size, on which native kernels take other paths than on small ones. */
public abstract class ConvolutionTests extends BackendTest {

  @Test
  void conv2d_windowsOnManyChannels_asDefined() {
    // Native kernels take other paths once the channels fill a vector.
    for (Window window : WINDOWS) {
      HostTensor w = random(18, 20, window.kernelHeight(), window.kernelWidth());
      assertConvolution(random(3, 20, 9, 8), w, random(18), window, 1);
    }
  }

  @Property(tries = 100)
  void conv2d_anySizes_asDefined(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 3) int samples,
      @ForAll @IntRange(min = 1, max = 3) int perGroup,
      @ForAll @IntRange(min = 1, max = 3) int filtersPerGroup,
      @ForAll @IntRange(min = 1, max = 3) int groups) {
    Random r = new Random(seed);
    Window window =
        new Window(
            1 + r.nextInt(4),
            1 + r.nextInt(4),
            1 + r.nextInt(3),
            1 + r.nextInt(3),
            r.nextInt(4),
            r.nextInt(4),
            1 + r.nextInt(3),
            1 + r.nextInt(3));
    int height = 1 + r.nextInt(9) + reach(window.kernelHeight(), window.dilationHeight());
    int width = 1 + r.nextInt(9) + reach(window.kernelWidth(), window.dilationWidth());
    HostTensor x = random(r, samples, groups * perGroup, height, width);
    HostTensor w =
        random(r, groups * filtersPerGroup, perGroup, window.kernelHeight(), window.kernelWidth());
    HostTensor bias = r.nextBoolean() ? random(r, groups * filtersPerGroup) : null;
    assertConvolution(x, w, bias, window, groups);
    assertClose(
        scope.unfold(scope.tensor(x), window), Expected.exactly(Plain.of(x).unfold(window)));
    assertClose(
        scope.maxPool2d(scope.tensor(x), window), Expected.exactly(Plain.of(x).maxPool2d(window)));
  }

  private static int reach(int kernel, int dilation) {
    return dilation * (kernel - 1);
  }

  private void assertConvolution(
      HostTensor x, HostTensor w, HostTensor bias, Window window, int groups) {
    try (TensorScope inner = backend.newScope()) {
      Tensor b = bias == null ? null : inner.tensor(bias);
      assertClose(
          inner.conv2d(inner.tensor(x), inner.tensor(w), b, window, groups),
          Expected.conv2d(x, w, bias, window, groups));
    }
  }
}
