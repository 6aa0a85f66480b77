package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.model.Model;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * No perturbation of any refitted layer lowers its objective. Objectives are evaluated on raw rows:
 * inputs by running the finished network's prefix (or the sources) in float64 and unfolding,
 * targets by mixing the sources' outputs.
 */
class RefitOptimalityTest {
  /** Large enough for a ridge of half or twice the size to be told apart. */
  private static final double RIDGE = 0.1;

  @Property(tries = 3)
  void refit_onInputsOfTheMergedNetwork_isOptimal(@ForAll @IntRange(max = 10_000) int seed) {
    assertOptimal(resNets(seed, 0.5), RefitInputs.MERGED, true);
  }

  @Property(tries = 2)
  void refit_withEverythingMerged_isOptimal(@ForAll @IntRange(max = 10_000) int seed) {
    assertOptimal(resNets(seed, 1), RefitInputs.MERGED, true);
  }

  @Property(tries = 2)
  void refit_onInputsOfTheSources_isOptimal(@ForAll @IntRange(max = 10_000) int seed) {
    assertOptimal(resNets(seed, 0.5), RefitInputs.SOURCES, true);
  }

  @Property(tries = 2)
  void refit_withoutRecalibration_isOptimalWithoutIntercept(
      @ForAll @IntRange(max = 10_000) int seed) {
    assertOptimal(resNets(seed, 0.5), RefitInputs.MERGED, false);
  }

  @Property(tries = 2)
  void refit_separateHeads_isOptimalForEachOnItsOwnLogits(
      @ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model a = RandomNetworks.weights(RandomNetworks.resNet(seed, 4), seed, samples);
    Model b = RandomNetworks.weights(RandomNetworks.resNet(seed, 3), seed + 1, samples);
    assertOptimal(Prepared.of(a, b, samples, 0.5, Set.of("fc")), RefitInputs.MERGED, true);
  }

  @Example
  void refit_depthwiseConvolution_isOptimal() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu1", g.norm("bn1", g.conv("expand", GraphBuilder.INPUT, 5, 1, 1)));
    x = g.relu("relu2", g.norm("bn2", g.conv("depthwise", x, 5, 3, 1, 5, true)));
    x = g.relu("relu3", g.norm("bn3", g.conv("project", x, 7, 1, 1)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();

    List<String> refitted = assertOptimal(pair(graph, 11, 0.5), RefitInputs.MERGED, true);

    assertThat(refitted).contains("depthwise", "project", "fc");
  }

  /** Wide enough for its groups to be fitted in several parts. */
  @Example
  void refit_wideDepthwiseConvolution_isOptimal() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu1", g.norm("bn1", g.conv("expand", GraphBuilder.INPUT, 22, 1, 1)));
    x = g.relu("relu2", g.norm("bn2", g.conv("depthwise", x, 22, 3, 1, 22, true)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();
    Prepared prepared = pair(graph, 15, 0.5);
    Graph merged = prepared.initial().graph();
    assertThat(LayerPart.of(Objects.requireNonNull(Layer.of(merged, 3)))).hasSizeGreaterThan(1);

    List<String> refitted = assertOptimal(prepared, RefitInputs.MERGED, true);

    assertThat(refitted).contains("depthwise", "fc");
  }

  @Example
  void refit_groupedConvolution_isOptimal() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu1", g.norm("bn1", g.conv("before", GraphBuilder.INPUT, 4, 1, 1)));
    x = g.relu("relu2", g.norm("bn2", g.conv("grouped", x, 6, 3, 1, 2, false)));
    x = g.relu("relu3", g.norm("bn3", g.conv("after", x, 7, 1, 1)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();

    List<String> refitted = assertOptimal(pair(graph, 12, 0.5), RefitInputs.MERGED, true);

    assertThat(refitted).contains("grouped", "after", "fc");
  }

  @Example
  void refit_linearLayersWithoutNonlinearity_isOptimal() {
    // The mean of two products is not the product of two means: the second convolution has to be
    // refitted although its input is exactly the mean of the sources'.
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv1", GraphBuilder.INPUT, 5, 3, 1, 1, true);
    x = g.conv("conv2", x, 7, 3, 1, 1, true);
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 3)).build();

    for (double share : new double[] {1, 0.5}) {
      List<String> refitted = assertOptimal(pair(graph, 13, share), RefitInputs.MERGED, true);
      assertThat(refitted).containsExactly("conv2", "fc");
    }
  }

  @Example
  void refit_convolutionsThatNoNormalizationCorrects_areOptimalWithoutIntercept() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu1", g.norm("bn1", g.conv("first", GraphBuilder.INPUT, 5, 1, 1)));
    x = g.relu("relu2", g.conv("rectified", x, 7, 3, 1));
    String shared = g.conv("shared", x, 5, 1, 1);
    x = g.add("add", g.norm("bn2", shared), shared);
    String tapped = g.conv("tapped", x, 3, 1, 1);
    x = g.pool("pool", g.relu("relu3", g.norm("bn3", tapped)));
    Graph graph = g.output("logits", g.linear("fc", x, 3)).output("map", tapped).build();

    List<String> refitted = assertOptimal(pair(graph, 14, 0.5), RefitInputs.MERGED, true);

    assertThat(refitted).contains("rectified", "shared", "tapped");
  }

