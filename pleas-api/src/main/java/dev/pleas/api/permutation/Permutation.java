package dev.pleas.api.permutation;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A permutation p of 0 … n−1: output index i takes input index p[i]. Applied to a vector, {@code
 * out[i] = in[p[i]]}. As a matching it pairs unit i of network A with unit p[i] of network B, so
 * that applying it to B brings B into the order of A.
 */
public final class Permutation {
  private final int[] map;

  private Permutation(int[] map) {
    this.map = map;
  }

  /**
   * Returns the permutation with these values.
   *
   * @param map each of 0 … n−1 once; copied
   * @throws IllegalArgumentException if it is not a permutation, naming the first wrong entry
   */
  public static Permutation of(int... map) {
    boolean[] seen = new boolean[map.length];
    for (int i = 0; i < map.length; i++) {
      int v = map[i];
      if (v < 0 || v >= map.length || seen[v]) {
        throw new IllegalArgumentException(
            "not a permutation of 0 … "
                + (map.length - 1)
                + ": entry "
                + i
                + " is "
                + v
                + (v >= 0 && v < map.length ? ", which occurs twice" : ", which is out of range"));
      }
      seen[v] = true;
    }
    return new Permutation(map.clone());
  }

  /** Returns the identity on n elements. */
  public static Permutation identity(int n) {
    int[] map = new int[n];
    for (int i = 0; i < n; i++) {
      map[i] = i;
    }
    return new Permutation(map);
  }

  /** Returns a uniformly random permutation of n elements (Fisher–Yates). */
  public static Permutation random(int n, RandomGenerator random) {
    int[] map = identity(n).map;
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = map[i];
      map[i] = map[j];
      map[j] = swap;
    }
    return new Permutation(map);
  }

  /** Returns n. */
  public int size() {
    return map.length;
  }

  /** Returns p[i]. */
  public int get(int i) {
    return map[i];
  }

  /** Returns a copy of p[0] … p[n−1]. */
  public int[] toArray() {
    return map.clone();
  }

  /** Returns q with q[p[i]] = i. */
  public Permutation inverse() {
    int[] inverse = new int[map.length];
    for (int i = 0; i < map.length; i++) {
      inverse[map[i]] = i;
    }
    return new Permutation(inverse);
  }

  /**
   * Returns the permutation that applies this one first and then {@code next}: (this.then(next))[i]
   * = this[next[i]].
   *
   * @throws IllegalArgumentException if the sizes differ
   */
  public Permutation then(Permutation next) {
    if (next.map.length != map.length) {
      throw new IllegalArgumentException(
          "permutations of " + map.length + " and " + next.map.length + " elements do not compose");
    }
    int[] composed = new int[map.length];
    for (int i = 0; i < map.length; i++) {
      composed[i] = map[next.map[i]];
    }
    return new Permutation(composed);
  }

  /** Returns whether p[i] = i for every i. */
  public boolean isIdentity() {
    for (int i = 0; i < map.length; i++) {
      if (map[i] != i) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Permutation p && Arrays.equals(map, p.map);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(map);
  }

  @Override
  public String toString() {
    return Arrays.toString(map);
  }
}
