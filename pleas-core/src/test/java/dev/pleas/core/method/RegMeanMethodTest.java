package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** RegMean by its definition: no weight is closer to what both sources do on their own inputs. */
class RegMeanMethodTest {
  @AutoClose private final TensorBackend backend = Merging.backend();
  private final RandomSamples samples = new RandomSamples(3, 50, Shape.of(4, 3));

  private static Graph graph() {
    GraphBuilder g = new GraphBuilder(Shape.of(4, 3));
    String x = g.gelu("gelu", g.linear("first", GraphBuilder.INPUT, 5));
    return g.output("logits", g.linear("second", g.pool("pool", x), 3)).build();
  }

  private Model merge(Model a, Model b, String offDiagonal) {
    return new RegMeanMethod()
        .merge(
            new MergeRequest(
                List.of(a, b),
                List.of("a", "b"),
                samples,
                Map.of("heads", "shared", "off-diagonal", offDiagonal, "rows-per-column", "0"),
                1,
                Merging.tools(backend),
                Progress.NONE))
        .model();
  }

  @Test
  void merge_leastSquares_isStationaryForTheSumOfBothErrors() {
    Model a = RandomTransformers.weights(graph(), 1);
    Model b = RandomTransformers.weights(graph(), 2);

    Model merged = merge(a, b, "1");

    // The gradient Σ (W − Wₛ)·XₛᵀXₛ, of terms that are far from 0 each.
    Plain w = Plain.of(merged.parameter("second.weight"));
    double[][] gradient = new double[3][5];
    double largest = 0;
    for (Model source : List.of(a, b)) {
      Plain x = PlainNetwork.values(source, samples).get("pool");
      Plain own = Plain.of(source.parameter("second.weight"));
      for (int j = 0; j < 3; j++) {
        for (int i = 0; i < 5; i++) {
          double term = 0;
          for (int k = 0; k < 5; k++) {
            double gram = 0;
            for (int n = 0; n < 50; n++) {
              gram += x.get(n, k, 0) * x.get(n, i, 0);
            }
            term += (w.get(j, k, 0) - own.get(j, k, 0)) * gram;
          }
          gradient[j][i] += term;
          largest = Math.max(largest, Math.abs(term));
        }
      }
    }
    assertThat(largest).isGreaterThan(0.1);
    for (double[] row : gradient) {
      for (double entry : row) {
        // Float32 products and weights, 6e-8 each, in sums of 50 and 5.
        assertThat(entry).isCloseTo(0, within(1e-4 * largest));
      }
    }
    for (int j = 0; j < 3; j++) {
      float mean = a.parameter("second.bias").values()[j] / 2;
      mean += b.parameter("second.bias").values()[j] / 2;
      assertThat(merged.parameter("second.bias").values()[j]).isEqualTo(mean);
    }
  }

  @Test
  void merge_diagonalAlone_isAMeanWeightedInputByInput() {
    Model a = RandomTransformers.weights(graph(), 1);
    Model b = RandomTransformers.weights(graph(), 2);

    Plain w = Plain.of(merge(a, b, "0").parameter("second.weight"));

    Plain xa = PlainNetwork.values(a, samples).get("pool");
    Plain xb = PlainNetwork.values(b, samples).get("pool");
    for (int i = 0; i < 5; i++) {
      double ga = 0;
      double gb = 0;
      for (int n = 0; n < 50; n++) {
        ga += xa.get(n, i, 0) * xa.get(n, i, 0);
        gb += xb.get(n, i, 0) * xb.get(n, i, 0);
      }
      for (int j = 0; j < 3; j++) {
        double expected =
            (ga * a.parameter("second.weight").values()[j * 5 + i]
                    + gb * b.parameter("second.weight").values()[j * 5 + i])
                / (ga + gb);
        assertThat(w.get(j, i, 0)).isCloseTo(expected, within(1e-6));
      }
    }
  }

  @Test
  void merge_withItself_isTheSameNetwork() {
    Model a = RandomTransformers.weights(graph(), 1);

    Model merged = merge(a, a, "0.9");

    for (String name : a.parameters().keySet()) {
      Plain own = Plain.of(a.parameter(name));
      assertThat(Plain.of(merged.parameter(name)).distance(own)).as(name).isLessThan(1e-5);
    }
  }
}