  @Property(tries = 4)
  void refit_transformersFittedToTheStream_isOptimal(@ForAll @IntRange(max = 10_000) int seed) {
    List<String> refitted = assertOptimal(transformers(seed), RefitInputs.MERGED, true);

    assertThat(refitted).contains("block1.query", "block1.project", "block1.down", "head");
  }

  @Property(tries = 2)
  void refit_transformersOnInputsOfTheSources_isOptimal(@ForAll @IntRange(max = 10_000) int seed) {
    assertOptimal(transformers(seed), RefitInputs.SOURCES, true);
  }

  private static Prepared transformers(int seed) {
    RandomSamples samples = Family.VIT.samples(seed, 60);
    Graph graph = RandomTransformers.vit(seed, 4);
    Model a = RandomTransformers.weights(graph, seed);
    Model b = RandomTransformers.weights(graph, seed + 1);
    return Prepared.of(a, b, samples, 0.5, Set.of());
  }

  private static Prepared resNets(int seed, double share) {
    return pair(RandomNetworks.resNet(seed, 4), seed, share);
  }

  private static Prepared pair(Graph graph, int seed, double share) {
    RandomSamples samples = new RandomSamples(seed, 40, RandomNetworks.input());
    Model a = RandomNetworks.weights(graph, seed, samples);
    Model b = RandomNetworks.weights(graph, seed + 1, samples);
    return Prepared.of(a, b, samples, share, Set.of());
  }

  /** Returns the layers that were refitted. */
  private static List<String> assertOptimal(
      Prepared prepared, RefitInputs inputs, boolean recalibrate) {
    LayerPass.Result result =
        prepared.run(
            new LayerPass.Settings(inputs, true, recalibrate, new Ridge(RIDGE), Set.of(), 1, 0, 1),
            16);
    assertThat(result.layers()).isNotEmpty();
    Model merged = result.model();
    List<Map<String, Plain>> values =
        prepared.sources().stream()
            .map(source -> PlainNetwork.values(source, prepared.samples()))
            .toList();
    Map<String, Plain> valuesMerged = PlainNetwork.values(merged, prepared.samples());
    for (MergeReport.Layer layer : result.layers()) {
      Node node =
          merged.graph().nodes().stream()
              .filter(n -> n.name().equals(layer.name()))
              .findFirst()
              .orElseThrow();
      String value = node.inputs().get(0);
      BlockLayout in = prepared.layouts().ofValue(value);
      BlockLayout out = prepared.layouts().ofValue(node.name());
      Plain x =
          inputs == RefitInputs.MERGED
              ? valuesMerged.get(value)
              : RawLayer.mix(in, of(value, values));
      if (node.op() instanceof Op.Conv2d conv) {
        x = x.unfold(conv.window());
      }
      Plain y = target(node, merged.graph(), inputs, out, values, valuesMerged);
      y = needed(y, x.dim(1), node, merged.graph());
      x = needed(x, x.dim(1), node, merged.graph());
      assertThat(layer.rowsAvailable())
          .isEqualTo(
              prepared.samples().count() * merged.graph().valueShape(node.name()).elementsFrom(1));
      boolean normalized =
          recalibrate
              && merged.graph().nodes().stream()
                  .filter(n -> n.inputs().contains(node.name()))
                  .allMatch(n -> n.op() instanceof Op.BatchNorm)
              && !merged.graph().outputs().containsValue(node.name());
      assertOptimal(node, in, out, x, y, normalized, prepared.initial(), merged, layer);
    }
    return result.layers().stream().map(MergeReport.Layer::name).toList();
  }

