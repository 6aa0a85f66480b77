package dev.pleas.models.onnx;

import dev.pleas.models.onnx.Axes.Atom;
import dev.pleas.models.onnx.Axes.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the graph with axes in another order, as tokens have in ONNX, times a factor.
 *
 * @param source the value, which may not have been added to the graph yet
 * @param channels C of the graph's [N, C, …]
 * @param positions lengths of the axes after the channels there
 * @param axes those of ONNX
 */
record View(Source source, int channels, List<Integer> positions, Axes axes, double factor)
    implements Value.Dense {
  /** A value that is added to the graph when it is first needed. */
  interface Source {
    /** Returns its name in the graph. */
    String value() throws UnsupportedOperator;

    /** Returns this plus a vector of so many channels, or null if that is not one operation. */
    default @Nullable Source plus(String tensor) throws UnsupportedOperator {
      return null;
    }

    /** Returns channels that follow each other as values of their own; null if they are not. */
    default @Nullable List<Source> parts(List<Integer> lengths) throws UnsupportedOperator {
      return null;
    }
  }

  /**
   * A value that the graph has.
   *
   * @param value its name
   */
  record Given(String value) implements Source {}

  View {
    positions = List.copyOf(positions);
  }

  /** Returns a value that the graph has, as the graph has it. */
  static View of(String value, int channels, List<Integer> positions) {
    return new View(
        new Given(value), channels, positions, Axes.channelsFirst(channels, positions), 1);
  }

  @Override
  public List<Long> onnxShape() {
    return axes.shape();
  }

  int count() {
    return positions.stream().reduce(1, Math::multiplyExact);
  }

  View with(Axes other) {
    return new View(source, channels, positions, other, factor);
  }

  View with(Source other) {
    return new View(other, channels, positions, axes, factor);
  }

  View times(double more) {
    return new View(source, channels, positions, axes, factor * more);
  }

  /** Returns whether an axis is that of all channels. */
  boolean isChannels(int axis) {
    return axes.isAll(axis, Kind.CHANNEL, channels);
  }

  /** Returns whether an axis is that of all positions. */
  boolean isPositions(int axis) {
    return axes.isAll(axis, Kind.POSITION, count());
  }

  /** Returns whether the last axis are the channels. */
  boolean isChannelsLast() {
    return axes.rank() > 0 && isChannels(axes.rank() - 1);
  }

  /** Returns whether some axis are all positions that are several axes of the graph. */
  boolean isFlattened() {
    Atom all = new Atom(Kind.POSITION, count(), 1);
    return positions.size() > 1 && axes.axes().stream().anyMatch(axis -> axis.contains(all));
  }
}
