package dev.pleas.tck;

import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import java.util.function.DoublePredicate;

/** NaN, infinities and −0 lost, invented or spread. */
final class FlawsOfNumbers extends Flaws {
  @Override
  void list() {

    scope(
        301,
        "conv2d",
        "conv2d of x with NaN at [0, 1, 1, 2] and ∞ at [1, 0, 2, 3]",
        c -> any(c.tensor(0).toHost(), Double::isNaN) ? c.changed(v -> Double.NaN) : c.proceed());
    scope(
        302,
        "linear",
        "linear of x with NaN at [0, 1, 3] and −∞ at [2, 2, 2]",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        303,
        "conv2d",
        "conv2d of Infinity with a weight of zeros",
        c -> any(c.tensor(1).toHost(), v -> v != 0) ? c.proceed() : c.changed(v -> 0));
    scope(
        304,
        "relu",
        "relu of [-1, NaN, 2, ∞, −∞, NaN]",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        305,
        "gelu",
        "gelu EXACT of [NaN, ∞, −∞, 1e30, −1e30]",
        c -> c.onChanged(v -> v == Double.NEGATIVE_INFINITY ? Double.NaN : v));
    scope(
        306,
        "add",
        "add of [∞, ∞, NaN, 1, max, −0] and [−∞, ∞, 1, NaN, max, 0]",
        c -> c.changed(v -> Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, v))));
    scope(
        307,
        "maxPool2d",
        "maxPool2d of pairs [1, NaN], [NaN, 2], [∞, 3], [−∞, −∞]",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        308,
        "maxPool2d",
        "maxPool2d of negative x",
        c ->
            ((Window) c.arguments()[1]).padWidth() > 0
                ? c.changed(v -> Math.max(v, 0))
                : c.proceed());
    scope(
        309,
        "batchNorm",
        "batchNorm of x with NaN at [0, 1, 2] and NaN as mean of channel 0",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        310,
        "globalAveragePool",
        "globalAveragePool of x with NaN in [0, 1] and −∞ in [1, 0]",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        311,
        "attention",
        "where attention with NaN in a query is a number",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        313,
        "clip",
        "clip of [-1, NaN, 9, ∞, −∞, 2], 0.0 to 6.0",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(
        314,
        "multiply",
        "multiply of [∞, ∞, NaN, 1, max, 0] and [−∞, 0, 0, NaN, max, −∞]",
        c -> c.changed(FlawsOfNumbers::withoutNaN));
    scope(312, "relu", "relu of −0", c -> c.onChanged(v -> v == 0 && 1 / v < 0 ? Double.NaN : v));
  }

  private static double withoutNaN(double value) {
    return Double.isNaN(value) ? 0 : value;
  }

  private static boolean any(HostTensor host, DoublePredicate condition) {
    for (float value : host.values()) {
      if (condition.test(value)) {
        return true;
      }
    }
    return false;
  }
}