  /**
   * What a layer is fitted to: its own output; or, where that is scaled or added to a stream, what
   * comes of it there, less the merged stream before.
   */
  private static Plain target(
      Node node,
      Graph graph,
      RefitInputs inputs,
      BlockLayout out,
      List<Map<String, Plain>> values,
      Map<String, Plain> valuesMerged) {
    Node last = node;
    Node scale = scaleAfter(node, graph);
    if (scale != null) {
      last = scale;
    }
    Node sum = onlyReader(last, graph);
    if (sum == null
        || !(sum.op() instanceof Op.Add)
        || inputs != RefitInputs.MERGED
        || !sum.inputs().get(1).equals(last.name())) {
      return RawLayer.mix(out, of(last.name(), values));
    }
    Plain stream = RawLayer.mix(out, of(sum.name(), values));
    return stream.plus(valuesMerged.get(sum.inputs().get(0)).times(-1));
  }

  private static List<Plain> of(String value, List<Map<String, Plain>> values) {
    return values.stream().map(one -> one.get(value)).toList();
  }

  private static @Nullable Node scaleAfter(Node node, Graph graph) {
    Node reader = onlyReader(node, graph);
    return reader != null && reader.op() instanceof Op.Scale ? reader : null;
  }

  private static @Nullable Node onlyReader(Node node, Graph graph) {
    List<Node> readers =
        graph.nodes().stream().filter(n -> n.inputs().contains(node.name())).toList();
    return readers.size() == 1 ? readers.get(0) : null;
  }

  /** The class token alone behind the last attention, if it is the answer and there is enough. */
  private static Plain needed(Plain rows, int columns, Node node, Graph graph) {
    boolean last =
        List.of("block1.query", "block1.project", "block1.up", "block1.down").contains(node.name());
    boolean token = graph.nodes().stream().anyMatch(n -> n.name().equals("first"));
    boolean enough = rows.dim(0) >= 4 * columns;
    return last && token && enough ? rows.gather(2, new int[] {0}) : rows;
  }

  private static double[][] timesRows(double[][] w, double @Nullable [] factors) {
    for (int j = 0; factors != null && j < w.length; j++) {
      for (int i = 0; i < w[j].length; i++) {
        w[j][i] *= factors[j];
      }
    }
    return w;
  }

  private static double[] times(double[] values, double @Nullable [] factors) {
    double[] out = values.clone();
    for (int j = 0; factors != null && j < out.length; j++) {
      out[j] *= factors[j];
    }
    return out;
  }

  private static double @Nullable [] scale(Node node, Model model) {
    Node scale = scaleAfter(node, model.graph());
    return scale == null
        ? null
        : Plain.of(model.parameter(scale.op().parameters().get(0))).values();
  }

