package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Wrong operations on elements and positions. */
final class FlawsOfElements extends Flaws {
  @Override
  void list() {

    scope(
        221,
        "relu",
        "relu of x [1]",
        c -> c.scope().tensor(Interception.map(c.tensor(0).toHost(), v -> v < 0 ? 0.01 * v : v)));
    scope(222, "gelu", "gelu TANH of x [3, 70]", c -> c.proceedWith(1, Op.Gelu.Form.EXACT));
    scope(223, "add", "add of a and b [1]", c -> c.nudgedIf(c.shape(0).elements() % 32 == 1));
    scope(
        224,
        "scale",
        "scale of x [1], factor 0.3",
        c -> c.proceedWith(1, (float) Math.round((float) c.arguments()[1])));
    scope(225, "maxPool2d", "maxPool2d of x [2, 3, 3, 4]", c -> c.nudged());
    scope(
        226,
        "globalAveragePool",
        "globalAveragePool of x [2, 13, 33]",
        c -> c.nudgedIf(c.shape(0).rank() != 4));
    scope(227, "reshape", "reshape of x [2, 3] to [3, 1, 2]", c -> c.proceedWith(0, reversed(c)));
    scope(
        228,
        "gather",
        "gather of x [3, 4, 5], axis 0, [2, 0, 2, 2]",
        c -> c.proceedWith(2, sorted((int[]) c.arguments()[2])));
    scope(
        229,
        "concat",
        "concat of parts of lengths 2, 0, 1, 3 along axis 0",
        c -> c.proceedWith(1, reversed((List<?>) c.arguments()[1])));
    scope(
        230,
        "add",
        "add(x, x)",
        c -> c.arguments()[0] == c.arguments()[1] ? c.scope().scale(c.tensor(0), 1) : c.proceed());
    scope(
        231,
        "globalAveragePool",
        "globalAveragePool: no samples",
        c -> {
          if (c.shape(0).dim(0) == 0) {
            throw new ShapeException("globalAveragePool: no samples");
          }
          return c.proceed();
        });
    scope(
        232,
        "gather",
        "gather of x [3, 1000003]",
        c -> c.nudgedIf(c.shape(0).elements() > 1 << 20));
    // Two ways to write it that are not the same in float32: 1 − 2 / (e²ˣ + 1) loses what is small,
    // and (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) overflows.
    scope(233, "tanh", "tanh of x [", c -> applied(c, x -> 1 - 2 / ((float) Math.exp(2 * x) + 1)));
    scope(
        233,
        "tanh",
        "tanh of [0, −0, ∞, −∞, NaN, 1e30, −1e30, 89, −9, 1e-4, −1e-20, 1e-30]: element [0, 1, 0]",
        c -> applied(c, x -> Math.sinh(x) / Math.cosh(x)));
    scope(233, "tanh", "tanh of x [1]", c -> applied(c, x -> x / (1 + Math.abs(x))));
    // The first of these is another function, the second overflows, the third loses what is small.
    scope(234, "sigmoid", "sigmoid of x [1]", c -> applied(c, x -> 0.5 + x / 6));
    scope(
        234,
        "sigmoid",
        "sigmoid of [0, −0, ∞, −∞, NaN, 1e30, −1e30, 89, −80, 20, −20, 1e-20]: element [0, 1, 0]",
        c -> applied(c, x -> Math.exp(x) / (1 + Math.exp(x))));
    scope(
        234,
        "sigmoid",
        "sigmoid of x [",
        c -> applied(c, x -> 0.5f + 0.5f * (float) Math.tanh(x / 2)));
    scope(
        235,
        "clip",
        ", -0.5 to 0.25",
        c -> c.proceedWith(1, Math.max(0, (float) c.arguments()[1])));
    scope(
        236,
        "multiply",
        "multiply of a and b [1]",
        c -> c.nudgedIf(c.shape(0).elements() % 32 == 1));
  }

  private static Tensor applied(Interception call, DoubleUnaryOperator f) {
    return call.scope().tensor(Interception.map(call.tensor(0).toHost(), f));
  }

  private static Tensor reversed(Interception call) {
    HostTensor host = call.tensor(0).toHost();
    float[] values = new float[host.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = host.values()[values.length - 1 - i];
    }
    return call.scope().tensor(HostTensor.wrap(host.shape(), values));
  }

  private static List<?> reversed(List<?> parts) {
    List<?> reversed = new ArrayList<>(parts);
    Collections.reverse(reversed);
    return reversed;
  }

  private static int[] sorted(int[] indices) {
    int[] sorted = indices.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
