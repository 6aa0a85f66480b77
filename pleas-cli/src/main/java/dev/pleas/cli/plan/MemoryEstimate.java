package dev.pleas.cli.plan;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much memory a merge needs at its peak, by adding up what is held at once. On the bundled
 * networks it is 1.3 to 1.7 times what the backend was seen to hold, as not everything is at its
 * largest at the same time; the JVM's heap grows beyond its live objects as far as it may.
 *
 * @param backendBytes the backend's: activations kept between layers up to their limit, the weights
 *     of all networks, and for the worst layer one batch's values, its unfolded inputs, and its
 *     Gram matrices in float64
 * @param heapBytes the JVM's live objects: the weights of the sources and twice those of the result
 *     in float32, and for the worst layer its Gram matrices and solution three times in float64, as
 *     they come, centred, and as they are solved
 */
public record MemoryEstimate(long backendBytes, long heapBytes) {
  static MemoryEstimate of(
      List<Graph> sources, PlannedMerge merge, List<LayerWork> layers, long samples, long batch) {
    Graph merged = merge.result();
    long batches = (samples + batch - 1) / batch;
    long live = perSample(merged) + sources.stream().mapToLong(MemoryEstimate::perSample).sum();
    long kept =
        Math.min(
            setting(merge.settings(), "activation-memory-mib", 0) << 20,
            Float.BYTES * live * batch * batches);
    long networks = weights(merged) + sources.stream().mapToLong(MemoryEstimate::weights).sum();
    long worst = 0;
    long gram = 0;
    for (LayerWork layer : layers) {
      long grams = Double.BYTES * layer.gramEntries();
      worst = Math.max(worst, grams + Float.BYTES * batch * layer.unfoldedPerSample());
      gram = Math.max(gram, grams + Double.BYTES * layer.solutionEntries());
    }
    return new MemoryEstimate(
        kept + networks + worst + Float.BYTES * batch * live,
        networks + weights(merged) + 3 * gram);
  }

  /** The most elements of one sample's values that are alive at once. */
  private static long perSample(Graph graph) {
    Map<String, Integer> lastUse = new HashMap<>();
    List<Node> nodes = graph.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      for (String input : nodes.get(i).inputs()) {
        lastUse.put(input, i);
      }
    }
    long live = graph.inputs().values().stream().mapToLong(Shape::elements).sum();
    long most = live;
    for (int i = 0; i < nodes.size(); i++) {
      live += graph.valueShape(nodes.get(i).name()).elements();
      most = Math.max(most, live);
      for (String input : Set.copyOf(nodes.get(i).inputs())) {
        live -= lastUse.getOrDefault(input, -1) == i ? graph.valueShape(input).elements() : 0;
      }
    }
    return most;
  }

  private static long weights(Graph graph) {
    return Float.BYTES * graph.parameters().values().stream().mapToLong(Shape::elements).sum();
  }

  /** Returns a whole number among settings, or what is taken where a method has no such setting. */
  static long setting(Map<String, String> settings, String name, long otherwise) {
    String value = settings.get(name);
    return value == null ? otherwise : Long.parseLong(value);
  }
}
