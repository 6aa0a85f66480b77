package dev.pleas.cuda.merge;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import java.util.List;
import java.util.Map;

/**
 * Two random networks of one architecture, and a way to merge them.
 *
 * @param a the first
 * @param b the second
 * @param samples for calibration
 */
record SmallMerge(Model a, Model b, RandomSamples samples) {
  private static final Registry REGISTRY = Registry.of(SmallMerge.class.getClassLoader());

  static SmallMerge of(Family family, int samples) {
    Graph graph = family.graph(3, 4);
    RandomSamples data = family.samples(5, samples);
    return new SmallMerge(family.weights(graph, 1, data), family.weights(graph, 2, data), data);
  }

  /** As few layers as there can be of each kind. */
  static SmallMerge tiny(int samples) {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv", GraphBuilder.INPUT, 3, 3, 1, 1, false);
    x = g.relu("relu", g.norm("bn", x));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 2)).build();
    RandomSamples data = Family.RESNET.samples(5, samples);
    return new SmallMerge(
        Family.RESNET.weights(graph, 1, data), Family.RESNET.weights(graph, 2, data), data);
  }

  /** Merges on the CPU. */
  MergeResult onCpu(String budget) {
    return run("ejml", "ejml", DeviceOptions.AUTOMATIC, budget, Progress.NONE);
  }

  /** Merges on a GPU. */
  MergeResult onGpu(String budget, DeviceOptions device, Progress progress) {
    return run("cuda", "cusolver", device, budget, progress);
  }

  private MergeResult run(
      String backend, String solver, DeviceOptions device, String budget, Progress progress) {
    try (TensorBackend tensors =
            REGISTRY.select(TensorBackendProvider.class, backend).provider().create(device);
        LeastSquaresSolver least =
            REGISTRY
                .select(LeastSquaresSolverProvider.class, solver)
                .provider()
                .create(new DeviceOptions(device.device(), null))) {
      Tools tools =
          new Tools(
              tensors,
              REGISTRY.best(MatcherProvider.class).provider().create(),
              least,
              REGISTRY
                  .select(LeastSquaresSolverProvider.class, "commons-math")
                  .provider()
                  .create());
      return REGISTRY
          .select(MergeMethodProvider.class, "pleas")
          .provider()
          .create()
          .merge(
              new MergeRequest(
                  List.of(a, b),
                  List.of("a", "b"),
                  samples,
                  // A ridge that keeps few samples from amplifying rounding.
                  Map.of("budget", budget, "ridge", "0.01", "heads", "shared"),
                  1,
                  tools,
                  progress));
    }
  }
}
