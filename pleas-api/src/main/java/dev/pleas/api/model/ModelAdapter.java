package dev.pleas.api.model;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.Shape;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Recognises an architecture from tensor names and shapes and describes it as a graph. Reads no
 * weights. The same tensors give the same network, in whatever order they come. Safe for use by
 * several threads.
 */
public interface ModelAdapter {
  /**
   * Describes the network.
   *
   * @param tensors names, types and shapes, as the checkpoint has them; not modified
   * @param metadata the checkpoint's metadata; not modified
   * @param input the shape of one input, [channels, height, width], or null for the usual one of
   *     the architecture
   * @return the graph, with one input, how the checkpoint's tensors store its parameters, and the
   *     tensors that store none; or why the tensors are not of this family
   * @throws dev.pleas.api.error.ModelException if the tensors are clearly of this family but
   *     damaged, of an unsupported variant or with others that the family does not have, naming the
   *     tensor, what was expected and found; or if the network cannot take the input
   */
  Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input);
}
