package dev.pleas.core.partial;

import java.util.Arrays;

/** Layouts of two sources, block by block. */
public final class PairLayout {
  private PairLayout() {}

  /** Returns the layout of M, S_A and S_B. */
  public static BlockLayout of(int[] mergedA, int[] mergedB, int[] apartA, int[] apartB) {
    int m = mergedA.length;
    int width = m + apartA.length + apartB.length;
    int[] fromA = Arrays.copyOf(mergedA, width);
    int[] fromB = Arrays.copyOf(mergedB, width);
    Arrays.fill(fromA, m, width, -1);
    Arrays.fill(fromB, m, width, -1);
    System.arraycopy(apartA, 0, fromA, m, apartA.length);
    System.arraycopy(apartB, 0, fromB, m + apartA.length, apartB.length);
    return BlockLayout.of(fromA, fromB);
  }
}
