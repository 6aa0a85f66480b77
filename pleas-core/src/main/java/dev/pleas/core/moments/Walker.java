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
 * it is all a batch has to remember to go on. Batches whose values fit in the memory allowance are
 * kept at their cut; the others start again from the input at each step, so memory stays bounded
 * and only time grows.
 */
public final class Walker implements AutoCloseable {
  /** Nodes from a layer's inputs to where its output is looked at: itself, a scale, a sum. */
  private static final int LOOK_BACK = 3;

  private final TensorBackend backend;
  private final Graph graph;
  private final Map<String, HostTensor> parameters;
  private final Batches batches;
  private final int kept;
  private final Map<Integer, Position> positions = new HashMap<>();
  private final Map<Segment, CompiledGraph> segments = new HashMap<>();

  /** The nodes from one cut to another. */
  private record Segment(int from, int to) {}

  /** Where a kept batch is, and its live values. */
  private record Position(int cut, Map<String, Tensor> values, TensorScope scope) {}

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
    this.kept = (int) Math.min(batches.count(), memoryBytes / bytesPerBatch());
  }

  /**
   * Brings a batch to the cut before node {@code cut} and returns the values there. They belong to
   * the walker and are valid until the batch is moved again; of a batch that is not kept, they go
   * into {@code scratch}.
   *
   * @param cut not before the last one asked for this batch
   */
  Map<String, Tensor> at(int batch, int cut, TensorScope scratch) {
    // The present step and those shortly before it are in use: a caller may look at the inputs of a
    // node and then at what becomes of its output, batch by batch.
    closeSegments(cut - LOOK_BACK);
    if (batch >= kept) {
      return advance(start(batch, scratch), cut);
    }
    Position position = positions.computeIfAbsent(batch, this::startKept);
    if (position.cut() != cut) {
      Map<String, Tensor> values = advance(position, cut);
      position
          .values()
          .forEach(
              (name, tensor) -> {
                if (values.get(name) != tensor) {
                  tensor.close();
                }
              });
      positions.put(batch, new Position(cut, values, position.scope()));
      return values;
    }
    return position.values();
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

  private Position startKept(int batch) {
    TensorScope scope = backend.newScope();
    try {
      return start(batch, scope);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private Position start(int batch, TensorScope scope) {
    return new Position(0, Map.of(graph.onlyInput(), batches.read(batch, scope)), scope);
  }

  private Map<String, Tensor> advance(Position from, int cut) {
    Set<String> wanted = live(cut);
    Map<String, Tensor> values = new LinkedHashMap<>(from.values());
    if (!values.keySet().containsAll(wanted)) {
      CompiledGraph nodes =
          segments.computeIfAbsent(
              new Segment(from.cut(), cut), segment -> compile(from.values().keySet(), wanted));
      values.putAll(nodes.run(from.scope(), from.values()));
    }
    values.keySet().retainAll(wanted);
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

  private long bytesPerBatch() {
    long most = 1;
    for (int cut = 0; cut <= graph.nodes().size(); cut++) {
      long floats = 0;
      for (String value : live(cut)) {
        floats += graph.valueShape(value).elements();
      }
      most = Math.max(most, floats);
    }
    return Math.multiplyExact(most * batches.size(), (long) Float.BYTES);
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
    positions.values().forEach(position -> position.scope().close());
    positions.clear();
  }
}
