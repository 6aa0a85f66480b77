package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.budget.Cost;
import dev.pleas.core.symmetry.Symmetry;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The derived groups against those that the authors' code finds; see the resources' README. */
class SymmetryGroupsTest {
  @ParameterizedTest
  @CsvSource({"resnet20, 12", "resnet18, 12", "resnet50, 37", "resnet101, 71"})
  void derive_realArchitectures_givesTheAuthorsGroups(String network, int groups)
      throws IOException {
    JsonNode expected = read(network);
    Graph graph = graph(expected);

    PermutationSpec spec = Symmetry.derive(graph);

    Set<Set<Axis>> found = new HashSet<>();
    for (PermutationSpec.Group group : spec.groups()) {
      found.add(group.axes());
      Axis first = group.axes().first();
      assertThat(group.size()).isEqualTo(graph.parameterShape(first.parameter()).dim(first.axis()));
    }
    assertThat(found).isEqualTo(axes(expected)).hasSize(groups);
    assertThat(Cost.multiplyAccumulates(graph)).isEqualTo(expected.get("macs").asLong());
    assertThat(graph.architecture()).isEqualTo(network);
  }

  private static JsonNode read(String network) throws IOException {
    try (InputStream in =
        SymmetryGroupsTest.class.getResourceAsStream("symmetry/" + network + ".json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static Graph graph(JsonNode network) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    network
        .get("parameters")
        .properties()
        .forEach(
            field -> {
              Shape shape = shape(field.getValue());
              DType type = shape.rank() == 0 ? DType.I64 : DType.F32;
              tensors.put(field.getKey(), new TensorInfo(type, shape));
            });
    Adaptation adaptation =
        Registry.of(SymmetryGroupsTest.class.getClassLoader())
            .select(ModelAdapterProvider.class, "resnet")
            .provider()
            .create()
            .adapt(tensors, Map.of(), shape(network.get("input")));
    assertThat(adaptation).isInstanceOf(Adaptation.Adapted.class);
    return ((Adaptation.Adapted) adaptation).graph();
  }

  private static Shape shape(JsonNode dims) {
    int[] lengths = new int[dims.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = dims.get(i).asInt();
    }
    return Shape.of(lengths);
  }

  private static Set<Set<Axis>> axes(JsonNode network) {
    Set<Set<Axis>> groups = new HashSet<>();
    for (JsonNode group : network.get("groups")) {
      Set<Axis> axes = new TreeSet<>();
      group
          .get("axes")
          .forEach(axis -> axes.add(new Axis(axis.get(0).asText(), axis.get(1).asInt())));
      groups.add(axes);
    }
    return groups;
  }
}
