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
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.CrossMoments;
import dev.pleas.core.moments.UnitSums;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  /**
   * Returns the values at which each component is observed: those that enter a layer with weights;
   * where there are none, as of queries and keys, those that enter an attention; else the last.
   */
  public static Map<Component, List<String>> taps(Graph graph, PermutationSpec spec) {
    Set<String> weighted = new HashSet<>();
    Set<String> attended = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear) {
        weighted.addAll(node.inputs());
      } else if (node.op() instanceof Op.Attention) {
        attended.addAll(node.inputs());
      }
    }
    Map<Component, List<String>> taps = new LinkedHashMap<>();
    for (Group group : spec.groups()) {
      for (Component component : group.components()) {
        List<String> values = component.values();
        List<String> entering = values.stream().filter(weighted::contains).toList();
        if (entering.isEmpty()) {
          entering = values.stream().filter(attended::contains).toList();
        }
        taps.put(component, entering.isEmpty() ? List.of(values.get(values.size() - 1)) : entering);
      }
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
    Map<Component, List<String>> taps = taps(graph, spec);
    UnitMatching matching = new UnitMatching(matcher);
    return spec.groups().stream()
        .map(
            group ->
                matching.match(
                    group,
                    group.components().stream()
                        .map(
                            part ->
                                mean(Objects.requireNonNull(taps.get(part)), moments, similarity))
                        .toList()))
        .toList();
  }

  /** The mean similarity at several taps of the same units. */
  private static Matrix mean(
      List<String> taps, Map<String, CrossMoments> moments, Similarity similarity) {
    List<Matrix> all =
        taps.stream()
            .map(tap -> similarity.matrix(Objects.requireNonNull(moments.get(tap))))
            .toList();
    double[] sum = new double[all.get(0).values().length];
    for (Matrix one : all) {
      for (int k = 0; k < sum.length; k++) {
        sum[k] += one.values()[k] / all.size();
      }
    }
    return Matrix.wrap(all.get(0).rows(), all.get(0).columns(), sum);
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
