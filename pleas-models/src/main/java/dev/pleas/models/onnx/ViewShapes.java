package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.Axes.Atom;
import dev.pleas.models.onnx.Axes.Kind;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import dev.pleas.models.onnx.Value.Mask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operators that give elements of their input another place, or leave some of them out. */
final class ViewShapes {
  private final Nodes nodes;
  private final Folding folding;

  ViewShapes(Nodes nodes, Folding folding) {
    this.nodes = nodes;
    this.folding = folding;
  }

  /** Returns x in other axes. */
  View changed(OnnxNode node, View x) throws UnsupportedOperator {
    return switch (node.operator()) {
      case "Reshape" -> flattened(node, x.with(x.axes().reshaped(numbers(node, 1))));
      case "Transpose" -> x.with(x.axes().transposed(order(node, x.axes().rank())));
      case "Squeeze" -> squeezed(node, x);
      case "Unsqueeze" -> unsqueezed(node, x);
      case "Slice" -> sliced(node, x);
      default -> throw new IllegalStateException(node.operator());
    };
  }

  /** Returns a mask with more axes, of length 1. */
  Mask reshaped(OnnxNode node, Mask mask) throws UnsupportedOperator {
    if (node.operator().equals("Reshape")) {
      return new Mask(mask.value(), mask.stage(), withoutRest(numbers(node, 1), mask));
    }
    @Nullable List<Long> axes = folding.axes(node);
    if (!node.operator().equals("Unsqueeze") || axes == null) {
      throw new UnsupportedOperator("changes a mask");
    }
    List<Long> shape = new ArrayList<>(mask.shape());
    for (int axis : places(axes, shape.size() + axes.size())) {
      shape.add(axis, 1L);
    }
    return new Mask(mask.value(), mask.stage(), shape);
  }

  /** A mask may have axes of length 1 between those of samples and of keys. */
  private static List<Long> withoutRest(List<Long> shape, Mask mask) throws UnsupportedOperator {
    List<Long> full = new ArrayList<>(shape);
    int last = full.size() - 1;
    long keys = mask.shape().get(mask.shape().size() - 1);
    boolean samples = last > 0 && (full.get(0) < 2);
    if (samples && full.get(last) == -1) {
      full.set(last, keys);
    }
    if (!samples || full.get(last) != keys) {
      throw new UnsupportedOperator("changes a mask");
    }
    for (int i = 1; i < last; i++) {
      if (full.get(i) != 1) {
        throw new UnsupportedOperator("changes a mask");
      }
    }
    full.set(0, Folding.BATCH);
    return full;
  }

  private List<Long> numbers(OnnxNode node, int input) throws UnsupportedOperator {
    @Nullable List<Long> numbers = folding.get(node.input(input));
    if (numbers == null) {
      throw new UnsupportedOperator("has an operand that is computed");
    }
    return numbers;
  }

  private static List<Integer> order(OnnxNode node, int rank) throws UnsupportedOperator {
    @Nullable List<Long> given = node.numbers("perm");
    List<Integer> all = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    if (given == null) {
      Collections.reverse(all);
      return all;
    }
    if (!given.stream().sorted().toList().equals(all.stream().map(Integer::longValue).toList())) {
      throw new UnsupportedOperator("has an order of axes that its input lacks");
    }
    return given.stream().map(Long::intValue).toList();
  }

  /** Axes counted from 0, ascending. */
  private static List<Integer> places(List<Long> axes, int rank) throws UnsupportedOperator {
    List<Integer> places = new ArrayList<>();
    for (long axis : axes) {
      long place = axis < 0 ? axis + rank : axis;
      if (place < 0 || place >= rank || places.contains((int) place)) {
        throw new UnsupportedOperator("has axes that its input cannot have");
      }
      places.add((int) place);
    }
    Collections.sort(places);
    return places;
  }

  /** Positions of several axes that ONNX has on one are one axis of the graph, too. */
  private View flattened(OnnxNode node, View x) throws UnsupportedOperator {
    if (!x.isFlattened()) {
      return x;
    }
    String flat = nodes.add(node, "", new Op.Flatten(), List.of(x.source().value()));
    return new View(new View.Given(flat), x.channels(), List.of(x.count()), x.axes(), x.factor());
  }

  private View squeezed(OnnxNode node, View x) throws UnsupportedOperator {
    @Nullable List<Long> axes = folding.axes(node);
    Axes rest = x.axes();
    List<Integer> places = axes == null ? List.of() : places(axes, rest.rank());
    for (int i = places.size() - 1; i >= 0; i--) {
      if (!rest.axes().get(places.get(i)).isEmpty()) {
        throw new UnsupportedOperator("drops an axis that is not of length 1");
      }
      rest = rest.without(places.get(i));
    }
    if (places.isEmpty()) {
      throw new UnsupportedOperator("drops axes that it does not name");
    }
    return x.with(rest);
  }

  private View unsqueezed(OnnxNode node, View x) throws UnsupportedOperator {
    @Nullable List<Long> axes = folding.axes(node);
    if (axes == null) {
      throw new UnsupportedOperator("has axes that are computed");
    }
    Axes more = x.axes();
    for (int axis : places(axes, more.rank() + axes.size())) {
      more = more.withNew(axis);
    }
    return x.with(more);
  }

