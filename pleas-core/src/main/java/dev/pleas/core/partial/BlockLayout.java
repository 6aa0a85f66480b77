package dev.pleas.core.partial;

import dev.pleas.api.permutation.Permutation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How the units of an axis stand in the merged network: which unit of each source has a part in
 * each of its units. Where several sources have, the merged unit stands for their mean; where one
 * has, it is kept apart. Indices of which the same sources have a part are a <em>block</em>: of two
 * sources, partial merging makes the blocks M (of both), S_A and S_B.
 *
 * <p>Blocks see each other if some source has a part in both: {@link #sees}. Weights between blocks
 * that do not are zero.
 */
public final class BlockLayout {
  private final int[][] units;
  private final List<Block> blocks;

  /**
   * The merged network's indices in which the same sources have a part.
   *
   * @param sources whose units these are, ascending
   * @param indices in the merged network, ascending; not to be modified
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Block(List<Integer> sources, int[] indices) {
    /** Returns whether these are means of several sources' units. */
    public boolean merged() {
      return sources.size() > 1;
    }
  }

  private BlockLayout(int[][] units) {
    this.units = units;
    Map<List<Integer>, List<Integer>> indices = new LinkedHashMap<>();
    for (int i = 0; i < width(); i++) {
      indices.computeIfAbsent(members(i), key -> new ArrayList<>()).add(i);
    }
    blocks = new ArrayList<>();
    indices.forEach(
        (sources, of) ->
            blocks.add(new Block(sources, of.stream().mapToInt(Integer::intValue).toArray())));
  }

  /**
   * Returns a layout.
   *
   * @param units for each source and each index of the merged network, the source's unit that has a
   *     part in it, or −1 for none; copied
   * @throws IllegalArgumentException if lengths differ, an index has no part of any source, or a
   *     source's units do not each occur once
   */
  public static BlockLayout of(int[]... units) {
    int[][] copy = Arrays.stream(units).map(int[]::clone).toArray(int[][]::new);
    for (int[] one : copy) {
      if (one.length != copy[0].length) {
        throw new IllegalArgumentException(
            "layouts of " + copy[0].length + " and " + one.length + " units");
      }
      Permutation.of(Arrays.stream(one).filter(unit -> unit >= 0).toArray());
    }
    BlockLayout layout = new BlockLayout(copy);
    for (Block block : layout.blocks) {
      if (block.sources().isEmpty()) {
        throw new IllegalArgumentException("no source has a part in unit " + block.indices()[0]);
      }
    }
    return layout;
  }

  /** Returns the layout of an axis that no group owns: every index merged with the same index. */
  public static BlockLayout shared(int sources, int size) {
    int[] all = IntStream.range(0, size).toArray();
    return of(IntStream.range(0, sources).mapToObj(s -> all).toArray(int[][]::new));
  }

  /**
   * Returns the layout in which everything is apart, for instance separate heads.
   *
   * @param sizes the number of units of each source
   */
  public static BlockLayout apart(int... sizes) {
    int[][] units = new int[sizes.length][Arrays.stream(sizes).sum()];
    int from = 0;
    for (int s = 0; s < sizes.length; s++) {
      Arrays.fill(units[s], -1);
      for (int unit = 0; unit < sizes[s]; unit++) {
        units[s][from++] = unit;
      }
    }
    return of(units);
  }

  /**
   * Returns the layout that merges sets of matched units and keeps the units of other sets apart:
   * first those merged, then the first source's others, then the second's and so on, each in the
   * order given.
   *
   * @param permutations set u has unit permutations[s][u] of source s
   * @param merged sets to merge
   * @param apart all other sets
   */
  static BlockLayout partial(List<Permutation> permutations, int[] merged, int[] apart) {
    int sources = permutations.size();
    int width = merged.length + sources * apart.length;
    int[][] units = new int[sources][width];
    for (int s = 0; s < sources; s++) {
      Arrays.fill(units[s], -1);
      for (int i = 0; i < merged.length; i++) {
        units[s][i] = permutations.get(s).get(merged[i]);
      }
      for (int i = 0; i < apart.length; i++) {
        units[s][merged.length + s * apart.length + i] = permutations.get(s).get(apart[i]);
      }
    }
    return of(units);
  }

  /** Returns the number of units in the merged network. */
  public int width() {
    return units[0].length;
  }

  /** Returns the number of sources. */
  public int sources() {
    return units.length;
  }

  /** Returns a source's number of units. */
  public int size(int source) {
    return (int) Arrays.stream(units[source]).filter(unit -> unit >= 0).count();
  }

  /** Returns the source's unit that has a part in an index of the merged network, −1 for none. */
  public int unit(int source, int index) {
    return units[source][index];
  }

  /** Returns the source's units that have a part in these indices; all of them must have one. */
  public int[] units(int source, int[] indices) {
    return Arrays.stream(indices).map(index -> units[source][index]).toArray();
  }

  /** Returns the sources that have a part in an index of the merged network, ascending. */
  public List<Integer> members(int index) {
    return IntStream.range(0, units.length).filter(s -> units[s][index] >= 0).boxed().toList();
  }

  /** Returns the blocks, in the order of their first index. */
  public List<Block> blocks() {
    return blocks;
  }

  /** Returns whether no index is a mean of several sources' units. */
  public boolean allApart() {
    return blocks.stream().noneMatch(Block::merged);
  }

  /** Returns whether some source has a part in both blocks, which may be of different layouts. */
  public static boolean sees(Block one, Block other) {
    return one.sources().stream().anyMatch(other.sources()::contains);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockLayout layout && Arrays.deepEquals(units, layout.units);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(units);
  }

  @Override
  public String toString() {
    return blocks.stream()
        .map(block -> block.indices().length + " of " + block.sources())
        .collect(Collectors.joining(", "));
  }
}
