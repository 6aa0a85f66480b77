package dev.pleas.models.onnx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which elements of a value of the graph the axes of ONNX's value count: each axis is a product of
 * atoms, the outermost first, as [T, heads·d] is [[T], [heads, d]]. So reshaping and transposing
 * are bookkeeping. They are those of a single sample: as a network gives each sample what it would
 * give it alone, the axis of the batch is one of length 1.
 *
 * @param axes atoms of each; those of length 1 are left out
 */
record Axes(List<List<Atom>> axes) {
  /** What an atom counts. */
  enum Kind {
    CHANNEL,
    POSITION
  }

  /**
   * Part of an axis of the graph's value.
   *
   * @param length how many
   * @param stride how many channels or positions each step goes on
   */
  record Atom(Kind kind, int length, int stride) {
    private boolean goesOnIn(Atom inner) {
      return kind == inner.kind && stride == inner.length * inner.stride;
    }

    private Atom with(Atom inner) {
      return new Atom(kind, length * inner.length, inner.stride);
    }
  }

  Axes {
    axes = axes.stream().map(Axes::merged).toList();
  }

  private static List<Atom> merged(List<Atom> axis) {
    List<Atom> merged = new ArrayList<>();
    for (Atom atom : axis) {
      int last = merged.size() - 1;
      if (atom.length() == 1) {
        continue;
      }
      if (last >= 0 && merged.get(last).goesOnIn(atom)) {
        merged.set(last, merged.get(last).with(atom));
      } else {
        merged.add(atom);
      }
    }
    return List.copyOf(merged);
  }

  /** Returns [N, C, …positions], as the graph has it. */
  static Axes channelsFirst(int channels, List<Integer> positions) {
    List<List<Atom>> axes = new ArrayList<>();
    axes.add(List.of());
    axes.add(List.of(new Atom(Kind.CHANNEL, channels, 1)));
    int stride = positions.stream().reduce(1, Math::multiplyExact);
    for (int length : positions) {
      stride /= length;
      axes.add(List.of(new Atom(Kind.POSITION, length, stride)));
    }
    return new Axes(axes);
  }

  /** Returns [N, T, C]. */
  static Axes tokens(int positions, int channels) {
    return channelsFirst(channels, List.of(positions)).transposed(List.of(0, 2, 1));
  }

  int rank() {
    return axes.size();
  }

  /** Returns an axis' number from its number or, if it is negative, its distance from the end. */
  int index(long axis) throws UnsupportedOperator {
    long index = axis < 0 ? axis + rank() : axis;
    if (index < 0 || index >= rank()) {
      throw new UnsupportedOperator("has an axis that its input lacks");
    }
    return (int) index;
  }

  /** Returns the lengths of the axes. */
  List<Long> shape() {
    return axes.stream().map(Axes::length).toList();
  }

  private static long length(List<Atom> axis) {
    return axis.stream().mapToLong(Atom::length).reduce(1, Math::multiplyExact);
  }

  /** Returns whether an axis is all of one kind, so many. */
  boolean isAll(int axis, Kind kind, int count) {
    return axes.get(axis).equals(count == 1 ? List.of() : List.of(new Atom(kind, count, 1)));
  }

  /** Returns the atoms of the axes before one. */
  List<Atom> before(int axis) {
    return axes.subList(0, axis).stream().flatMap(List::stream).toList();
  }

  Axes transposed(List<Integer> order) {
    return new Axes(order.stream().map(axes::get).toList());
  }

  Axes with(int axis, List<Atom> atoms) {
    List<List<Atom>> changed = new ArrayList<>(axes);
    changed.set(axis, atoms);
    return new Axes(changed);
  }

  Axes without(int axis) {
    List<List<Atom>> fewer = new ArrayList<>(axes);
    fewer.remove(axis);
    return new Axes(fewer);
  }

  Axes withNew(int axis) {
    List<List<Atom>> more = new ArrayList<>(axes);
    more.add(axis, List.of());
    return new Axes(more);
  }

  /**
   * Returns the axes after a reshape, which leaves the order of the elements as it is.
   *
   * @param shape as ONNX has it: 0 for a length that stays, −1 for one that is left
   * @throws UnsupportedOperator if atoms would have to be cut at places that are no fractions
   */
  Axes reshaped(List<Long> shape) throws UnsupportedOperator {
    List<Atom> left = new ArrayList<>();
    axes.forEach(left::addAll);
    List<List<Atom>> reshaped = new ArrayList<>();
    for (int length : lengths(shape)) {
      reshaped.add(taken(left, length));
    }
    if (!left.isEmpty()) {
      throw cannot();
    }
    return new Axes(reshaped);
  }

  private static UnsupportedOperator cannot() {
    return new UnsupportedOperator("mixes channels and positions");
  }

  /** Removes atoms from the front until their product is a length. */
  private static List<Atom> taken(List<Atom> left, int length) throws UnsupportedOperator {
    List<Atom> axis = new ArrayList<>();
    int product = 1;
    while (product < length && !left.isEmpty()) {
      Atom next = left.remove(0);
      int missing = length / product;
      if (next.length() > missing && next.length() % missing == 0) {
        int inner = next.length() / missing;
        left.add(0, new Atom(next.kind(), inner, next.stride()));
        next = new Atom(next.kind(), missing, next.stride() * inner);
      }
      axis.add(next);
      product = Math.multiplyExact(product, next.length());
      if (length % product != 0) {
        break;
      }
    }
    if (product != length) {
      throw new UnsupportedOperator("cuts an axis into parts that it does not consist of");
    }
    return axis;
  }

  /** Returns the lengths of a shape with the batch as 1. */
  private List<Integer> lengths(List<Long> shape) throws UnsupportedOperator {
    long all = axes.stream().mapToLong(Axes::length).reduce(1, Math::multiplyExact);
    long known = 1;
    for (int i = 0; i < shape.size(); i++) {
      known *= shape.get(i) == -1 ? 1 : length(shape, i);
    }
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      boolean rest = shape.get(i) == -1;
      if (known < 1 || (rest && all % known != 0)) {
        throw cannot();
      }
      lengths.add(Math.toIntExact(rest ? all / known : length(shape, i)));
    }
    return lengths;
  }

  private long length(List<Long> shape, int i) throws UnsupportedOperator {
    long length = shape.get(i);
    if (length == Folding.BATCH) {
      return 1;
    }
    long copied = length == 0 && i < rank() ? length(axes.get(i)) : length;
    if (copied < 1 || copied > Integer.MAX_VALUE) {
      throw cannot();
    }
    return copied;
  }

  /** Returns the only atom of a kind that an axis is, or null. */
  @Nullable Atom only(int axis, Kind kind) {
    List<Atom> atoms = axes.get(axis);
    return atoms.size() == 1 && atoms.get(0).kind() == kind ? atoms.get(0) : null;
  }
}
