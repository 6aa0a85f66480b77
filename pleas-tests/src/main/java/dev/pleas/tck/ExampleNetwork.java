package dev.pleas.tck;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network of an adapter's family, as {@link ModelAdapterContract} shows it to the adapter: what a
 * checkpoint's header would say of it. No weights are needed.
 *
 * @param name what a person calls it, for messages
 * @param tensors names, types and shapes of all tensors of the checkpoint
 * @param metadata the checkpoint's metadata
 * @param input the shape of one input that the network takes
 */
public record ExampleNetwork(
    String name, Map<String, TensorInfo> tensors, Map<String, String> metadata, Shape input) {
  /** Copies the maps. */
  public ExampleNetwork {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** Returns the same network with other tensors. */
  ExampleNetwork withTensors(Map<String, TensorInfo> other) {
    return new ExampleNetwork(name, other, metadata, input);
  }

  /** Returns {@link #name}. */
  @Override
  public String toString() {
    return name;
  }
}
