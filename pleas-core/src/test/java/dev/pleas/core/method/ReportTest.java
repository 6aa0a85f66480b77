package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final RandomSamples samples = new RandomSamples(5, 30, RandomNetworks.input());
  private final Graph graph = RandomNetworks.resNet(5, 4);
  private final Model a = RandomNetworks.weights(graph, 6, samples);
  private final Model b = RandomNetworks.weights(graph, 7, samples);

  @Test
  void report_settings_areAllInForceWithAutomaticOnesResolved() {
    MergeReport report = Merging.merge(a, b, samples, "budget", "1.5").report();

    assertThat(report.settings())
        .containsKeys(
            PleasMethod.PARAMETERS.stream().map(MethodParameter::name).toArray(String[]::new))
        .containsEntry("budget", "1.5")
        .containsEntry("heads", "shared");
    assertThat(Integer.parseInt(report.settings().get("batch-size"))).isPositive();
    assertThat(report.notes()).anyMatch(note -> note.contains("one label space was assumed"));
    assertThat(report.stages()).isNotEmpty().allMatch(stage -> stage.elapsedNanos() >= 0);
  }

  @Test
  void report_groups_haveTheWidthsOfTheMergedNetwork() {
    MergeResult result = Merging.merge(a, b, samples, "budget", "1.5");

    assertThat(result.report().cost().flops()).isBetween(1.0, 1.5);
    assertThat(result.report().groups())
        .isNotEmpty()
        .allSatisfy(
            group -> {
              int width = result.model().graph().valueShape(group.name()).dim(0);
              assertThat(group.width()).isEqualTo(width);
              assertThat(group.width()).isEqualTo(2 * group.size() - group.merged());
              assertThat(group.similarityAfter()).isGreaterThanOrEqualTo(group.similarityBefore());
            });
  }

  @Test
  void report_similarities_areOneForEachSetAndHaveTheReportedMeans() {
    MergeResult result = Merging.merge(a, b, samples, "similarity", "correlation");

    for (MergeReport.Group group : result.report().groups()) {
      assertThat(group.similarities()).hasSize(group.size());
      assertThat(mean(group.similarities())).isCloseTo(group.similarityAfter(), within(1e-12));
      assertThat(mean(group.similaritiesBefore()))
          .isCloseTo(group.similarityBefore(), within(1e-12));
      assertThat(group.sources())
          .hasSize(2)
          .allSatisfy(
              units ->
                  assertThat(units.permutation()).hasSize(group.size()).doesNotHaveDuplicates());
    }
  }

  @Test
  void report_matrix_isOfTheLargestGroupUnlessAnotherIsNamed() {
    List<MergeReport.Group> groups = Merging.merge(a, b, samples).report().groups();
    int largest = groups.stream().mapToInt(MergeReport.Group::size).max().orElseThrow();
    assertThat(withMatrix(groups))
        .singleElement()
        .satisfies(g -> assertThat(g.size()).isEqualTo(largest));

    String last = groups.get(groups.size() - 1).name();
    groups = Merging.merge(a, b, samples, "similarity-matrix", last).report().groups();
    assertThat(withMatrix(groups)).extracting(MergeReport.Group::name).containsExactly(last);
    MergeReport.Group group = withMatrix(groups).get(0);
    assertThat(group.matrix().block()).isEqualTo(1);
    List<Integer> p = group.sources().get(1).permutation();
    for (int u = 0; u < group.size(); u++) {
      assertThat(group.matrix().after().get(u).get(u))
          .isEqualTo(group.matrix().before().get(u).get(p.get(u)))
          .isCloseTo(group.similarities().get(u), withinPercentage(0.1));
    }

    assertThat(
            withMatrix(Merging.merge(a, b, samples, "similarity-matrix", "none").report().groups()))
        .isEmpty();
    assertThatThrownBy(() -> Merging.merge(a, b, samples, "similarity-matrix", "nowhere"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "similarity-matrix: expected auto, none or the name of a group, found \"nowhere\"; groups: ")
        .hasMessageContaining(last);
  }

  private static List<MergeReport.Group> withMatrix(List<MergeReport.Group> groups) {
    return groups.stream().filter(group -> group.matrix() != null).toList();
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Test
  void blockMeans_sizeNoMultipleOfTheBlock_haveSmallerBlocksAtTheEnd() {
    Matrix matrix = Matrix.wrap(3, 3, new double[] {1, 2, 3, 4, 5, 6, 7, 8, 1.23456});

    assertThat(GroupReports.blockMeans(matrix, 2))
        .containsExactly(List.of(3.0, 4.5), List.of(7.5, 1.235));
  }

  @Test
  void report_normalizations_ofANetworkWithItselfKeepTheirVariance() {
    MergeReport report = Merging.merge(a, a, samples).report();

    assertThat(report.normalizations())
        .extracting(MergeReport.Normalization::name)
        .containsExactlyElementsOf(
            graph.nodes().stream()
                .filter(n -> n.op() instanceof Op.BatchNorm)
                .map(Node::name)
                .toList());
    // Float32 weights and sums: 1e-4 of a unit's variance and less.
    assertThat(report.normalizations())
        .allSatisfy(
            norm -> {
              assertThat(norm.before().min()).isCloseTo(1, within(1e-3));
              assertThat(norm.before().max()).isCloseTo(1, within(1e-3));
              assertThat(norm.after().min()).isCloseTo(1, within(1e-2));
              assertThat(norm.after().max()).isCloseTo(1, within(1e-2));
            });
  }

  @Test
  void report_normalizations_ofUnrelatedNetworksLoseVariance() {
    List<MergeReport.Normalization> found = Merging.merge(a, b, samples).report().normalizations();

    assertThat(found).anySatisfy(norm -> assertThat(norm.before().median()).isLessThan(0.9));
  }

  @Test
  void report_layers_areInExecutionOrderAndDoNotGetWorse() {
    MergeReport report = Merging.merge(a, b, samples, "budget", "1.5").report();
    List<String> nodes = graph.nodes().stream().map(Node::name).toList();

    assertThat(report.layers()).hasSizeGreaterThan(3);
    assertThat(report.layers())
        .extracting(layer -> nodes.indexOf(layer.name()))
        .isSorted()
        .doesNotContain(-1);
    assertThat(report.layers())
        .allSatisfy(
            layer -> {
              // The ridge can only keep the fit from getting better than it is, not make it worse
              // than the initial weights, whose penalty is 0.
              assertThat(layer.errorAfter()).isLessThanOrEqualTo(layer.errorBefore() + 1e-6);
              assertThat(layer.rows()).isEqualTo(layer.rowsAvailable());
              assertThat(layer.conditionEstimate()).isGreaterThanOrEqualTo(1);
            });
  }

  @Test
  void report_rowsPerColumn_usesAsManyPositionsOfEachSampleAsThatTakes() {
    for (int rowsPerColumn : new int[] {1, 3, 7}) {
      MergeResult result =
          Merging.merge(a, b, samples, "rows-per-column", Integer.toString(rowsPerColumn));

      assertThat(result.report().layers())
          .anySatisfy(layer -> assertThat(layer.rows()).isLessThan(layer.rowsAvailable()));
      for (MergeReport.Layer layer : result.report().layers()) {
        Shape weight = result.model().parameter(layer.name() + ".weight").shape();
        long wanted = rowsPerColumn * weight.elementsFrom(1);
        long perSample = (long) Math.ceil(wanted / (double) samples.count());
        long available = layer.rowsAvailable() / samples.count();
        assertThat(layer.rows())
            .as(layer.name())
            .isEqualTo(samples.count() * Math.min(available, perSample));
      }
    }
  }

  @Test
  void merge_sampledPositions_dependOnTheSeedAlone() {
    float[] weights = sampled(1);

    assertThat(sampled(1)).isEqualTo(weights);
    assertThat(sampled(2)).isNotEqualTo(weights);
  }

  /** The last layer's weights, which come after layers fitted at some positions only. */
  private float[] sampled(long seed) {
    try (TensorBackend backend = Merging.backend()) {
      return new PleasMethod()
          .merge(
              new MergeRequest(
                  List.of(a, b),
                  List.of("a", "b"),
                  samples,
                  Map.of("rows-per-column", "1"),
                  seed,
                  Merging.tools(backend),
                  Progress.NONE))
          .model()
          .parameter("fc.weight")
          .values();
    }
  }

  @Test
  void refit_none_leavesTheInitialWeights() {
    MergeResult result = Merging.merge(a, b, samples, "refit", "none", "normalization", "none");

    assertThat(result.report().layers()).isEmpty();
    // The first layer's inputs are everybody's: [mean of the paired rows].
    float[] first = result.model().parameter("conv1.weight").values();
    List<Integer> pairs = result.report().groups().get(0).sources().get(1).permutation();
    int row = first.length / pairs.size();
    for (int i = 0; i < first.length; i++) {
      float inA = a.parameter("conv1.weight").values()[i];
      float inB = b.parameter("conv1.weight").values()[pairs.get(i / row) * row + i % row];
      assertThat(first[i]).isEqualTo(0.5f * inA + 0.5f * inB);
    }
  }

  @Test
  void heads_separateWithDifferentClasses_areChosenAndNamedAfterTheSources() {
    Model other = RandomNetworks.weights(RandomNetworks.resNet(5, 3), 7, samples);
    MergeResult result = Merging.merge(a, other, samples);

    assertThat(result.report().settings()).containsEntry("heads", "separate");
    assertThat(result.report().notes()).anyMatch(note -> note.contains("each keeps its own head"));
    assertThat(result.model().graph().outputs())
        .containsOnly(
            org.assertj.core.api.Assertions.entry("a", "fc.a"),
            org.assertj.core.api.Assertions.entry("b", "fc.b"));
    assertThat(PlainNetwork.outputs(result.model(), samples).get("b").dim(1)).isEqualTo(3);
  }
}
