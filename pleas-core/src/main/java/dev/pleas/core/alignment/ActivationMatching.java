package dev.pleas.core.alignment;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.CrossMoments;
import dev.pleas.core.moments.UnitSums;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Activation matching (Git Re-Basin, arXiv:2209.04836, section 3.1; PLeaS, section 3.1): both
 * networks see the same inputs, in inference mode, and units that behave alike are matched. A group
 * is tapped where its units enter a layer with weights; the similarities of all its taps are added.
 */
public final class ActivationMatching {
  private ActivationMatching() {}

  /** Returns the values at which each group is observed. */
  static Map<Group, List<String>> taps(Graph graph, PermutationSpec spec) {
    Set<String> weighted = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear) {
        weighted.addAll(node.inputs());
      }
    }
    Map<Group, List<String>> taps = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      List<String> entering = group.values().stream().filter(weighted::contains).toList();
      List<String> last = group.values().subList(group.values().size() - 1, group.values().size());
      taps.put(group, entering.isEmpty() ? last : entering);
    }
    return taps;
  }

  /** Runs both networks over all data and returns the joint moments at every tap, by value. */
  public static Map<String, CrossMoments> moments(
      Model a,
      Model b,
      PermutationSpec spec,
      Batches batches,
      TensorBackend backend,
      Progress progress) {
    Graph graph = a.graph();
    List<String> taps = taps(graph, spec).values().stream().flatMap(List::stream).toList();
    Graph tapped = graph.between(graph.inputs().keySet(), taps);
    Map<String, Accumulator> accumulators = new LinkedHashMap<>();
    try (TensorScope totals = backend.newScope();
        CompiledGraph runA = backend.compile(tapped, a.parameters());
        CompiledGraph runB = backend.compile(tapped, b.parameters());
        Progress.Stage stage = progress.begin("Comparing activations", batches.count())) {
      taps.forEach(
          tap -> accumulators.put(tap, new Accumulator(totals, graph.valueShape(tap).dim(0))));
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          Map<String, Tensor> input = Map.of(graph.onlyInput(), batches.read(batch, scope));
          Map<String, Tensor> valuesA = runA.run(scope, input);
          Map<String, Tensor> valuesB = runB.run(scope, input);
          accumulators.forEach(
              (tap, sums) ->
                  sums.add(
                      Objects.requireNonNull(valuesA.get(tap)),
                      Objects.requireNonNull(valuesB.get(tap))));
        }
        stage.advance(1);
      }
      Map<String, CrossMoments> moments = new LinkedHashMap<>();
      accumulators.forEach((tap, accumulator) -> moments.put(tap, accumulator.toMoments()));
      return moments;
    }
  }

  /**
   * Matches the units of every group.
   *
   * @param moments joint moments at every tap, from {@link #moments}
   */
  public static List<GroupAlignment> match(
      Graph graph,
      PermutationSpec spec,
      Map<String, CrossMoments> moments,
      Similarity similarity,
      Matcher matcher) {
    List<GroupAlignment> alignments = new ArrayList<>();
    taps(graph, spec)
        .forEach(
            (group, taps) -> {
              double[] sum = new double[group.size() * group.size()];
              for (String tap : taps) {
                double[] values =
                    similarity.matrix(Objects.requireNonNull(moments.get(tap))).values();
                for (int k = 0; k < sum.length; k++) {
                  sum[k] += values[k] / taps.size();
                }
              }
              Matrix total = Matrix.wrap(group.size(), group.size(), sum);
              alignments.add(new GroupAlignment(group, total, matcher.match(total)));
            });
    return alignments;
  }

  private record Accumulator(SumAccumulator a, SumAccumulator b, GramAccumulator cross) {
    Accumulator(TensorScope scope, int units) {
      this(scope.sums(units), scope.sums(units), scope.gram(units, units));
    }

    void add(Tensor valuesA, Tensor valuesB) {
      a.add(valuesA);
      b.add(valuesB);
      cross.add(valuesA, valuesB);
    }

    CrossMoments toMoments() {
      return new CrossMoments(UnitSums.of(a), UnitSums.of(b), cross.toMatrix());
    }
  }
}
