package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.UnitPermutation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The block layout of every axis of two networks: of each group by the alignment and budget, of
 * separate heads wholly apart, of everything else shared.
 */
public final class Layouts {
  private final Map<Axis, BlockLayout> byAxis = new HashMap<>();
  private final Map<String, BlockLayout> byValue = new HashMap<>();

  /**
   * @param a the first network
   * @param b the second network, of the same graph up to the widths of separate heads
   * @param components the layout of every component of every group
   * @param separateHeads nodes whose outputs stay apart: those that make network outputs, see
   *     {@link Heads}
   */
  public Layouts(
      Graph a,
      Graph b,
      Map<PermutationSpec.Component, BlockLayout> components,
      Set<String> separateHeads) {
    components.forEach(
        (component, layout) -> {
          component.axes().forEach(axis -> byAxis.put(axis, layout));
          component.values().forEach(value -> byValue.put(value, layout));
        });
    for (Node node : a.nodes()) {
      if (separateHeads.contains(node.name())) {
        BlockLayout layout =
            BlockLayout.apart(a.valueShape(node.name()).dim(0), b.valueShape(node.name()).dim(0));
        byValue.put(node.name(), layout);
        node.op().parameters().forEach(parameter -> byAxis.put(new Axis(parameter, 0), layout));
      }
    }
    a.parameters()
        .forEach(
            (name, shape) -> {
              for (int axis = 0; axis < Math.min(2, shape.rank()); axis++) {
                int size = shape.dim(axis);
                byAxis.computeIfAbsent(new Axis(name, axis), missing -> BlockLayout.shared(size));
              }
            });
    a.valueShapes()
        .forEach(
            (value, shape) ->
                byValue.computeIfAbsent(value, missing -> BlockLayout.shared(shape.dim(0))));
  }

  /**
   * Returns the layout of every component of a group whose matched units of highest similarity are
   * merged.
   *
   * @param permutation unit i of A goes with unit permutation[i] of B
   * @param similarity of every pair of units, in original order
   * @param merged how many pairs of units to merge
   */
  public static Map<PermutationSpec.Component, BlockLayout> of(
      PermutationSpec.Group group, UnitPermutation permutation, Matrix similarity, int merged) {
    BlockLayout units = BlockLayout.of(permutation.units(), similarity, merged);
    Map<PermutationSpec.Component, BlockLayout> layouts = new LinkedHashMap<>();
    for (int c = 0; c < group.components().size(); c++) {
      PermutationSpec.Component component = group.components().get(c);
      layouts.put(component, units.inside(component.width(), permutation.components().get(c)));
    }
    return layouts;
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
