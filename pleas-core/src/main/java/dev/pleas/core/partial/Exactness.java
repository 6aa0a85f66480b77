package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which features of the merged network equal what the sources give without any refit. A linear map
 * is exact if its inputs are and none of them is a mean: apart units then are their source's own,
 * and merged rows have the average of the sources' outputs. (The average of two products is not the
 * product of two averages, so exact means are not enough, unless both sources have the same values
 * there, as they have of the network's input.) Where every unit is apart, everything is exact, and
 * the network is the ensemble.
 */
public final class Exactness {
  private final Layouts layouts;
  private final Map<String, Blocks> values = new HashMap<>();

  /**
   * @param apart units kept apart equal their source's values
   * @param common all sources have the same values here, and so has the merged network
   */
  private record Blocks(boolean apart, boolean common) {}

  /**
   * @param graph of the merged network
   */
  public Exactness(Graph graph, Layouts layouts) {
    this.layouts = layouts;
    graph.inputs().keySet().forEach(input -> values.put(input, new Blocks(true, true)));
    graph.nodes().forEach(node -> values.put(node.name(), propagate(node)));
  }

  /**
   * Returns whether a layer with weights whose input is this value gives exact outputs without a
   * refit.
   */
  public boolean mapped(String value) {
    Blocks exact = of(value);
    return exact.common() || (exact.apart() && layouts.ofValue(value).allApart());
  }

  /** Returns whether the channels of a value that are kept apart are exact. */
  public boolean apart(String value) {
    return of(value).apart();
  }

  private Blocks propagate(Node node) {
    Op op = node.op();
    String x = node.inputs().get(0);
    if (op instanceof Op.Conv2d || op instanceof Op.Linear) {
      return new Blocks(mapped(x), false);
    } else if (op instanceof Op.Add || op instanceof Op.Product) {
      Blocks a = of(x);
      Blocks b = of(node.inputs().get(1));
      return new Blocks(a.apart() && b.apart(), a.common() && b.common());
    } else if (op instanceof Op.AveragePool2d
        || op instanceof Op.GlobalAveragePool
        || op instanceof Op.Flatten
        || op instanceof Op.SlicePositions) {
      return of(x);
    } else if (op instanceof Op.Prepend || op instanceof Op.AddParameter) {
      return new Blocks(of(x).apart(), false);
    } else if (op instanceof Op.Attention) {
      // Each head by itself.
      return new Blocks(
          node.inputs().stream().allMatch(input -> of(input).apart()),
          node.inputs().stream().allMatch(input -> of(input).common()));
    } else if (op instanceof Op.LayerNorm) {
      // Units of different blocks meet here, and the sources have only their own.
      return new Blocks(of(x).common(), false);
    }
    // Other normalizations and nonlinearities act unit by unit, but not on a mean as on its parts.
    boolean common = of(x).common() && op.parameters().isEmpty();
    return new Blocks(of(x).apart(), common);
  }

  private Blocks of(String value) {
    @Nullable Blocks blocks = values.get(value);
    if (blocks == null) {
      throw new IllegalArgumentException("no value " + value);
    }
    return blocks;
  }
}
