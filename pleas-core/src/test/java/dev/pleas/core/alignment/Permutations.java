package dev.pleas.core.alignment;

import java.util.ArrayList;
import java.util.List;

/** All permutations there are. */
final class Permutations {
  private Permutations() {}

  /** Returns the n! permutations of 0 … n−1. */
  static List<int[]> of(int n) {
    if (n == 0) {
      return List.of(new int[0]);
    }
    List<int[]> all = new ArrayList<>();
    for (int[] shorter : of(n - 1)) {
      for (int at = 0; at < n; at++) {
        int[] longer = new int[n];
        for (int i = 0, k = 0; i < n; i++) {
          longer[i] = i == at ? n - 1 : shorter[k++];
        }
        all.add(longer);
      }
    }
    return all;
  }
}
