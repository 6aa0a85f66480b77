package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person is told who asks {@code pleas} for something it cannot do. */
class ErrorMessagesTest {
  @AutoClose private final TensorBackend backend = new ReferenceBackend();
  private final Samples samples = new RandomSamples(1, 6, RandomNetworks.input());
  private final Model a = network(5, 4);
  private final Model b = network(5, 4);

  private Model network(int width, int classes) {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu", g.norm("bn1", g.conv("conv1", GraphBuilder.INPUT, width, 3, 1)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), classes)).build();
    return RandomNetworks.weights(graph, width, samples);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String... settings) {
    return assertThatThrownBy(() -> Merging.merge(backend, a, b, samples, settings));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.9", "2.1", "NaN", "-1", "one", ""})
  void merge_budgetOutOfRange_saysTheRange(String budget) {
    assertRefused("budget", budget)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("budget: expected a number from 1 to 2, found \"" + budget + "\"");
  }

  @Test
  void merge_ratiosAndABudget_isRefused() {
    for (String other : List.of("budget", "allocation")) {
      assertRefused("ratios", "*=0.5", other, "uniform")
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "ratios say how much of each group is kept apart, so there is no "
                  + other
                  + " to share out; leave one of the two away");
    }
  }

  @Test
  void merge_unknownSetting_listsTheKnownOnes() {
    assertRefused("buget", "1.5")
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "unknown setting buget; there are: budget, budget-unit, allocation, ratios,")
        .hasMessageContaining("batch-size");
  }

  @ParameterizedTest
  @CsvSource({
    "similarity, cosine, 'one of correlation, inner-product, distance'",
    "refit, always, 'one of merged, sources, none'",
    "heads, both, 'one of auto, shared, separate, union'",
    "budget-unit, seconds, 'one of flops, parameters'",
    "check-symmetry, yes, true or false",
    "batch-size, many, a whole number from 0 to 1048576",
    "batch-size, 1.5, a whole number from 0 to 1048576",
    "rows-per-column, -1, a whole number from 0 to 2147483647",
  })
  void merge_settingOfAnotherKind_saysWhatIsAllowed(String name, String value, String expected) {
    assertRefused(name, value)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(name + ": expected " + expected + ", found \"" + value + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1e-9", "NaN", "Infinity", "small"})
  void merge_ridgeOutOfRange_saysAtLeastZero(String ridge) {
    assertRefused("ridge", ridge)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("ridge: expected a finite number of at least 0, found \"" + ridge + "\"");
  }

  @Test
  void merge_noCalibrationData_asksForSome() {
    String message =
        "no calibration data: this method runs both networks on some inputs; give it some";
    assertThatThrownBy(() -> Merging.merge(backend, a, b, null))
        .isInstanceOf(DataException.class)
        .hasMessage(message);
    Samples none = new RandomSamples(1, 0, RandomNetworks.input());
    assertThatThrownBy(() -> Merging.merge(backend, a, b, none))
        .isInstanceOf(DataException.class)
        .hasMessage(message);
  }

  @Test
  void merge_samplesOfAnotherShape_namesBothShapes() {
    Samples grey = new RandomSamples(1, 6, Shape.of(1, 7, 7));
    assertThatThrownBy(() -> Merging.merge(backend, a, b, grey))
        .isInstanceOf(DataException.class)
        .hasMessage("calibration data: the networks expect inputs [3, 7, 7], found [1, 7, 7]");
  }

  @Test
  void merge_sharedHeadsOfDifferentSizes_suggestsSeparateOnes() {
    assertThatThrownBy(() -> Merging.merge(backend, a, network(5, 3), samples, "heads", "shared"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "heads = shared needs as many classes in all networks: a has outputs of sizes [4], b"
                + " of [3]; use heads = separate");
  }

  @Test
  void merge_separateHeadsThatAreNoLinearLayers_suggestsSharedOnes() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.conv("conv1", GraphBuilder.INPUT, 4, 3, 1);
    Graph graph = g.output("features", g.pool("pool", x)).build();
    Model model = RandomNetworks.weights(graph, 1, samples);
    assertThatThrownBy(() -> Merging.merge(backend, model, model, samples, "heads", "separate"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("output features is made by pool, which is no linear layer")
        .hasMessageEndingWith("use heads = shared");
  }

  @Test
  void merge_networksOfDifferentWidth_namesTheFirstParameterAndBothShapes() {
    assertThatThrownBy(() -> Merging.merge(backend, a, network(7, 4), samples))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "conv1.weight: a has [5, 3, 3, 3], b has [7, 3, 3, 3]: a is hand-made, b is hand-made;"
                + " merge networks of one architecture and of the same widths");
  }

  @Test
  void merge_aLayerThatOneHasNot_namesIt() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.relu("relu", g.norm("bn1", g.conv("conv1", GraphBuilder.INPUT, 5, 3, 1)));
    x = g.conv("conv2", x, 5, 1, 1);
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 4)).build();
    Model deeper = RandomNetworks.weights(graph, 1, samples);
    assertThatThrownBy(() -> Merging.merge(backend, a, deeper, samples))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("conv2.weight: a has no such tensor, b has [5, 5, 1, 1]:");
    assertThatThrownBy(() -> Merging.merge(backend, deeper, a, samples))
        .hasMessageStartingWith("conv2.weight: a has [5, 5, 1, 1], b has no such tensor:");
  }

  @Test
  void merge_sameParametersInAnotherOrderOfOperations_namesTheFirstNode() {
    GraphBuilder g = new GraphBuilder(RandomNetworks.input());
    String x = g.norm("bn1", g.relu("relu", g.conv("conv1", GraphBuilder.INPUT, 5, 3, 1)));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 4)).build();
    Model other = RandomNetworks.weights(graph, 1, samples);
    assertThatThrownBy(() -> Merging.merge(backend, a, other, samples))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("the networks compute differently: a has bn1 = BatchNorm[")
        .hasMessageContaining(", b has relu = Relu[]");
  }

  @Test
  void merge_inputsOfDifferentSizes_namesBoth() {
    Model large = new Model(a.graph().withInput(Shape.of(3, 9, 9)), a.parameters());
    assertThatThrownBy(() -> Merging.merge(backend, a, large, samples))
        .isInstanceOf(ModelException.class)
        .hasMessage("inputs differ: a takes {input=[3, 7, 7]}, b takes {input=[3, 9, 9]}");
  }
}
