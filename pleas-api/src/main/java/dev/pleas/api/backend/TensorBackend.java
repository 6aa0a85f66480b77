package dev.pleas.api.backend;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.tensor.HostTensor;
import java.util.Map;

/**
 * Float32 tensors and the operations that running a {@link Graph} and adding up moments need. Made
 * by a {@link TensorBackendProvider}, closed by whoever asked for it. The same calls with the same
 * data on the same machine give the same bits.
 */
public interface TensorBackend extends AutoCloseable {
  /**
   * Returns what this runs on, for people and provenance: for instance {@code ND4J 1.0.0-M2.1, 2
   * threads}.
   */
  String description();

  /** Returns whether different scopes may be used by different threads at the same time. */
  default boolean concurrent() {
    return false;
  }

  /** Returns a new, empty scope. */
  TensorScope newScope();

  /**
   * Prepares a graph for running. The parameters are copied; the compiled graph is independent of
   * later changes. The default interprets the graph operation by operation; a backend may fuse
   * operations or keep a whole pass on its device instead, as long as results agree within float32
   * rounding.
   *
   * @param graph what to run; its outputs are what {@link CompiledGraph#run} returns
   * @param parameters at least the graph's parameters, with its shapes
   * @throws dev.pleas.api.error.ShapeException if a parameter is missing or has another shape
   */
  default CompiledGraph compile(Graph graph, Map<String, HostTensor> parameters) {
    return new InterpretedGraph(this, graph, parameters);
  }

  /**
   * Returns the bytes that tensors of this backend occupy now, parameters and pools included. When
   * no scope and no compiled graph is open any more, memory kept for reuse is given back, and the
   * number is what it was at first.
   */
  long memoryBytes();

  /** Frees everything, open scopes included. Does nothing the second time. */
  @Override
  void close();
}
