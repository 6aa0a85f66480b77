package dev.pleas.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerWorkTest {
  /** One convolution of an image of 8×8 that keeps its size. */
  private static LayerWork of(Shape weight, int groups, long samples, long rowsPerColumn) {
    Graph graph =
        new Graph(
            "one layer",
            Map.of("image", Shape.of(weight.dim(1) * groups, 8, 8)),
            List.of(
                new Node(
                    "layer",
                    new Op.Conv2d(
                        "weight", null, Window.square(weight.dim(2), 1, weight.dim(2) / 2), groups),
                    List.of("image"))),
            Map.of("logits", "layer"),
            Map.of("weight", weight));
    List<LayerWork> layers = LayerWork.of(graph, samples, rowsPerColumn);
    assertThat(layers).hasSize(1);
    return layers.get(0);
  }

  @Test
  void of_denseConvolution_isOneProblemOfAllItsInputs() {
    LayerWork work = of(Shape.of(20, 16, 3, 3), 1, 10, 0);
    assertThat(work).isEqualTo(new LayerWork(1, 144, 20, 640, 144 * 64));
    assertThat(work.gramEntries()).isEqualTo(144 * (144 + 20));
  }

  @Test
  void of_sampledPositions_areAsManyAsTheRowsTake() {
    // 2 rows for each of 144 columns from 10 images: 29 positions of each.
    assertThat(of(Shape.of(20, 16, 3, 3), 1, 10, 2))
        .isEqualTo(new LayerWork(1, 144, 20, 290, 144 * 29));
    assertThat(of(Shape.of(20, 16, 1, 1), 1, 10, 0).unfoldedPerSample()).isZero();
  }

  @Test
  void of_depthwiseConvolution_isManySmallProblems() {
    // 14 channels of 9 taps make 126 columns; 200 channels are 15 such parts.
    LayerWork work = of(Shape.of(200, 1, 3, 3), 200, 10, 0);
    assertThat(work).isEqualTo(new LayerWork(15, 126, 14, 640, 15 * 126 * 64));
    assertThat(work.gramEntries()).isEqualTo(15 * 126 * 140);
    assertThat(work.solutionEntries()).isEqualTo(15 * 126 * 14);
    assertThat(work.gramProducts()).isEqualTo(15 * 640 * (126 * 63 + 126 * 14));
    assertThat(work.solveProducts()).isEqualTo(15 * (126 * 126 * 21 + 126 * 126 * 14));
  }

  @Test
  void of_wideGroups_areAProblemEach() {
    assertThat(of(Shape.of(32, 24, 3, 3), 4, 10, 0))
        .isEqualTo(new LayerWork(4, 216, 8, 640, 4 * 216 * 64));
  }
}
