package dev.pleas.bench;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.CRC32;

/** Networks with random weights. */
final class RandomNetwork {
  private RandomNetwork() {}

  /**
   * Makes a network.
   *
   * @param number networks of different numbers have different weights
   */
  static Model of(NetworkShape form, int number) {
    Adaptation.Adapted adapted = adapt(form);
    Graph graph = adapted.graph();
    return new Model(
        graph,
        adapted
            .layout()
            .unpack(
                graph.parameters(),
                name ->
                    parameter(
                        name, Objects.requireNonNull(form.tensors().get(name)).shape(), number)));
  }

  private static Adaptation.Adapted adapt(NetworkShape form) {
    Adaptation adaptation =
        Task.select(ModelAdapterProvider.class, form.adapter())
            .provider()
            .create()
            .adapt(form.tensors(), form.metadata(), form.input());
    if (adaptation instanceof Adaptation.Adapted adapted) {
      return adapted;
    }
    throw new IllegalStateException(form + ": " + adaptation);
  }

  /**
   * Returns weights of variance 2 / fan-in, scales and variances around 1, biases and means around
   * 0. Seeded by name, so that they do not depend on an order.
   */
  private static HostTensor parameter(String name, Shape shape, int number) {
    CRC32 seed = new CRC32();
    seed.update(name.getBytes(StandardCharsets.UTF_8));
    double offset = 0;
    double scale = 0.1;
    if (shape.rank() > 1) {
      scale = Math.sqrt(6.0 / shape.elementsFrom(1));
    } else if (name.endsWith("weight") || name.endsWith("running_var")) {
      offset = 1;
    }
    int n = Math.toIntExact(shape.elements());
    long own = seed.getValue() + ((long) number << 32);
    return HostTensor.wrap(shape, Uniform.floats(own, n, offset, scale));
  }
}