  /** Some of the tokens, or one of several projections of the same size. */
  private View sliced(OnnxNode node, View x) throws UnsupportedOperator {
    List<Long> starts = numbers(node, 1);
    List<Long> ends = numbers(node, 2);
    @Nullable List<Long> given = folding.get(node.input(3));
    List<Long> axes = given == null ? List.of(0L) : given;
    boolean steps = node.input(4) != null && !List.of(1L).equals(folding.get(node.input(4)));
    if (starts.size() != 1 || ends.size() != 1 || axes.size() != 1 || steps) {
      throw new UnsupportedOperator("is over several axes or has steps");
    }
    int axis = x.axes().index(axes.get(0));
    long length = x.axes().shape().get(axis);
    long from = inside(starts.get(0), length);
    long to = inside(ends.get(0), length);
    if (from == 0 && to == length) {
      return x;
    }
    if (x.isChannels(axis) && from < to && length % (to - from) == 0 && from % (to - from) == 0) {
      int each = (int) (to - from);
      List<Integer> lengths = Collections.nCopies(x.channels() / each, each);
      Axes rest = x.axes().with(axis, List.of(new Atom(Kind.CHANNEL, each, 1)));
      return part(x, axis, true, lengths, (int) from / each).with(rest);
    }
    return some(node, x, axis, (int) from, (int) to);
  }

  private static long inside(long index, long length) {
    return Math.max(0, Math.min(length, index < 0 ? index + length : index));
  }

  private View some(OnnxNode node, View x, int axis, int from, int to) throws UnsupportedOperator {
    if (x.count() == 1 && x.isPositions(axis) && from == 0 && to == 1) {
      return x;
    }
    if (x.positions().size() != 1 || !x.isPositions(axis) || from >= to) {
      throw new UnsupportedOperator("leaves out channels, or some positions of several axes");
    }
    Op op = new Op.SlicePositions(from, to);
    String y = nodes.add(node, "", op, List.of(x.source().value()));
    Axes axes = x.axes().with(axis, List.of(new Atom(Kind.POSITION, to - from, 1)));
    return new View(new View.Given(y), x.channels(), List.of(to - from), axes, x.factor());
  }

  /**
   * Returns what has one index on an axis: a token, or one of several projections.
   *
   * @param indices a single one, or null
   */
  View taken(OnnxNode node, View x, @Nullable List<Long> indices) throws UnsupportedOperator {
    int axis = x.axes().index(node.number("axis", 0));
    long length = x.axes().shape().get(axis);
    if (indices == null || indices.size() != 1) {
      throw new UnsupportedOperator("takes several of an axis");
    }
    long index = indices.get(0) < 0 ? indices.get(0) + length : indices.get(0);
    if (index < 0 || index >= length) {
      throw new UnsupportedOperator("takes what its input lacks");
    }
    @Nullable Atom projections = x.axes().only(axis, Kind.CHANNEL);
    if (projections != null) {
      int each = x.channels() / projections.length();
      List<Integer> lengths = Collections.nCopies(projections.length(), each);
      return part(x, axis, projections.stride() == each, lengths, (int) index)
          .with(x.axes().without(axis));
    }
    View token = some(node, x, axis, (int) index, (int) index + 1);
    return token.with(token.axes().without(axis));
  }

  /** Channels, the outermost on their axis, from one index of it. */
  private static View part(View x, int axis, boolean outermost, List<Integer> lengths, int index)
      throws UnsupportedOperator {
    @Nullable List<View.Source> parts = outermost ? x.source().parts(lengths) : null;
    if (parts == null) {
      throw new UnsupportedOperator("takes channels of axis " + axis + " that no product gives");
    }
    return new View(parts.get(index), lengths.get(index), x.positions(), x.axes(), x.factor());
  }

  /** Returns channels that follow each other, from an axis that is all of them or the outermost. */
  List<View> split(OnnxNode node, View x) throws UnsupportedOperator {
    int axis = x.axes().index(node.number("axis", 0));
    @Nullable List<Long> given = node.numbers("split");
    given = given == null ? folding.get(node.input(1)) : given;
    int count = node.outputs().size();
    @Nullable Atom atom = x.axes().only(axis, Kind.CHANNEL);
    if (atom == null || atom.length() * atom.stride() != x.channels()) {
      throw new UnsupportedOperator("splits other than the channels of a product");
    }
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          given == null || i >= given.size()
              ? atom.length() / count
              : (int) Math.max(0, Math.min(atom.length() + 1L, given.get(i))));
    }
    if (rows.stream().mapToInt(i -> i).sum() != atom.length()) {
      throw new UnsupportedOperator("splits into other than all channels");
    }
    List<Integer> lengths = rows.stream().map(row -> row * atom.stride()).toList();
    List<View> views = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Atom> rest = List.of(new Atom(Kind.CHANNEL, rows.get(i), atom.stride()));
      views.add(part(x, axis, true, lengths, i).with(x.axes().with(axis, rest)));
    }
    return views;
  }
}
