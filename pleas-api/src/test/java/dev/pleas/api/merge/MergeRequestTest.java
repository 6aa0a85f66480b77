package dev.pleas.api.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MergeRequestTest {
  /** A network of linear heads over one input, each with so many classes. */
  private static Model network(Map<String, Integer> heads) {
    Map<String, HostTensor> parameters = new TreeMap<>();
    Map<String, Shape> shapes = new TreeMap<>();
    List<Node> nodes = new ArrayList<>();
    Map<String, String> outputs = new TreeMap<>();
    heads.forEach(
        (name, classes) -> {
          Shape shape = Shape.of(classes, 1);
          shapes.put(name + ".w", shape);
          parameters.put(name + ".w", HostTensor.wrap(shape, new float[classes]));
          nodes.add(new Node(name, new Op.Linear(name + ".w", null), List.of("x")));
          outputs.put(name, name);
        });
    return new Model(
        new Graph("heads", Map.of("x", Shape.of(1)), nodes, outputs, shapes), parameters);
  }

  @SuppressWarnings("NullAway") // Tools and progress are not looked at.
  private static MergeRequest request(List<Model> sources, @Nullable LabelSpaces labels) {
    return new MergeRequest(
        sources, List.of("lo", "hi"), labels, null, null, Map.of(), 0, null, null);
  }

  private static final List<Model> PAIR =
      List.of(network(Map.of("fc", 2)), network(Map.of("fc", 3)));

  @Test
  void new_labelsForEverySource_areKept() {
    LabelSpaces labels = new LabelSpaces(List.of(List.of("a", "b"), List.of("b", "c", "d")));
    assertThat(request(PAIR, labels).labels()).isEqualTo(labels);
    assertThat(request(PAIR, null).labels()).isNull();
  }

  @Test
  void new_labelsForOtherSources_areRefused() {
    assertThatThrownBy(() -> request(PAIR, new LabelSpaces(List.of(List.of("a", "b")))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("labels: expected the classes of each of [lo, hi], found 1 lists");
  }

  @Test
  void new_wrongNumberOfLabels_isRefused() {
    LabelSpaces labels = new LabelSpaces(List.of(List.of("a", "b"), List.of("a", "b")));
    assertThatThrownBy(() -> request(PAIR, labels))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "labels of hi: expected 3 class names, one for each value of the network's output,"
                + " found 2; list them in the order of the output");
  }

  @Test
  void new_labelsForSeveralOutputs_areRefused() {
    Model both = network(Map.of("p", 2, "q", 2));
    LabelSpaces labels = new LabelSpaces(List.of(List.of("a", "b"), List.of("a", "b")));
    assertThatThrownBy(() -> request(List.of(both, both), labels))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "labels of lo: the network has the outputs [p, q], and labels are for networks with"
                + " one; merge without labels");
  }
}
