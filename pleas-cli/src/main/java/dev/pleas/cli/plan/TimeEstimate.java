package dev.pleas.cli.plan;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.solve.NormalEquations;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.budget.Cost;
import dev.pleas.core.normalization.VarianceRatios;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a merge takes on this machine, guessed from small measurements: one batch through the
 * first source, Gram matrices of a few sizes, and one solution of at most {@value #LARGEST}
 * unknowns. Times do not depend on values, so networks of constant weights are run, and nothing is
 * read.
 *
 * @param forwardNanos running all networks over the data, for matching and beside the fits
 * @param gramNanos adding up the moments of all layers
 * @param solveNanos solving all layers
 */
public record TimeEstimate(long forwardNanos, long gramNanos, long solveNanos) {
  private static final float SMALL = 0.01f;
  private static final int SMALLEST = 16;
  private static final int LARGEST = 512;
  private static final int ROWS = 2048;

  /** Each is done once to warm up, and then as often as it takes to be measured. */
  private static final long MEASURED_NANOS = 200_000_000;

  static TimeEstimate of(
      Tools tools,
      List<Graph> sources,
      Graph merged,
      List<LayerWork> layers,
      long samples,
      long batch) {
    Graph source = sources.get(0);
    double perSample = forward(tools, source, (int) Math.min(samples, batch));
    double dense =
        (double) Cost.multiplyAccumulates(merged) / Math.max(1, Cost.multiplyAccumulates(source));
    // Every source runs for the matching, and again beside the merged network while it is fitted;
    // and all, with the merged network before the fit, for the ratios of variances.
    double forward =
        perSample
            * (samples * (2 * sources.size() + dense)
                + Math.min(samples, VarianceRatios.SAMPLES) * (sources.size() + 2 * dense));
    Map<Integer, Double> perProduct = new HashMap<>();
    double gram = 0;
    for (LayerWork layer : layers) {
      int like = like(layer.columns());
      gram += perProduct.computeIfAbsent(like, p -> gram(tools, p)) * layer.gramProducts();
    }
    int columns =
        (int) Math.min(LARGEST, layers.stream().mapToLong(LayerWork::columns).max().orElse(1));
    double solve =
        solve(tools, columns) * layers.stream().mapToDouble(LayerWork::solveProducts).sum();
    return new TimeEstimate((long) forward, (long) gram, (long) solve);
  }

  /** Returns columns that take about as long for each product: a power of two. */
  private static int like(long columns) {
    return (int) Math.min(LARGEST, Math.max(SMALLEST, Long.highestOneBit(columns)));
  }

  /** Returns the sum. */
  public long totalNanos() {
    return forwardNanos + gramNanos + solveNanos;
  }

  private static double forward(Tools tools, Graph source, int batch) {
    Map<String, HostTensor> weights = new LinkedHashMap<>();
    source.parameters().forEach((name, shape) -> weights.put(name, constant(shape, SMALL)));
    Shape shape = source.valueShape(source.onlyInput()).prepend(batch);
    HostTensor input = constant(shape, source.ids(source.onlyInput()).isPresent() ? 0 : SMALL);
    try (CompiledGraph compiled = tools.backend().compile(source, weights)) {
      return nanos(
              () -> {
                try (TensorScope scope = tools.backend().newScope()) {
                  compiled
                      .run(scope, Map.of(source.onlyInput(), scope.tensor(input)))
                      .values()
                      .forEach(Tensor::toHost);
                }
              })
          / batch;
    }
  }

  /** Nanoseconds per multiply-accumulate, the upper half of a symmetric matrix counted. */
  private static double gram(Tools tools, int columns) {
    try (TensorScope scope = tools.backend().newScope();
        GramAccumulator gram = scope.gram(columns, columns)) {
      Tensor x = scope.tensor(constant(Shape.of(1, columns, ROWS), SMALL));
      return nanos(() -> gram.add(x, x)) / ((double) ROWS * columns * columns / 2);
    }
  }

  private static double solve(Tools tools, int n) {
    double[] gram = new double[n * n];
    for (int i = 0; i < n; i++) {
      gram[i * n + i] = 1;
    }
    Matrix zero = Matrix.wrap(n, n, new double[n * n]);
    double[] ridge = new double[n];
    Arrays.fill(ridge, 1);
    NormalEquations equations = new NormalEquations(Matrix.wrap(n, n, gram), zero, zero, ridge);
    return nanos(() -> tools.solver().solve(equations))
        / new LayerWork(1, n, n, 0, 0).solveProducts();
  }

  /** The median: other programs on the machine make some runs longer. */
  private static double nanos(Runnable work) {
    work.run();
    List<Long> times = new ArrayList<>();
    long start = System.nanoTime();
    long end = start;
    do {
      long before = end;
      work.run();
      end = System.nanoTime();
      times.add(end - before);
    } while (end - start < MEASURED_NANOS || times.size() < 3);
    Collections.sort(times);
    return times.get(times.size() / 2);
  }

  private static HostTensor constant(Shape shape, float value) {
    float[] values = new float[Math.toIntExact(shape.elements())];
    Arrays.fill(values, value);
    return HostTensor.wrap(shape, values);
  }
}
