package dev.pleas.api.backend;

import java.util.Map;

/** A graph with its parameters on a backend, ready to run. */
public interface CompiledGraph extends AutoCloseable {
  /**
   * Runs the graph on one batch.
   *
   * @param scope gets the outputs; must be of the backend that compiled the graph
   * @param inputs by input name, with the batch axis; not modified, not closed
   * @return the outputs by output name, in the graph's order, new tensors of {@code scope}.
   *     Intermediate values are freed before this returns.
   * @throws dev.pleas.api.error.ShapeException if an input is missing or does not have the graph's
   *     shape
   */
  Map<String, Tensor> run(TensorScope scope, Map<String, Tensor> inputs);

  /** Frees the parameters. Does nothing the second time. */
  @Override
  void close();
}
