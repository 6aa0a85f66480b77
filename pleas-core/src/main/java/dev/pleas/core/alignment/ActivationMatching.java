package dev.pleas.core.alignment;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.JointMoments;
import dev.pleas.core.moments.SourcePairs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Activation matching (Git Re-Basin, arXiv:2209.04836, section 3.1; PLeaS, section 3.1): all
 * networks see the same inputs, in inference mode, and units that behave alike are matched. A group
 * is tapped where its units enter a layer with weights; its similarity is the mean over its taps.
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

  /** Runs every network once over all data and returns the joint moments at every tap, by value. */
  public static Map<String, JointMoments> moments(
      List<Model> models,
      PermutationSpec spec,
      Batches batches,
      TensorBackend backend,
      Progress progress) {
    Graph graph = models.get(0).graph();
    List<String> taps = taps(graph, spec).values().stream().flatMap(List::stream).toList();
    Map<String, JointMoments.Accumulator> accumulators = new LinkedHashMap<>();
    List<CompiledGraph> runs = new ArrayList<>();
    try (TensorScope totals = backend.newScope();
        Progress.Stage stage = progress.begin("Comparing activations", batches.count())) {
      for (Model model : models) {
        Graph tapped = model.graph().between(graph.inputs().keySet(), taps);
        runs.add(backend.compile(tapped, model.parameters()));
      }
      for (String tap : taps) {
        int units = graph.valueShape(tap).dim(0);
        accumulators.put(tap, new JointMoments.Accumulator(totals, models.size(), units));
      }
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          Map<String, Tensor> input = Map.of(graph.onlyInput(), batches.read(batch, scope));
          List<Map<String, Tensor>> values =
              runs.stream().map(run -> run.run(scope, input)).toList();
          accumulators.forEach(
              (tap, moments) ->
                  moments.add(
                      values.stream().map(of -> Objects.requireNonNull(of.get(tap))).toList()));
        }
        stage.advance(1);
      }
      Map<String, JointMoments> moments = new LinkedHashMap<>();
      accumulators.forEach((tap, accumulator) -> moments.put(tap, accumulator.toMoments()));
      return moments;
    } finally {
      runs.forEach(CompiledGraph::close);
    }
  }

  /**
   * Returns the similarities of every group: of each component, the mean over its taps.
   *
   * @param moments joint moments at every tap, from {@link #moments}
   */
  static List<GroupSimilarity> similarities(
      Graph graph, PermutationSpec spec, Map<String, JointMoments> moments, Similarity similarity) {
    Map<Component, List<String>> taps = taps(graph, spec);
    return spec.groups().stream()
        .map(
            group ->
                new GroupSimilarity(
                    group,
                    group.components().stream()
                        .map(
                            part ->
                                mean(Objects.requireNonNull(taps.get(part)), moments, similarity))
                        .toList()))
        .toList();
  }

  /** The mean similarity at several taps of the same units, of each pair of networks. */
  private static SourcePairs<Matrix> mean(
      List<String> taps, Map<String, JointMoments> moments, Similarity similarity) {
    List<JointMoments> all =
        taps.stream().map(tap -> Objects.requireNonNull(moments.get(tap))).toList();
    return SourcePairs.of(
        all.get(0).sums().size(),
        (s, t) -> mean(all.stream().map(at -> similarity.matrix(at.pair(s, t))).toList()));
  }

  private static Matrix mean(List<Matrix> all) {
    double[] sum = new double[all.get(0).values().length];
    for (Matrix one : all) {
      for (int k = 0; k < sum.length; k++) {
        sum[k] += one.values()[k] / all.size();
      }
    }
    return Matrix.wrap(all.get(0).rows(), all.get(0).columns(), sum);
  }
}
