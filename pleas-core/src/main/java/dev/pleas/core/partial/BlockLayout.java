package dev.pleas.core.partial;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How the units of an axis stand in the merged network: pairs that were merged (block M), then the
 * units of A kept apart (S_A), then those of B (S_B).
 *
 * @param mergedA A's unit of each merged pair; not to be modified
 * @param mergedB B's unit of each merged pair; not to be modified
 * @param apartA A's units kept apart; not to be modified
 * @param apartB B's units kept apart; not to be modified
 */
@SuppressWarnings("ArrayRecordComponent")
public record BlockLayout(int[] mergedA, int[] mergedB, int[] apartA, int[] apartB) {
  /** The three blocks, in order. */
  public enum Block {
    /** Merged pairs. */
    MERGED,
    /** Units of A kept apart. */
    APART_A,
    /** Units of B kept apart. */
    APART_B
  }

  /** Checks that merged units come in pairs. */
  public BlockLayout {
    if (mergedA.length != mergedB.length) {
      throw new IllegalArgumentException(
          mergedA.length + " units of A are merged with " + mergedB.length + " of B");
    }
  }

  /** Returns the layout of an axis that no group owns: every index merged with the same index. */
  public static BlockLayout shared(int size) {
    int[] all = IntStream.range(0, size).toArray();
    return new BlockLayout(all, all, new int[0], new int[0]);
  }

  /** Returns the layout in which everything is apart, for instance two heads. */
  public static BlockLayout apart(int sizeA, int sizeB) {
    return new BlockLayout(
        new int[0],
        new int[0],
        IntStream.range(0, sizeA).toArray(),
        IntStream.range(0, sizeB).toArray());
  }

  /**
   * Returns the layout that merges the matched pairs of highest similarity. Within each block units
   * are in the order of A.
   *
   * @param permutation unit i of A goes with unit permutation[i] of B
   * @param similarity of every pair, in original order
   * @param merged how many pairs to merge; ties go to the smaller index
   */
  public static BlockLayout of(Permutation permutation, Matrix similarity, int merged) {
    int[] order =
        IntStream.range(0, permutation.size())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> -similarity.get(i, permutation.get(i)))
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] together = Arrays.copyOf(order, merged);
    int[] apart = Arrays.copyOfRange(order, merged, order.length);
    Arrays.sort(together);
    Arrays.sort(apart);
    return new BlockLayout(
        together, partners(permutation, together), apart, partners(permutation, apart));
  }

  private static int[] partners(Permutation permutation, int[] units) {
    return Arrays.stream(units).map(permutation::get).toArray();
  }

  /**
   * Returns the layout of a component of units that are merged by this layout: each unit takes
   * {@code width} indices in a row, and those of a merged pair are merged in pairs.
   *
   * @param indices index i of A goes with index indices[i] of B, following the units
   */
  public BlockLayout inside(int width, Permutation indices) {
    int[] merged = spread(mergedA, width);
    int[] apart = spread(apartA, width);
    return new BlockLayout(merged, partners(indices, merged), apart, partners(indices, apart));
  }

  private static int[] spread(int[] units, int width) {
    return Arrays.stream(units)
        .flatMap(unit -> IntStream.range(unit * width, (unit + 1) * width))
        .toArray();
  }

  /** Returns the number of units in the merged network. */
  public int width() {
    return mergedA.length + apartA.length + apartB.length;
  }

  /** Returns A's number of units. */
  public int sizeA() {
    return mergedA.length + apartA.length;
  }

  /** Returns B's number of units. */
  public int sizeB() {
    return mergedB.length + apartB.length;
  }

  /** Returns the merged network's indices of a block, ascending. */
  public int[] indices(Block block) {
    int m = mergedA.length;
    return switch (block) {
      case MERGED -> IntStream.range(0, m).toArray();
      case APART_A -> IntStream.range(m, m + apartA.length).toArray();
      case APART_B -> IntStream.range(m + apartA.length, width()).toArray();
    };
  }

  /** Returns the block of an index of the merged network. */
  public Block block(int index) {
    if (index < mergedA.length) {
      return Block.MERGED;
    }
    return index < mergedA.length + apartA.length ? Block.APART_A : Block.APART_B;
  }

  /** Returns A's unit for each index of the merged network, −1 where it has none. */
  int[] fromA() {
    int[] from = new int[width()];
    Arrays.fill(from, -1);
    System.arraycopy(mergedA, 0, from, 0, mergedA.length);
    System.arraycopy(apartA, 0, from, mergedA.length, apartA.length);
    return from;
  }

  /** Returns B's unit for each index of the merged network, −1 where it has none. */
  int[] fromB() {
    int[] from = new int[width()];
    Arrays.fill(from, -1);
    System.arraycopy(mergedB, 0, from, 0, mergedB.length);
    System.arraycopy(apartB, 0, from, mergedA.length + apartA.length, apartB.length);
    return from;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockLayout l
        && Arrays.equals(mergedA, l.mergedA)
        && Arrays.equals(mergedB, l.mergedB)
        && Arrays.equals(apartA, l.apartA)
        && Arrays.equals(apartB, l.apartB);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(new Object[] {mergedA, mergedB, apartA, apartB});
  }

  @Override
  public String toString() {
    return mergedA.length + " merged, " + apartA.length + " + " + apartB.length + " apart";
  }
}
