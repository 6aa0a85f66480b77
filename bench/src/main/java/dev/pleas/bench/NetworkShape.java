package dev.pleas.bench;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.Shape;
import java.util.Map;

/** What the names and shapes of a network's tensors follow from. */
interface NetworkShape {
  /** Returns the id of the adapter that knows the network. */
  String adapter();

  /** Returns [channels, height, width] of an input. */
  Shape input();

  /** Returns the tensors by name. */
  Map<String, TensorInfo> tensors();

  /** Returns what the tensors do not say. */
  Map<String, String> metadata();

  /**
   * Returns the shape of a network that {@link ResNetShape} or {@link VitShape} knows.
   *
   * @throws IllegalArgumentException if neither does
   */
  static NetworkShape named(String name) {
    return name.startsWith("vit") ? VitShape.named(name) : ResNetShape.named(name);
  }
}
