package dev.pleas.api.permutation;

/**
 * One axis of one parameter.
 *
 * @param parameter the parameter's name
 * @param axis the axis, counted from 0
 */
public record Axis(String parameter, int axis) implements Comparable<Axis> {
  /** Checks the axis. */
  public Axis {
    if (axis < 0) {
      throw new IllegalArgumentException(parameter + ": axis " + axis);
    }
  }

  @Override
  public int compareTo(Axis other) {
    int byName = parameter.compareTo(other.parameter);
    return byName != 0 ? byName : Integer.compare(axis, other.axis);
  }

  /** Returns {@code conv1.weight:0}. */
  @Override
  public String toString() {
    return parameter + ":" + axis;
  }
}