  private static void assertOptimal(
      Node node,
      BlockLayout in,
      BlockLayout out,
      Plain x,
      Plain y,
      boolean normalized,
      Model initial,
      Model merged,
      MergeReport.Layer report) {
    List<String> names = node.op().parameters();
    int groups = node.op() instanceof Op.Conv2d conv ? conv.groups() : 1;
    Plain weight = Plain.of(merged.parameter(names.get(0)));
    double[] scale = scale(node, merged);
    double[] scale0 = scale(node, initial);
    double[][] w = timesRows(dense(weight, groups), scale);
    double[][] w0 = timesRows(dense(Plain.of(initial.parameter(names.get(0))), groups), scale0);
    @Nullable String biasName = names.size() > 1 ? names.get(1) : null;
    RawLayer raw = new RawLayer(x, y, RIDGE, biasName != null || normalized);
    List<int[]> free = free(in, out, w, (int) weight.shape().elementsFrom(2), groups);

    double[] bias =
        biasName != null
            ? times(Plain.of(merged.parameter(biasName)).values(), scale)
            : normalized ? raw.bestBias(w) : new double[w.length];
    double best = raw.objective(w, bias, w0);
    double scatter = raw.scatter();
    assertThat(report.rows()).as(node.name()).isEqualTo(raw.x.length);
    // By moments the error is a difference of sums as large as this, whose float32 products are off
    // by 6e-8 each; measured 1e-7.
    double magnitude = raw.magnitude(w, bias);
    assertThat(report.errorAfter() * scatter)
        .as(node.name())
        .isCloseTo(raw.error(w, bias), within(1e-6 * magnitude));

    double[] bias0 =
        biasName != null
            ? times(Plain.of(initial.parameter(biasName)).values(), scale0)
            : normalized ? raw.bestBias(w0) : new double[w.length];
    assertThat(report.errorBefore() * scatter)
        .as(node.name())
        .isCloseTo(raw.error(w0, bias0), within(1e-6 * raw.magnitude(w0, bias0)));

    SplittableRandom random = new SplittableRandom(7);
    double typical = typical(w);
    for (double step : new double[] {1e-1, 1e-2, 1e-3}) {
      for (int attempt = 0; attempt < 4; attempt++) {
        double[][] moved = copy(w);
        for (int[] entry : free) {
          moved[entry[0]][entry[1]] += step * typical * random.nextGaussian();
        }
        double[] movedBias = bias.clone();
        if (biasName != null && attempt % 2 == 0) {
          for (int j = 0; j < movedBias.length; j++) {
            movedBias[j] += step * random.nextGaussian();
          }
        } else if (normalized && biasName == null) {
          movedBias = raw.bestBias(moved);
        }
        // Float32 weights and products leave a gradient of about 1e-7 of the magnitude, which times
        // a step of 1e-3 is less than this; the step itself costs about 1e-6 of it.
        assertThat(raw.objective(moved, movedBias, w0))
            .as("%s moved by %s", node.name(), step)
            .isGreaterThan(best - 1e-9 * magnitude);
      }
    }
    // Towards and away from the initial weights in particular: where a ridge of the wrong size
    // shows.
    for (double step : new double[] {-0.01, 0.01}) {
      double[][] back = copy(w);
      for (int j = 0; j < w.length; j++) {
        for (int i = 0; i < w[j].length; i++) {
          back[j][i] += step * (w0[j][i] - w[j][i]);
        }
      }
      double[] backBias = normalized && biasName == null ? raw.bestBias(back) : bias;
      assertThat(raw.objective(back, backBias, w0))
          .as("%s moved by %s towards its initial weights", node.name(), step)
          .isGreaterThan(best - 1e-9 * magnitude);
    }
  }

  /** Rows of outputs over all columns of the unfolded inputs. */
  private static double[][] dense(Plain weight, int groups) {
    int outputs = weight.dim(0);
    int own = (int) weight.shape().elementsFrom(1);
    double[][] w = new double[outputs][own * groups];
    for (int j = 0; j < outputs; j++) {
      int first = j / (outputs / groups) * own;
      System.arraycopy(weight.values(), j * own, w[j], first, own);
    }
    return w;
  }

  /** The entries that may move; those between units of different sources must be zero. */
  private static List<int[]> free(
      BlockLayout in, BlockLayout out, double[][] w, int taps, int groups) {
    List<int[]> free = new ArrayList<>();
    for (int j = 0; j < w.length; j++) {
      int own = w[j].length / groups;
      for (int i = 0; i < w[j].length; i++) {
        boolean crosses = Collections.disjoint(in.members(i / taps), out.members(j));
        if (groups > 1 ? i / own == j / (w.length / groups) : !crosses) {
          free.add(new int[] {j, i});
        } else {
          assertThat(w[j][i]).isZero();
        }
      }
    }
    assertThat(free).isNotEmpty();
    return free;
  }

  private static double typical(double[][] w) {
    double sum = 0;
    for (double[] row : w) {
      for (double value : row) {
        sum += value * value / (w.length * row.length);
      }
    }
    return Math.sqrt(sum);
  }

  private static double[][] copy(double[][] w) {
    double[][] copy = new double[w.length][];
    for (int j = 0; j < w.length; j++) {
      copy[j] = w[j].clone();
    }
    return copy;
  }
}
