package dev.pleas.models.resnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
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
      int size = (int) shape.elements();
      for (int n = 0; n < inputs.shape().dim(0); n++) {
        double[] x = new double[size];
        for (int i = 0; i < size; i++) {
          x[i] = inputs.values()[n * size + i];
        }
        Map<String, double[]> values = new NaiveEvaluator(graph, parameters).run(x);
        int sample = n;
        graph
            .outputs()
            .forEach((output, value) -> compare(io.read(output), sample, values.get(value)));
      }
    }
  }

  private static void compare(HostTensor expected, int sample, double[] found) {
    double scale = 0;
    double difference = 0;
    assertThat(found).hasSize(expected.shape().dim(1));
    for (int k = 0; k < found.length; k++) {
      double logit = expected.values()[sample * found.length + k];
      scale = Math.max(scale, Math.abs(logit));
      difference = Math.max(difference, Math.abs(logit - found[k]));
    }
    assertThat(difference / scale).as(Arrays.toString(found)).isLessThan(TOLERANCE);
  }
}
