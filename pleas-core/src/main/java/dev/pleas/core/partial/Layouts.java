package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.UnitPermutation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The block layout of every axis of several networks: of each group by the alignment and budget, of
 * heads by what becomes of them, of everything else shared.
 */
public final class Layouts {
  private final int sources;
  private final Map<Axis, BlockLayout> byAxis = new HashMap<>();
  private final Map<String, BlockLayout> byValue = new HashMap<>();

  /**
   * @param graph of the first source; those of the others are equal up to the widths of heads
   * @param sources how many there are
   * @param components the layout of every component of every group
   * @param heads the layout of the outputs of nodes that make network outputs, where they are not
   *     merged index by index; see {@link Heads}
   */
  public Layouts(
      Graph graph,
      int sources,
      Map<PermutationSpec.Component, BlockLayout> components,
      Map<String, BlockLayout> heads) {
    this.sources = sources;
    components.forEach(
        (component, layout) -> {
          component.axes().forEach(axis -> byAxis.put(axis, layout));
          component.values().forEach(value -> byValue.put(value, layout));
        });
    byValue.putAll(heads);
    for (Node node : graph.nodes()) {
      BlockLayout layout = heads.get(node.name());
      if (layout != null) {
        node.op().parameters().forEach(parameter -> byAxis.put(new Axis(parameter, 0), layout));
      }
    }
    graph
        .parameters()
        .forEach(
            (name, shape) -> {
              for (int axis = 0; axis < Math.min(2, shape.rank()); axis++) {
                int size = shape.dim(axis);
                byAxis.computeIfAbsent(
                    new Axis(name, axis), missing -> BlockLayout.shared(sources, size));
              }
            });
    graph
        .valueShapes()
        .forEach(
            (value, shape) ->
                byValue.computeIfAbsent(
                    value, missing -> BlockLayout.shared(sources, shape.dim(0))));
  }

  /**
   * Returns the layout of every component of a group of which the sets of matched units that are
   * most alike are merged. Within each block units are in the order of the sets.
   *
   * @param permutations for each source, set u has unit permutation[u]
   * @param similarity of each set
   * @param merged how many sets to merge; ties go to the smaller index
   */
  public static Map<PermutationSpec.Component, BlockLayout> of(
      PermutationSpec.Group group,
      List<UnitPermutation> permutations,
      double[] similarity,
      int merged) {
    int[] order =
        IntStream.range(0, group.size())
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(u -> -similarity[u]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] together = Arrays.stream(order, 0, merged).sorted().toArray();
    int[] apart = Arrays.stream(order, merged, order.length).sorted().toArray();
    Map<PermutationSpec.Component, BlockLayout> layouts = new LinkedHashMap<>();
    for (int c = 0; c < group.components().size(); c++) {
      int component = c;
      int width = group.components().get(c).width();
      layouts.put(
          group.components().get(c),
          BlockLayout.partial(
              permutations.stream().map(p -> p.components().get(component)).toList(),
              spread(together, width),
              spread(apart, width)));
    }
    return layouts;
  }

  /** The indices inside some units, of which each takes so many in a row. */
  private static int[] spread(int[] units, int width) {
    return Arrays.stream(units)
        .flatMap(unit -> IntStream.range(unit * width, (unit + 1) * width))
        .toArray();
  }

  /** Returns the number of sources. */
  public int sources() {
    return sources;
  }

  /** Returns the layout of axis 0 or 1 of a parameter. */
  public BlockLayout ofAxis(String parameter, int axis) {
    return require(byAxis.get(new Axis(parameter, axis)), parameter);
  }

  /** Returns the layout of a value's channels. */
  public BlockLayout ofValue(String value) {
    return require(byValue.get(value), value);
  }

  private static BlockLayout require(@Nullable BlockLayout layout, String what) {
    if (layout == null) {
      throw new IllegalArgumentException("no layout for " + what);
    }
    return layout;
  }
}
