package dev.pleas.core.refit;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.Walker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * RegMean (Jin et al., arXiv:2212.09849, equation 2): every layer's weight is the one whose outputs
 * on each source's own inputs are closest to that source's, W = (Σ Gₛ)⁻¹ Σ Gₛ·Wₛ with Gₛ = XₛᵀXₛ,
 * entries of Gₛ off the diagonal times a factor below 1. Units are taken as they stand.
 */
public final class RegressionMean {
  private final List<Model> sources;
  private final Batches batches;
  private final Tools tools;
  private final double offDiagonal;
  private final RowSampling sampling;
  private final long memoryBytes;

  /**
   * @param sources of one graph, but for separate heads
   * @param offDiagonal the factor, from 0 (a mean weighted input by input) to 1 (least squares)
   * @param sampling of positions
   * @param memoryBytes how much may be kept of activations between layers
   */
  public RegressionMean(
      List<Model> sources,
      Batches batches,
      Tools tools,
      double offDiagonal,
      RowSampling sampling,
      long memoryBytes) {
    this.sources = sources;
    this.batches = batches;
    this.tools = tools;
    this.offDiagonal = offDiagonal;
    this.sampling = sampling;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Returns the network with regressed weights of its convolutions and linear layers.
   *
   * @param mean the mean of the sources, whose other parameters stay
   * @param apart layers that stay as they are
   * @param notes is told when a system is singular
   */
  public Model apply(Model mean, Set<String> apart, Progress progress, Consumer<String> notes) {
    Graph graph = mean.graph();
    Map<String, HostTensor> parameters = new LinkedHashMap<>(mean.parameters());
    List<Node> layers = graph.nodes().stream().filter(node -> fits(node, apart)).toList();
    try (Progress.Stage stage =
        progress.begin(
            "Regressing layers", (long) layers.size() * sources.size() * batches.count())) {
      Map<Node, Matrix> grams = new LinkedHashMap<>();
      Map<Node, Matrix> targets = new LinkedHashMap<>();
      for (Model source : sources) {
        add(source, layers, grams, targets, stage);
      }
      grams.forEach(
          (node, gram) -> {
            String weight = node.op().parameters().get(0);
            WeightMatrix form = form(mean, node);
            Matrix initial = form.toMatrix(mean.parameter(weight));
            NormalEquations equations =
                new NormalEquations(
                    gram, targets.getOrDefault(node, initial), initial, new double[gram.rows()]);
            SystemSolver solver = new SystemSolver(node.name(), tools, notes);
            parameters.put(weight, form.toWeight(solver.solve(equations).x()));
          });
    }
    return new Model(graph, parameters);
  }

  /** Convolutions in groups stay means. */
  private static boolean fits(Node node, Set<String> apart) {
    boolean layer =
        node.op() instanceof Op.Linear
            || (node.op() instanceof Op.Conv2d conv && conv.groups() == 1);
    return layer && !apart.contains(node.name());
  }

  private static WeightMatrix form(Model model, Node node) {
    return new WeightMatrix(model.graph().parameterShape(node.op().parameters().get(0)), 1);
  }

  private void add(
      Model source,
      List<Node> layers,
      Map<Node, Matrix> grams,
      Map<Node, Matrix> targets,
      Progress.Stage stage) {
    Graph graph = source.graph();
    NeededPositions needed = new NeededPositions(graph);
    try (Walker walker =
        new Walker(tools.backend(), graph, source.parameters(), batches, memoryBytes)) {
      for (Node node : layers) {
        WeightMatrix form = form(source, node);
        int cut = graph.nodes().indexOf(node);
        Shape output = graph.valueShape(node.name());
        int[] candidates = sampling.candidates(form.rows(), output, needed.of(node.name()));
        RowSampling.Sampler sampler = sampling.of(cut, form.rows(), output, candidates);
        Matrix gram = scaled(gram(walker, node, cut, form.rows(), sampler, stage));
        Matrix weight = form.toMatrix(source.parameter(node.op().parameters().get(0)));
        grams.merge(node, gram, RegressionMean::sum);
        targets.merge(node, Product.of(gram, weight), RegressionMean::sum);
      }
    }
  }

  private Matrix gram(
      Walker walker,
      Node node,
      int cut,
      int columns,
      RowSampling.Sampler sampler,
      Progress.Stage stage) {
    try (TensorScope totals = tools.backend().newScope();
        GramAccumulator gram = totals.gram(columns, columns)) {
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = tools.backend().newScope()) {
          Tensor x = walker.value(batch, cut, node.inputs().get(0), scope);
          Tensor rows = RowSampling.inputs(scope, node.op(), x, sampler.next());
          gram.add(rows, rows);
        }
        stage.advance(1);
      }
      return gram.toMatrix();
    }
  }

  private Matrix scaled(Matrix gram) {
    double[] values = gram.values().clone();
    for (int k = 0; k < values.length; k++) {
      values[k] *= k / gram.columns() == k % gram.columns() ? 1 : offDiagonal;
    }
    return Matrix.wrap(gram.rows(), gram.columns(), values);
  }

  private static Matrix sum(Matrix a, Matrix b) {
    double[] values = a.values().clone();
    for (int k = 0; k < values.length; k++) {
      values[k] += b.values()[k];
    }
    return Matrix.wrap(a.rows(), a.columns(), values);
  }
}
