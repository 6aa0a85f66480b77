package dev.pleas.api.permutation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A permutation of a group's units, and of what is inside them. Of a component of width w, unit i
 * has the indices i·w to (i+1)·w − 1; they go where the unit goes, in any order within it.
 *
 * @param units of the units
 * @param components of all indices of each component, in the order of the group's
 */
public record UnitPermutation(Permutation units, List<Permutation> components) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if a component does not follow the units
   */
  public UnitPermutation {
    components = List.copyOf(components);
    for (Permutation component : components) {
      int width = units.size() == 0 ? 0 : component.size() / units.size();
      if (component.size() != width * units.size()) {
        throw new IllegalArgumentException(
            component.size() + " indices are no whole number for each of " + units.size());
      }
      for (int i = 0; i < component.size(); i++) {
        if (component.get(i) / width != units.get(i / width)) {
          throw new IllegalArgumentException(
              "index " + i + " goes with " + component.get(i) + ", of another unit");
        }
      }
    }
  }

  /** Returns the permutation of a group of one component of width 1. */
  public static UnitPermutation of(Permutation units) {
    return new UnitPermutation(units, List.of(units));
  }

  /** Returns the identity on a group. */
  public static UnitPermutation identity(PermutationSpec.Group group) {
    return new UnitPermutation(
        Permutation.identity(group.size()),
        group.components().stream()
            .map(component -> Permutation.identity(group.size() * component.width()))
            .toList());
  }

  /**
   * Returns the permutation of a component whose unit i is unit units[i], with its indices in the
   * order {@code within.get(i)}.
   *
   * @param within for each unit, a permutation of the component's width
   * @throws IllegalArgumentException if there are not as many as units, or of different widths
   */
  public static Permutation inside(Permutation units, List<Permutation> within) {
    int width = within.isEmpty() ? 0 : within.get(0).size();
    if (within.size() != units.size() || within.stream().anyMatch(p -> p.size() != width)) {
      throw new IllegalArgumentException(
          "inside "
              + units.size()
              + " units: expected as many permutations of one width, found "
              + within);
    }
    int[] map = new int[units.size() * width];
    for (int i = 0; i < map.length; i++) {
      map[i] = units.get(i / width) * width + within.get(i / width).get(i % width);
    }
    return Permutation.of(map);
  }

  /**
   * Returns a random permutation of a group that leaves neither its units in place, if it has
   * several, nor the indices of any unit, if a component has several.
   */
  public static UnitPermutation random(PermutationSpec.Group group, RandomGenerator random) {
    Permutation units = moving(group.size(), random);
    List<Permutation> components = new ArrayList<>();
    for (PermutationSpec.Component component : group.components()) {
      List<Permutation> within = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        within.add(moving(component.width(), random));
      }
      components.add(inside(units, within));
    }
    return new UnitPermutation(units, components);
  }

  private static Permutation moving(int size, RandomGenerator random) {
    Permutation permutation;
    do {
      permutation = Permutation.random(size, random);
    } while (size > 1 && permutation.isIdentity());
    return permutation;
  }

  /** Returns the permutation that undoes this one. */
  public UnitPermutation inverse() {
    return new UnitPermutation(
        units.inverse(), components.stream().map(Permutation::inverse).toList());
  }

  /**
   * Returns the permutation that applies this one first and then {@code next}, as {@link
   * Permutation#then}.
   *
   * @throws IllegalArgumentException if they are of different groups
   */
  public UnitPermutation then(UnitPermutation next) {
    if (next.components.size() != components.size()) {
      throw new IllegalArgumentException(
          "permutations of "
              + components.size()
              + " and "
              + next.components.size()
              + " components do not compose");
    }
    List<Permutation> composed = new ArrayList<>();
    for (int c = 0; c < components.size(); c++) {
      composed.add(components.get(c).then(next.components.get(c)));
    }
    return new UnitPermutation(units.then(next.units), composed);
  }

  /** Returns whether nothing moves. */
  public boolean isIdentity() {
    return units.isIdentity() && components.stream().allMatch(Permutation::isIdentity);
  }
}
