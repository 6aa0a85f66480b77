package dev.pleas.core.gain;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.budget.GroupGains;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Measures what it is worth to keep units of a group apart: by how much the sources' outputs change
 * when the units of that group alone are merged. What layers read of the group is replaced by what
 * can be told of it from the merged features ({@link Reconstruction}), fitted on one part of the
 * data, and the sources are run with that error on another part. That is done with all units merged
 * and with a quarter of them kept apart; in between and beyond, the error is taken to fall
 * geometrically, as the first units tell most of what the others lack.
 */
public final class GainMeasurement {
  private static final int SAMPLES = 256;
  private static final int BATCH = 32;
  private static final double APART = 0.25;

  /** Gram matrices of as many groups as fit in this are added up at the same time. */
  private static final long GRAM_BYTES = 512L << 20;

  private final List<Model> sources;
  private final Graph graph;
  private final Map<Component, List<String>> taps;
  private final Set<String> weighted = new HashSet<>();
  private final PlannedLayouts layouts;
  private final Batches batches;
  private final int fitted;
  private final Tools tools;
  private final boolean meanOutput;

  /** The layouts of a group's components when so many sets are merged. */
  @FunctionalInterface
  public interface PlannedLayouts {
    /** Returns the layouts. */
    Map<Component, BlockLayout> of(Group group, int merged);
  }

  /** Joint moments of the stacked units of all sources at a value. */
  private record StackedMoments(Matrix gram, UnitSums sums) {}

