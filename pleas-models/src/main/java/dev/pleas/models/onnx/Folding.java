package dev.pleas.models.onnx;

import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Computes what operators on shapes give, as far as it does not depend on the batch: exporters
 * write "all but the first axis" as a dozen of them. The length of the batch is {@link #BATCH}.
 */
final class Folding {
  /** Stands for the length of the batch axis, which nothing else has. */
  static final long BATCH = Long.MIN_VALUE;

  /** Shapes have a few numbers; longer lists are none. */
  private static final int MOST = 64;

  private final Map<String, List<Long>> known;
  private final Map<String, Double> numbers;

  /**
   * @param constants whole numbers by name
   * @param numbers single real numbers by name
   */
  Folding(Map<String, List<Long>> constants, Map<String, Double> numbers) {
    known = new HashMap<>(constants);
    this.numbers = new HashMap<>(numbers);
  }

  /** Returns a single real number by the name of a value, or null if it is none that is known. */
  @Nullable Double number(@Nullable String value) {
    @Nullable List<Long> whole = get(value);
    return whole != null && whole.size() == 1
        ? Double.valueOf(whole.get(0))
        : value == null ? null : numbers.get(value);
  }

  /** Returns whole numbers by the name of a value, or null if they are not known. */
  @Nullable List<Long> get(@Nullable String value) {
    return value == null ? null : known.get(value);
  }

  /** Returns the axes of an operator: an attribute in older operator sets, an input in newer. */
  @Nullable List<Long> axes(OnnxNode node) {
    @Nullable List<Long> attribute = node.numbers("axes");
    return attribute == null ? get(node.input(1)) : attribute;
  }

  /**
   * Computes a node whose inputs are known.
   *
   * @param shape of its first input where that is a value of the network, or null
   * @return whether it could
   */
  boolean fold(OnnxNode node, @Nullable List<Long> shape) {
    if (node.outputs().size() != 1) {
      return false;
    }
    @Nullable List<Long> result = result(node, shape);
    if (result != null) {
      known.put(node.outputs().get(0), result);
      return true;
    }
    @Nullable Double number = number(node);
    if (number != null) {
      numbers.put(node.outputs().get(0), number);
    }
    return number != null;
  }

  /** Real numbers are computed of lengths, as the root of a head's width. */
  private @Nullable Double number(OnnxNode node) {
    @Nullable Double x = number(node.input(0));
    @Nullable Double y = number(node.input(1));
    if (x == null) {
      return null;
    }
    return switch (node.operator()) {
      case "Cast", "Identity" -> x;
      case "Sqrt" -> Double.valueOf(Math.sqrt(x));
      case "Mul" -> y == null ? null : Double.valueOf(x * y);
      case "Div" -> y == null ? null : Double.valueOf(x / y);
      default -> null;
    };
  }

  private @Nullable List<Long> result(OnnxNode node, @Nullable List<Long> shape) {
    @Nullable List<Long> x = get(node.input(0));
    return switch (node.operator()) {
      case "Shape" ->
          shape == null
              ? null
              : slice(shape, node.number("start", 0), node.number("end", shape.size()));
      // Whole numbers are of one axis, those of others being of length 1.
      case "Identity", "Cast", "Unsqueeze", "Squeeze", "Expand", "Reshape" -> x;
      case "Gather" -> gather(x, get(node.input(1)));
      case "Concat" -> concat(node);
      case "Slice" -> slice(node, x);
      case "Add", "Sub", "Mul", "Div", "Mod" -> computed(node.operator(), x, get(node.input(1)));
      default -> null;
    };
  }

  /** Arithmetic on lengths; in products the batch counts once, as in a model for one sample. */
  private static @Nullable List<Long> computed(
      String operator, @Nullable List<Long> x, @Nullable List<Long> y) {
    if (x == null || y == null || x.size() != 1 || y.size() != 1) {
      return null;
    }
    boolean product = operator.equals("Mul");
    long a = product && x.get(0) == BATCH ? 1 : x.get(0);
    long b = product && y.get(0) == BATCH ? 1 : y.get(0);
    if (a < 0 || b < 0 || a > Integer.MAX_VALUE || b > Integer.MAX_VALUE) {
      return null;
    }
    return switch (operator) {
      case "Mul" -> List.of(a * b);
      case "Add" -> List.of(a + b);
      case "Sub" -> List.of(a - b);
      case "Div" -> b == 0 ? null : List.of(a / b);
      default -> b == 0 ? null : List.of(a % b);
    };
  }

  private static @Nullable List<Long> gather(@Nullable List<Long> x, @Nullable List<Long> indices) {
    if (x == null || indices == null) {
      return null;
    }
    List<Long> gathered = new ArrayList<>();
    for (long index : indices) {
      long at = index < 0 ? index + x.size() : index;
      if (at < 0 || at >= x.size()) {
        return null;
      }
      gathered.add(x.get((int) at));
    }
    return gathered;
  }

  private @Nullable List<Long> concat(OnnxNode node) {
    List<Long> all = new ArrayList<>();
    for (String input : node.inputs()) {
      @Nullable List<Long> one = get(input);
      if (one == null || all.size() + one.size() > MOST) {
        return null;
      }
      all.addAll(one);
    }
    return all;
  }

  private @Nullable List<Long> slice(OnnxNode node, @Nullable List<Long> x) {
    @Nullable List<Long> starts = get(node.input(1));
    @Nullable List<Long> ends = get(node.input(2));
    if (x == null || starts == null || ends == null || starts.size() != 1 || ends.size() != 1) {
      return null;
    }
    boolean everyOne = node.input(4) == null || List.of(1L).equals(get(node.input(4)));
    return everyOne ? slice(x, starts.get(0), ends.get(0)) : null;
  }

  private static List<Long> slice(List<Long> x, long start, long end) {
    int size = x.size();
    int from = (int) Math.min(size, Math.max(0, start < 0 ? start + size : start));
    int to = (int) Math.min(size, Math.max(from, end < 0 ? end + size : end));
    return LongStream.range(from, to).mapToObj(i -> x.get((int) i)).toList();
  }
}
