package dev.pleas.core.budget;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a partial merge costs relative to one source. A layer of base cost c·d_out·d_in costs
 * c·(w_out·w_in − 2·s_out·s_in) when s of its d units stay apart in each source and its width is w
 * = d + s: the blocks between units of different sources are zero and count as absent (PLeaS,
 * section 3.3). In terms of ratios r = s / d this is c·d_out·d_in·((1 + r_out)(1 + r_in) −
 * 2·r_out·r_in).
 */
public final class BlockCost {
  private final Graph graph;
  private final Map<Axis, Group> groups;
  private final Map<String, Group> groupsByValue;
  private final Set<String> excluded;

  /** What is counted. */
  public enum Unit {
    /** Multiply-accumulates per sample. */
    FLOPS,
    /** Trained parameters. */
    PARAMETERS
  }

  /**
   * @param graph of one source
   * @param excluded nodes that count neither in the source nor in the result, such as separate
   *     heads
   */
  public BlockCost(Graph graph, PermutationSpec spec, Set<String> excluded) {
    this.graph = graph;
    this.groups = spec.byAxis();
    this.groupsByValue = spec.byValue();
    this.excluded = Set.copyOf(excluded);
  }

  /**
   * Returns the cost relative to one source's.
   *
   * @param merged how many pairs of a group are merged
   */
  public double relative(Unit unit, ToIntFunction<Group> merged) {
    return total(unit, merged, false) / total(unit, Group::size, false);
  }

  /**
   * Returns the same with the zero blocks counted, as a dense network stores and multiplies them.
   */
  public double relativeDense(Unit unit, ToIntFunction<Group> merged) {
    return total(unit, merged, true) / total(unit, Group::size, true);
  }

  private double total(Unit unit, ToIntFunction<Group> merged, boolean dense) {
    double total = 0;
    for (Node node : graph.nodes()) {
      if (excluded.contains(node.name())) {
        continue;
      }
      for (String parameter : node.op().parameters()) {
        total += base(unit, node, parameter) * factor(parameter, merged, dense);
      }
      if (node.op() instanceof Op.Attention && unit == Unit.FLOPS) {
        // Heads have nothing to do with each other.
        double more = apart(groupsByValue.get(node.name()), merged);
        total += Cost.multiplyAccumulates(graph, node) * (1 + more);
      }
    }
    return total;
  }

  private double base(Unit unit, Node node, String parameter) {
    Shape shape = graph.parameterShape(parameter);
    if (unit == Unit.FLOPS) {
      return shape.rank() > 1 ? Cost.multiplyAccumulates(graph, node) : 0;
    }
    boolean running =
        node.op() instanceof Op.BatchNorm norm
            && (parameter.equals(norm.runningMean()) || parameter.equals(norm.runningVar()));
    return running ? 0 : shape.elements();
  }

  private double factor(String parameter, ToIntFunction<Group> merged, boolean dense) {
    double out = apart(groups.get(new Axis(parameter, 0)), merged);
    double in = apart(groups.get(new Axis(parameter, 1)), merged);
    return (1 + out) * (1 + in) - (dense ? 0 : 2 * out * in);
  }

  private static double apart(@Nullable Group group, ToIntFunction<Group> merged) {
    return group == null ? 0 : 1 - (double) merged.applyAsInt(group) / group.size();
  }
}
