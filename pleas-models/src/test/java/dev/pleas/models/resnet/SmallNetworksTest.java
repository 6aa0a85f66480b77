package dev.pleas.models.resnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.safetensors.SafetensorsProvider;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole networks, files written by Python, against PyTorch's outputs (make_networks.py). */
class SmallNetworksTest {
  /** PyTorch computes in float32: some 20 layers with sums of up to 150 terms, 1e-5 is generous. */
  private static final double TOLERANCE = 1e-5;

  private static Checkpoint open(String name) {
    CheckpointFormat format = new SafetensorsProvider().create();
    try {
      return format.open(
          Path.of(Objects.requireNonNull(SmallNetworksTest.class.getResource(name), name).toURI()));
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basic      | resnet-basic[1,2,1,1]   | [logits]",
        "bottleneck | resnet-bottleneck[1,2,1]| [logits]",
        "grouped    | resnet-bottleneck[2,1]  | [logits]",
        "heads      | resnet-basic[2,1,1]     | [ant, unbiased, zebra]",
      })
  void adapt_smallNetworkOfPyTorch_computesItsOutputs(
      String name, String architecture, String outputs) {
    try (Checkpoint file = open("small-" + name + ".safetensors");
        Checkpoint io = open("small-" + name + "-io.safetensors")) {
      HostTensor inputs = io.read("input");
      Shape shape = inputs.shape().dropFirst();
      Adapted adapted = (Adapted) new ResNetAdapter().adapt(file.tensors(), file.metadata(), shape);
      Graph graph = adapted.graph();
      assertThat(graph.architecture()).isEqualTo(architecture);
      assertThat(graph.outputs().keySet()).hasToString(outputs);

      Map<String, HostTensor> parameters = new LinkedHashMap<>();
      graph
          .parameters()
          .keySet()
          .forEach(parameter -> parameters.put(parameter, file.read(parameter)));
      Map<String, Plain> values =
          PlainNetwork.values(graph, parameters, Map.of(graph.onlyInput(), Plain.of(inputs)));
      graph
          .outputs()
          .forEach((output, value) -> compare(Plain.of(io.read(output)), values.get(value)));
    }
  }

  private static void compare(Plain expected, Plain found) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    for (int n = 0; n < found.dim(0); n++) {
      Plain logits = expected.gather(0, new int[] {n});
      double difference = found.gather(0, new int[] {n}).distance(logits);
      assertThat(difference / logits.largest()).as("sample %d", n).isLessThan(TOLERANCE);
    }
  }
}
