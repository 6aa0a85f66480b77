package dev.pleas.models.resnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Graphs against what PyTorch reports of torchvision's networks. */
class TorchvisionShapesTest {
  @ParameterizedTest
  @CsvSource({
    // blocks, downsamples, convolutions in a block; multiply-accumulates as in the paper's table 1
    "resnet18, 8, 3, 2, 1814073344",
    "resnet34, 16, 3, 2, 3663761408",
    "resnet50, 16, 4, 3, 4089184256",
    "resnet101, 33, 4, 3, 7801405440",
    "resnet152, 50, 4, 3, 11513626624",
    "wide_resnet50_2, 16, 4, 3, 11398021120",
    "resnet20, 9, 2, 2, 31021952",
  })
  void adapt_torchvisionsShapes_givesItsModulesShapesAndCost(
      String name, int blocks, int downsamples, int convolutions, long macs) {
    ShapeTable table = ShapeTable.load(name);
    boolean cifar = name.equals("resnet20");
    Shape input = cifar ? table.input() : null;

    Adapted adapted = (Adapted) new ResNetAdapter().adapt(table.infos(), Map.of(), input);
    Graph graph = adapted.graph();

    assertThat(graph.architecture()).isEqualTo(name);
    assertThat(graph.inputs()).containsExactly(Map.entry("input", table.input()));
    assertThat(graph.outputs()).containsExactly(Map.entry("logits", "fc"));
    int perBlock = 2 * convolutions + (convolutions - 1) + 2; // with normalizations, relus and add
    int stem = cifar ? 3 : 4;
    assertThat(graph.nodes()).hasSize(stem + blocks * perBlock + 2 * downsamples + 2);
    assertThat(macs(graph)).isEqualTo(table.macs()).isEqualTo(macs);
    table
        .values()
        .forEach(
            (module, shape) ->
                assertThat(graph.valueShape(value(module))).as(module).isEqualTo(shape));

    Set<String> all = new LinkedHashSet<>(graph.parameters().keySet());
    all.addAll(adapted.passengers());
    assertThat(all).containsExactlyInAnyOrderElementsOf(table.tensors().keySet());
    assertThat(adapted.passengers()).allMatch(tensor -> tensor.endsWith(".num_batches_tracked"));
    graph
        .parameters()
        .forEach((tensor, shape) -> assertThat(shape).isEqualTo(table.tensors().get(tensor)));
  }

  /** A block's own output is that of its last relu. */
  private static String value(String module) {
    return module.matches("layer\\d\\.\\d+") ? module + ".relu" : module;
  }

  static long macs(Graph graph) {
    Map<String, Shape> shapes = graph.parameters();
    return graph.nodes().stream()
        .collect(Collectors.summingLong(node -> macs(node, graph.valueShape(node.name()), shapes)));
  }

  private static long macs(Node node, Shape output, Map<String, Shape> parameters) {
    if (node.op() instanceof Op.Conv2d conv) {
      return output.elements() * parameters.get(conv.weight()).elementsFrom(1);
    }
    return node.op() instanceof Op.Linear linear ? parameters.get(linear.weight()).elements() : 0;
  }
}
