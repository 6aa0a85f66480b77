package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.model.Model;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RefitOptionsTest {
  private final RandomSamples samples = new RandomSamples(3, 40, RandomNetworks.input());
  private final Graph graph = RandomNetworks.resNet(3, 4);
  private final Model a = RandomNetworks.weights(graph, 3, samples);
  private final Model b = RandomNetworks.weights(graph, 4, samples);
  private final Prepared prepared = Prepared.of(a, b, samples, 0.5, Set.of());

  private LayerPass.Result run(Ridge ridge, Set<String> excluded, int passes) {
    return prepared.run(
        new LayerPass.Settings(RefitInputs.SOURCES, false, true, ridge, excluded, passes, 0, 1), 8);
  }

  private static Map<String, Double> errors(LayerPass.Result result) {
    return result.layers().stream()
        .collect(Collectors.toMap(MergeReport.Layer::name, MergeReport.Layer::errorAfter));
  }

  @Test
  void run_excludedLayers_keepTheirInitialWeights() {
    LayerPass.Result result = run(new Ridge(1e-4), Set.of("fc"), 1);

    assertThat(result.layers()).isNotEmpty().noneMatch(layer -> layer.name().equals("fc"));
    assertThat(result.model().parameter("fc.weight").values())
        .isEqualTo(prepared.initial().parameter("fc.weight").values());
    assertThat(run(new Ridge(1e-4), Set.of(), 1).model().parameter("fc.weight").values())
        .isNotEqualTo(prepared.initial().parameter("fc.weight").values());
  }

  /** Iterated Tikhonov regularization converges to the least-squares solution. */
  @Test
  void run_manyPassesWithAStrongRidge_endsAtTheErrorOfNone() {
    Map<String, Double> none = errors(run(new Ridge(1e-9), Set.of(), 1));
    Map<String, Double> one = errors(run(new Ridge(0.3), Set.of(), 1));
    Map<String, Double> few = errors(run(new Ridge(0.3), Set.of(), 3));
    Map<String, Double> many = errors(run(new Ridge(0.3), Set.of(), 60));

    assertThat(none).isNotEmpty();
    none.forEach(
        (layer, least) -> {
          assertThat(few.get(layer)).as(layer).isLessThan(one.get(layer));
          assertThat(many.get(layer)).as(layer).isLessThan(few.get(layer));
          // Directions of small variance converge last.
          assertThat(many.get(layer) - least).as(layer).isLessThan(0.4 * (one.get(layer) - least));
        });
  }

  @Test
  void run_severalPasses_reportTheErrorBeforeTheFirst() {
    Map<String, Double> once =
        run(new Ridge(0.3), Set.of(), 1).layers().stream()
            .collect(Collectors.toMap(MergeReport.Layer::name, MergeReport.Layer::errorBefore));

    assertThat(run(new Ridge(0.3), Set.of(), 2).layers())
        .isNotEmpty()
        .allSatisfy(layer -> assertThat(layer.errorBefore()).isEqualTo(once.get(layer.name())));
  }

  @Test
  void run_autoRidge_saysWhatWasChosen() {
    LayerPass.Result result = run(Ridge.AUTO, Set.of(), 1);

    assertThat(result.layers())
        .isNotEmpty()
        .allSatisfy(layer -> assertThat(layer.ridge()).isBetween(1e-6, 1.0));
    // Without held-out rows to judge on, the first candidate would win everywhere.
    assertThat(result.layers()).anyMatch(layer -> layer.ridge() > 1e-6);
    assertThat(result.layers().stream().map(MergeReport.Layer::rows).toList())
        .as("rows of the last fit: all")
        .isEqualTo(
            run(new Ridge(1e-4), Set.of(), 1).layers().stream()
                .map(MergeReport.Layer::rows)
                .toList());
  }
}
