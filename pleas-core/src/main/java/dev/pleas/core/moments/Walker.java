package dev.pleas.core.moments;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.tensor.HostTensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Walks a network node by node over all batches, in step with changes to the weights of nodes still
 * ahead. A <em>cut</em> before node i is the set of values that exist there and are still needed;
 * it is all a batch has to remember to go on. A batch waits at its cut as long as the memory
 * allowance has room for its values there. Where it has not, the batch stays at the last cut that
 * had, at best one between two blocks, where few values are live, at worst the input, and goes on
 * from there each time: memory stays bounded and only time grows.
 */
public final class Walker implements AutoCloseable {
  /** Nodes from a layer's inputs to where its output is looked at: itself, a scale, a sum. */
  private static final int LOOK_BACK = 3;

  private final TensorBackend backend;
  private final Graph graph;
  private final Map<String, HostTensor> parameters;
  private final Batches batches;
  private final long memoryBytes;
  private final Map<Integer, Waiting> waiting = new HashMap<>();
  private final Map<Segment, CompiledGraph> segments = new HashMap<>();
  private long usedBytes;

  /** The nodes from one cut to another. */
  private record Segment(int from, int to) {}

  /**
   * Where a batch waits and its live values there; at first at the input, which is not yet read.
   */
  private static final class Waiting {
    private final TensorScope scope;
    private int cut;
    private Map<String, Tensor> values = Map.of();
    private long bytes;

    Waiting(TensorScope scope) {
      this.scope = scope;
    }
  }

  /**
   * @param parameters the weights; read anew whenever the walker moves on, so the caller may change
   *     those of nodes at or after the present cut
   * @param memoryBytes how much this walker may keep between steps
   */
  public Walker(
      TensorBackend backend,
      Graph graph,
      Map<String, HostTensor> parameters,
      Batches batches,
      long memoryBytes) {
    this.backend = backend;
    this.graph = graph;
    this.parameters = parameters;
    this.batches = batches;
    this.memoryBytes = memoryBytes;
  }

  /**
   * Brings a batch to the cut before node {@code cut} and returns the values there. They belong to
   * the walker and are valid until the batch is moved again; where there is no room for them, they
   * go into {@code scratch}.
   *
   * @param cut not before the last one asked for this batch
   */
  Map<String, Tensor> at(int batch, int cut, TensorScope scratch) {
    // The present step and those shortly before it are in use: a caller may look at the inputs of a
    // node and then at what becomes of its output, batch by batch.
    closeSegments(cut - LOOK_BACK);
    Waiting at = waiting.computeIfAbsent(batch, b -> new Waiting(backend.newScope()));
    if (at.cut == cut && !at.values.isEmpty()) {
      return at.values;
    }
    Set<String> live = live(cut);
    long bytes = Math.multiplyExact(bytesPerSample(live), (long) batches.sizeOf(batch));
    boolean room = bytes <= memoryBytes - (usedBytes - at.bytes);
    TensorScope scope = room ? at.scope : scratch;
    Map<String, Tensor> given =
        at.values.isEmpty() ? Map.of(graph.onlyInput(), batches.read(batch, scope)) : at.values;
    Map<String, Tensor> values = advance(given, new Segment(at.cut, cut), live, scope);
    if (room) {
      given.values().stream()
          .filter(tensor -> !values.containsValue(tensor))
          .forEach(Tensor::close);
      usedBytes += bytes - at.bytes;
      at.cut = cut;
      at.values = values;
      at.bytes = bytes;
    }
    return values;
  }

  /**
   * Returns one value at a cut; see {@link #at}.
   *
   * @throws IllegalArgumentException if the value is not made before the cut or not needed after it
   */
  public Tensor value(int batch, int cut, String value, TensorScope scratch) {
    Tensor tensor = at(batch, cut, scratch).get(value);
    if (tensor == null) {
      throw new IllegalArgumentException(value + " is not live before node " + cut);
    }
    return tensor;
  }

  /**
   * Adds up a value over all batches.
   *
   * @param cut at which it is live, see {@link #value}
   * @param stage is told of every batch
   */
  public UnitSums sums(int cut, String value, Progress.Stage stage) {
    try (TensorScope totals = backend.newScope()) {
      SumAccumulator sums = totals.sums(graph.valueShape(value).dim(0));
      for (int batch = 0; batch < batches.count(); batch++) {
        try (TensorScope scope = backend.newScope()) {
          sums.add(value(batch, cut, value, scope));
        }
        stage.advance(1);
      }
      return UnitSums.of(sums);
    }
  }

  private Map<String, Tensor> advance(
      Map<String, Tensor> given, Segment segment, Set<String> live, TensorScope scope) {
    Map<String, Tensor> values = new LinkedHashMap<>(given);
    if (!given.keySet().containsAll(live)) {
      CompiledGraph nodes = segments.computeIfAbsent(segment, s -> compile(given.keySet(), live));
      values.putAll(nodes.run(scope, given));
    }
    values.keySet().retainAll(live);
    return values;
  }

  private CompiledGraph compile(Set<String> given, Set<String> wanted) {
    Set<String> missing = new LinkedHashSet<>(wanted);
    missing.removeAll(given);
    return backend.compile(graph.between(given, missing), parameters);
  }

  /** The values made before a cut that are needed at or after it. */
  private Set<String> live(int cut) {
    Set<String> made = new LinkedHashSet<>(graph.inputs().keySet());
    graph.nodes().subList(0, cut).forEach(node -> made.add(node.name()));
    Set<String> needed = new HashSet<>(graph.outputs().values());
    for (Node node : graph.nodes().subList(cut, graph.nodes().size())) {
      needed.addAll(node.inputs());
    }
    made.retainAll(needed);
    return made;
  }

  private long bytesPerSample(Set<String> values) {
    long floats = values.stream().mapToLong(value -> graph.valueShape(value).elements()).sum();
    return Math.multiplyExact(floats, (long) Float.BYTES);
  }

  private void closeSegments(int before) {
    segments
        .entrySet()
        .removeIf(
            entry -> {
              boolean past = entry.getKey().to() < before;
              if (past) {
                entry.getValue().close();
              }
              return past;
            });
  }

  /** Frees everything that is kept. */
  @Override
  public void close() {
    closeSegments(Integer.MAX_VALUE);
    waiting.values().forEach(batch -> batch.scope.close());
    waiting.clear();
  }
}