  /**
   * @param taps the values at which layers read each component
   * @param data of which the first {@value #SAMPLES} samples are used
   * @param meanOutput whether the result is to give the mean of the sources' outputs
   */
  public GainMeasurement(
      List<Model> sources,
      Map<Component, List<String>> taps,
      PlannedLayouts layouts,
      Batches data,
      Tools tools,
      boolean meanOutput) {
    this.sources = sources;
    this.graph = sources.get(0).graph();
    this.taps = taps;
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear) {
        weighted.addAll(node.inputs());
      }
    }
    this.layouts = layouts;
    int size = Math.min(BATCH, data.size());
    this.batches = new Batches(data.samples(), size);
    this.tools = tools;
    this.meanOutput = meanOutput;
    // Three of four batches to fit, the others to measure; a single one has to do for both.
    this.fitted = Math.max(1, used() * 3 / 4);
  }

  private int used() {
    return Math.min(batches.count(), Math.max(1, SAMPLES / batches.size()));
  }

  /** Measures the gains of some groups. */
  public GroupGains measure(List<Group> groups, Progress progress) {
    Map<Group, double[]> gains = new LinkedHashMap<>();
    try (Progress.Stage stage = progress.begin("Measuring what units are worth", groups.size())) {
      for (int from = 0; from < groups.size(); ) {
        int to = from + 1;
        while (to < groups.size() && gramBytes(groups.subList(from, to + 1)) <= GRAM_BYTES) {
          to++;
        }
        List<Group> together = groups.subList(from, to);
        Map<String, StackedMoments> moments = moments(values(together));
        for (Group group : together) {
          gains.put(group, gains(group, moments));
          stage.advance(1);
        }
        from = to;
      }
    }
    return new GroupGains(gains);
  }

  /** e(0) − e(j), with e falling geometrically through both measurements. */
  private double[] gains(Group group, Map<String, StackedMoments> moments) {
    int size = group.size();
    int some = (int) Math.max(1, Math.round(APART * size));
    double[] errors = errors(group, new int[] {size, size - some}, moments);
    double[] gains = new double[size + 1];
    double decay = errors[0] <= 0 ? 0 : Math.min(1, errors[1] / errors[0]);
    for (int j = 1; j < size; j++) {
      gains[j] = errors[0] * (1 - Math.pow(decay, (double) j / some));
    }
    gains[size] = errors[0];
    return gains;
  }

  private double[] errors(Group group, int[] merged, Map<String, StackedMoments> moments) {
    List<String> values = values(List.of(group));
    List<Map<String, Reconstruction>> reconstructions = new ArrayList<>();
    for (int k : merged) {
      Map<String, Reconstruction> of = new LinkedHashMap<>();
      layouts
          .of(group, k)
          .forEach(
              (component, layout) ->
                  Objects.requireNonNull(taps.get(component))
                      .forEach(
                          value -> {
                            StackedMoments m = Objects.requireNonNull(moments.get(value));
                            of.put(
                                value,
                                Reconstruction.of(
                                    layout,
                                    m.gram(),
                                    m.sums(),
                                    weighted.contains(value) ? tools.solver() : null));
                          }));
      reconstructions.add(of);
    }
    List<String> outputs = List.copyOf(graph.outputs().values());
    List<OutputErrors> errors =
        IntStream.range(0, merged.length).mapToObj(i -> new OutputErrors(meanOutput)).toList();
    Set<String> wanted = new LinkedHashSet<>(values);
    wanted.addAll(outputs);
    try (Networks right = new Networks(model -> model.graph().between(inputs(), wanted));
        Networks wrong =
            new Networks(
                model ->
                    Perturbed.of(model.graph(), Set.copyOf(values))
                        .between(perturbedInputs(values), outputs))) {
      for (int batch = Math.min(fitted, used() - 1); batch < used(); batch++) {
        try (TensorScope scope = tools.backend().newScope()) {
          Tensor input = batches.read(batch, scope);
          List<Map<String, Tensor>> as =
              right.run(scope, source -> Map.of(graph.onlyInput(), input));
          for (int i = 0; i < merged.length; i++) {
            Map<String, List<Tensor>> added = added(scope, as, reconstructions.get(i));
            List<Map<String, Tensor>> changed =
                wrong.run(
                    scope,
                    source -> {
                      Map<String, Tensor> in = new LinkedHashMap<>();
                      in.put(graph.onlyInput(), input);
                      added.forEach((v, of) -> in.put(Perturbed.error(v), of.get(source)));
                      return in;
                    });
            for (int o = 0; o < outputs.size(); o++) {
              errors.get(i).add(o, host(as, outputs.get(o)), host(changed, outputs.get(o)));
            }
          }
        }
      }
    }
    return errors.stream().mapToDouble(OutputErrors::relative).toArray();
  }

  /** The error of each source at each value. */
  private static Map<String, List<Tensor>> added(
      TensorScope scope, List<Map<String, Tensor>> runs, Map<String, Reconstruction> of) {
    Map<String, List<Tensor>> added = new LinkedHashMap<>();
    of.forEach(
        (value, reconstruction) -> {
          Tensor stacked = stacked(scope, runs, value);
          Shape shape = Objects.requireNonNull(runs.get(0).get(value)).shape();
          Tensor error =
              scope.linear(
                  stacked,
                  scope.tensor(reconstruction.weight()),
                  scope.tensor(reconstruction.bias()));
          int units = shape.dim(1);
          List<Tensor> parts = new ArrayList<>();
          for (int s = 0; s < runs.size(); s++) {
            int[] own = IntStream.range(s * units, (s + 1) * units).toArray();
            parts.add(scope.reshape(scope.gather(error, 1, own), shape));
          }
          added.put(value, parts);
        });
    return added;
  }

  private Map<String, StackedMoments> moments(List<String> values) {
    Map<String, StackedMoments> moments = new LinkedHashMap<>();
    try (TensorScope totals = tools.backend().newScope();
        Networks networks = new Networks(model -> model.graph().between(inputs(), values))) {
      Map<String, GramAccumulator> grams = new LinkedHashMap<>();
      Map<String, SumAccumulator> sums = new LinkedHashMap<>();
      for (String value : values) {
        int stacked = sources.size() * graph.valueShape(value).dim(0);
        grams.put(value, totals.gram(stacked, stacked));
        sums.put(value, totals.sums(stacked));
      }
      for (int batch = 0; batch < fitted; batch++) {
        try (TensorScope scope = tools.backend().newScope()) {
          Tensor input = batches.read(batch, scope);
          List<Map<String, Tensor>> runs =
              networks.run(scope, source -> Map.of(graph.onlyInput(), input));
          for (String value : values) {
            Tensor x = stacked(scope, runs, value);
            Objects.requireNonNull(grams.get(value)).add(x, x);
            Objects.requireNonNull(sums.get(value)).add(x);
          }
        }
      }
      grams.forEach(
          (value, gram) ->
              moments.put(
                  value,
                  new StackedMoments(
                      gram.toMatrix(), UnitSums.of(Objects.requireNonNull(sums.get(value))))));
    }
    return moments;
  }

  /** [samples, sources × units, positions] or, without positions, [samples, sources × units]. */
  private static Tensor stacked(TensorScope scope, List<Map<String, Tensor>> runs, String value) {
    Tensor all =
        scope.concat(1, runs.stream().map(run -> Objects.requireNonNull(run.get(value))).toList());
    Shape shape = all.shape();
    return shape.rank() <= 3
        ? all
        : scope.reshape(
            all, Shape.of(shape.dim(0), shape.dim(1), Math.toIntExact(shape.elementsFrom(2))));
  }

  private static List<HostTensor> host(List<Map<String, Tensor>> runs, String value) {
    return runs.stream().map(run -> Objects.requireNonNull(run.get(value)).toHost()).toList();
  }

  private List<String> values(List<Group> groups) {
    return groups.stream()
        .flatMap(group -> group.components().stream())
        .flatMap(component -> Objects.requireNonNull(taps.get(component)).stream())
        .toList();
  }

  private long gramBytes(List<Group> groups) {
    long bytes = 0;
    for (String value : values(groups)) {
      long stacked = (long) sources.size() * graph.valueShape(value).dim(0);
      bytes += Double.BYTES * stacked * stacked;
    }
    return bytes;
  }

  private Set<String> inputs() {
    return graph.inputs().keySet();
  }

  private List<String> perturbedInputs(List<String> values) {
    List<String> inputs = new ArrayList<>(inputs());
    values.forEach(value -> inputs.add(Perturbed.error(value)));
    return inputs;
  }

  /** All sources, compiled alike. */
  private final class Networks implements AutoCloseable {
    private final List<CompiledGraph> compiled = new ArrayList<>();

    Networks(Function<Model, Graph> part) {
      try {
        sources.forEach(
            model -> compiled.add(tools.backend().compile(part.apply(model), model.parameters())));
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    List<Map<String, Tensor>> run(TensorScope scope, IntFunction<Map<String, Tensor>> inputs) {
      List<Map<String, Tensor>> runs = new ArrayList<>();
      for (int source = 0; source < compiled.size(); source++) {
        runs.add(compiled.get(source).run(scope, inputs.apply(source)));
      }
      return runs;
    }

    @Override
    public void close() {
      compiled.forEach(CompiledGraph::close);
    }
  }
}
