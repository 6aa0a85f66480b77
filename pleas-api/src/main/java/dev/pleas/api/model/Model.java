package dev.pleas.api.model;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network with its weights.
 *
 * @param graph what is computed
 * @param parameters the weights by name: exactly the graph's parameters, with its shapes
 */
public record Model(Graph graph, Map<String, HostTensor> parameters) {
  /**
   * Copies the map and checks names, shapes and values.
   *
   * @throws ModelException if a parameter is missing, superfluous, of another shape, or has a NaN
   *     or infinite value, naming it
   */
  public Model {
    for (Map.Entry<String, Shape> entry : graph.parameters().entrySet()) {
      @Nullable HostTensor value = parameters.get(entry.getKey());
      if (value == null || !value.shape().equals(entry.getValue())) {
        throw new ModelException(
            entry.getKey()
                + ": expected "
                + entry.getValue()
                + ", found "
                + (value == null ? "no such tensor" : value.shape()));
      }
      refuseNonFinite(entry.getKey(), value.values());
    }
    for (String name : parameters.keySet()) {
      if (!graph.parameters().containsKey(name)) {
        throw new ModelException(name + ": the network has no such parameter");
      }
    }
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * Reads a network's weights from a checkpoint whose tensors are its parameters.
   *
   * @throws ModelException as {@link #read(Graph, ParameterLayout, Checkpoint)}
   * @throws dev.pleas.api.error.CheckpointException if a tensor is missing or cannot be read
   */
  public static Model read(Graph graph, Checkpoint checkpoint) {
    return read(graph, ParameterLayout.PLAIN, checkpoint);
  }

  /**
   * Reads a network's weights from a checkpoint.
   *
   * @param graph the network, for instance what a {@link ModelAdapter} made of the checkpoint
   * @param layout how the checkpoint stores its parameters
   * @throws ModelException if a tensor has another shape or a NaN or infinite value, naming file
   *     and tensor
   * @throws dev.pleas.api.error.CheckpointException if a tensor is missing or cannot be read
   */
  public static Model read(Graph graph, ParameterLayout layout, Checkpoint checkpoint) {
    try {
      return new Model(
          graph,
          layout.unpack(
              graph.parameters(),
              name -> {
                HostTensor tensor = checkpoint.read(name);
                refuseNonFinite(name, tensor.values());
                return tensor;
              }));
    } catch (ModelException | IllegalArgumentException e) {
      throw new ModelException(checkpoint.path() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns a parameter.
   *
   * @throws IllegalArgumentException if there is no such parameter
   */
  public HostTensor parameter(String name) {
    @Nullable HostTensor value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return value;
  }

  private static void refuseNonFinite(String name, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new ModelException(
            name
                + ": element "
                + i
                + " is "
                + values[i]
                + "; a network with NaN or infinite weights cannot be used: check the checkpoint");
      }
    }
  }
}
