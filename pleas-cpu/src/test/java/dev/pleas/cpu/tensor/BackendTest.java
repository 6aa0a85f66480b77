package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import java.util.Random;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A backend and a scope for each test, and how tensors are compared. */
abstract class BackendTest {
  /** Output sizes that two runs of one window have in common are not enough: odd, even, dilated. */
  static final Window[] WINDOWS = {
    Window.square(1, 1, 0),
    Window.square(1, 2, 0),
    Window.square(3, 1, 1),
    Window.square(3, 2, 1),
    Window.square(7, 2, 3),
    new Window(2, 3, 1, 2, 0, 1, 1, 1),
    new Window(3, 2, 2, 1, 2, 0, 2, 1),
    new Window(1, 3, 1, 1, 0, 2, 1, 2),
  };

  TensorBackend backend;
  TensorScope scope;
  final Random random = new Random(20240702);

  /** Returns a new backend under test. */
  protected abstract TensorBackend newBackend();

  @BeforeEach
  @BeforeTry
  void open() {
    backend = newBackend();
    scope = backend.newScope();
  }

  @AfterEach
  @AfterTry
  void close() {
    scope.close();
    assertThat(backend.memoryBytes()).as("memory after the last scope closed").isZero();
    backend.close();
  }

  Tensor tensor(float[] values, int... dims) {
    return scope.tensor(HostTensor.wrap(Shape.of(dims), values));
  }

  HostTensor random(int... dims) {
    return random(random, dims);
  }

  /** Returns a tensor of normally distributed elements. */
  static HostTensor random(Random random, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostTensor.wrap(shape, values);
  }

  static HostTensor host(float[] values, int... dims) {
    return HostTensor.wrap(Shape.of(dims), values);
  }

  static float[] values(Tensor tensor) {
    return tensor.toHost().values();
  }

  static void assertClose(Tensor found, Expected expected) {
    assertThat(found.shape()).isEqualTo(expected.values().shape());
    float[] values = values(found);
    for (int i = 0; i < values.length; i++) {
      double want = expected.values().values()[i];
      if (Double.isFinite(want)) {
        assertThat(Math.abs(values[i] - want))
            .as("element %d of %s: %s instead of %s", i, found.shape(), values[i], want)
            .isLessThanOrEqualTo(expected.bounds().values()[i]);
      } else {
        assertThat((double) values[i]).as("element %d of %s", i, found.shape()).isEqualTo(want);
      }
    }
  }
}
