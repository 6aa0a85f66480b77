package dev.pleas.core.budget;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * What a partial merge of N networks costs relative to one source. With r the share of a group's
 * units that stay apart in each source, a layer of base cost c·d_out·d_in costs
 *
 * <pre>
 *   c·d_out·d_in·((1 + (N−1)·r_out)·(1 + (N−1)·r_in) − N·(N−1)·r_out·r_in)
 *     = c·d_out·d_in·(N − (N−1)·(1 − r_out)·(1 − r_in)),
 * </pre>
 *
 * since the blocks between units of different sources are zero and count as absent (PLeaS, section
 * 3.3, for N = 2): a layer of N networks, less the N − 1 copies of what is merged on both sides.
 */
public final class BlockCost {
  private final int sources;
  private final Map<Unit, List<Term>> terms = new EnumMap<>(Unit.class);

  /** What is counted. */
  public enum Unit {
    /** Multiply-accumulates per sample. */
    FLOPS,
    /** Trained parameters. */
    PARAMETERS
  }

  /**
   * A part of the cost.
   *
   * @param base what it costs in one source
   * @param sides the groups whose units index its two sides; fewer where a side belongs to no group
   */
  record Term(double base, List<Group> sides) {}

  /**
   * @param graph of one source
   * @param excluded nodes that count neither in the source nor in the result, such as separate
   *     heads
   * @param sources N, how many networks are merged
   */
  public BlockCost(Graph graph, PermutationSpec spec, Set<String> excluded, int sources) {
    this.sources = sources;
    Map<Axis, Group> groups = spec.byAxis();
    Map<String, Group> groupsByValue = spec.byValue();
    for (Unit unit : Unit.values()) {
      List<Term> all = new ArrayList<>();
      for (Node node : graph.nodes()) {
        if (excluded.contains(node.name())) {
          continue;
        }
        for (String parameter : node.op().parameters()) {
          double base = base(graph, unit, node, parameter);
          List<Group> sides = new ArrayList<>();
          for (int axis = 0; axis < 2; axis++) {
            Group group = groups.get(new Axis(parameter, axis));
            if (group != null) {
              sides.add(group);
            }
          }
          all.add(new Term(base, List.copyOf(sides)));
        }
        if (node.op() instanceof Op.Attention && unit == Unit.FLOPS) {
          // Heads have nothing to do with each other, so their products have one side.
          Group heads = groupsByValue.get(node.name());
          double base = Cost.multiplyAccumulates(graph, node);
          all.add(new Term(base, heads == null ? List.of() : List.of(heads)));
        }
      }
      all.removeIf(term -> term.base() == 0);
      terms.put(unit, List.copyOf(all));
    }
  }

  private static double base(Graph graph, Unit unit, Node node, String parameter) {
    Shape shape = graph.parameterShape(parameter);
    if (unit == Unit.FLOPS) {
      return shape.rank() > 1 ? Cost.multiplyAccumulates(graph, node) : 0;
    }
    boolean running =
        node.op() instanceof Op.BatchNorm norm
            && (parameter.equals(norm.runningMean()) || parameter.equals(norm.runningVar()));
    return running ? 0 : shape.elements();
  }

  /** Returns N, how many networks are merged. */
  int sources() {
    return sources;
  }

  /** Returns what the cost is made of. */
  List<Term> terms(Unit unit) {
    return terms.getOrDefault(unit, List.of());
  }

  /**
   * Returns the cost relative to one source's.
   *
   * @param merged how many sets of a group's units are merged
   */
  public double relative(Unit unit, ToIntFunction<Group> merged) {
    double total = 0;
    double source = 0;
    for (Term term : terms(unit)) {
      double together = 1;
      for (Group side : term.sides()) {
        together *= share(side, merged);
      }
      total += term.base() * (sources - (sources - 1) * together);
      source += term.base();
    }
    return total / source;
  }

  /**
   * Returns the same with the zero blocks counted, as a dense network stores and multiplies them.
   */
  public double relativeDense(Unit unit, ToIntFunction<Group> merged) {
    double total = 0;
    double source = 0;
    for (Term term : terms(unit)) {
      double dense = term.base();
      for (Group side : term.sides()) {
        dense *= sources - (sources - 1) * share(side, merged);
      }
      total += dense;
      source += term.base();
    }
    return total / source;
  }

  /** The share of units that are merged, 1 − r. */
  private static double share(Group group, ToIntFunction<Group> merged) {
    return (double) merged.applyAsInt(group) / group.size();
  }
}
