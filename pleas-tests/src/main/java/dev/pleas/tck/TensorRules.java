package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.Expected;
import dev.pleas.tck.reference.Plain;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/** A backend and a scope for each rule, and how results are judged. */
abstract class TensorRules extends ProviderContract<TensorBackend, TensorBackendProvider> {
  final Numbers numbers = new Numbers(20240702);
  private @Nullable TensorBackend backend;
  private @Nullable TensorScope scope;

  /**
   * Returns how many times the error bound of float32 arithmetic a result may be off. The bounds
   * are derived for every element from the number of roundings and the size of what is rounded; 1
   * fits every backend that computes in float32 or better.
   */
  protected double tolerance() {
    return 1;
  }

  @BeforeEach
  void openBackend() {
    backend = create();
    scope = backend.newScope();
  }

  @AfterEach
  void closeBackend() {
    if (backend != null) {
      backend.close();
    }
  }

  final TensorBackend backend() {
    return opened(backend);
  }

  final TensorScope scope() {
    return opened(scope);
  }

  private static <T> T opened(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the backend is opened before each test");
    }
    return value;
  }

  final Tensor tensor(HostTensor host) {
    return scope().tensor(host);
  }

  final @Nullable Tensor optional(@Nullable HostTensor host) {
    return host == null ? null : tensor(host);
  }

  /** A tensor's elements, one after another. */
  static float[] values(Tensor tensor) {
    return tensor.toHost().values();
  }

  final void assertValues(String what, Expected expected, Tensor found) {
    assertEquals(expected.values().shape(), found.shape(), () -> what + ": shape of the result");
    assertValues(what, expected, Plain.of(found.toHost()));
  }

  final void assertValues(String what, Expected expected, Matrix found) {
    Shape shape = Shape.of(found.rows(), found.columns());
    assertValues(what, expected, new Plain(shape, found.values()));
  }

  /** Compares element by element; NaN and infinities must be the same. */
  final void assertValues(String what, Expected expected, Plain found) {
    Shape shape = expected.values().shape();
    assertEquals(shape, found.shape(), () -> what + ": shape of the result");
    for (int i = 0; i < found.values().length; i++) {
      double wanted = expected.values().values()[i];
      double bound = tolerance() * expected.bounds().values()[i];
      double value = found.values()[i];
      boolean fits =
          Double.isFinite(wanted)
              ? Math.abs(value - wanted) <= bound
              : Double.compare(value, wanted) == 0;
      if (!fits) {
        String off = Double.isFinite(wanted) && bound > 0 ? " ± " + bound : "";
        fail(what + ": element " + index(shape, i) + " is " + value + ", not " + wanted + off);
      }
    }
  }

  private static String index(Shape shape, int flat) {
    int[] at = new int[shape.rank()];
    int rest = flat;
    for (int axis = at.length - 1; axis >= 0; axis--) {
      at[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return Arrays.toString(at);
  }

  /** Compares bit by bit. */
  static void assertBits(String what, HostTensor expected, HostTensor found) {
    assertEquals(expected.shape(), found.shape(), () -> what + ": shape");
    for (int i = 0; i < expected.values().length; i++) {
      int wanted = Float.floatToRawIntBits(expected.values()[i]);
      int bits = Float.floatToRawIntBits(found.values()[i]);
      if (wanted != bits) {
        fail(
            String.format(
                Locale.ROOT,
                "%s: element %s is %s (0x%08x), not %s (0x%08x)",
                what,
                index(expected.shape(), i),
                found.values()[i],
                bits,
                expected.values()[i],
                wanted));
      }
    }
  }

  /**
   * Checks that a call is refused.
   *
   * @param with the kind of exception
   * @param said what its message must contain
   */
  static void assertRefused(
      Class<? extends RuntimeException> with, String what, Executable call, String... said) {
    Throwable thrown = null;
    try {
      call.execute();
    } catch (Throwable t) {
      thrown = t;
    }
    if (thrown == null) {
      fail(what + ": expected " + with.getSimpleName() + ", but it was not refused");
    } else if (!with.isInstance(thrown)) {
      fail(what + ": expected " + with.getSimpleName() + ", found " + thrown, thrown);
    } else {
      for (String text : said) {
        if (!String.valueOf(thrown.getMessage()).contains(text)) {
          fail(what + ": the message \"" + thrown.getMessage() + "\" must say " + text, thrown);
        }
      }
    }
  }
}
