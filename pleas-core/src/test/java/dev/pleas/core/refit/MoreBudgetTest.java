package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * A larger budget keeps more units apart, and those that it merges are among those that a smaller
 * one merges. Fitted on inputs of the sources, an output that both merge is a combination of more
 * inputs, of which the fewer inputs are combinations: its squared error cannot rise. With
 * everything apart nothing is left to fit.
 */
class MoreBudgetTest {
  private static final double[] SHARES = {1, 0.75, 0.5, 0.25};

  @Property(tries = 3)
  void fit_moreUnitsApart_neverRaisesTheErrorOfOutputsThatStayMerged(
      @ForAll @IntRange(max = 10_000) int seed) {
    RandomSamples samples = new RandomSamples(seed, 60, RandomNetworks.input());
    Graph graph = RandomNetworks.resNet(seed, 4);
    List<Model> sources =
        List.of(
            RandomNetworks.weights(graph, seed, samples),
            RandomNetworks.weights(graph, seed + 1, samples));
    List<Map<String, Plain>> values =
        sources.stream().map(source -> PlainNetwork.values(source, samples)).toList();
    Map<String, Double> errors = new HashMap<>();
    int compared = 0;
    int lower = 0;
    for (double share : SHARES) {
      Prepared prepared = Prepared.of(sources.get(0), sources.get(1), samples, share, Set.of());
      Model fitted =
          prepared
              .run(
                  new LayerPass.Settings(
                      RefitInputs.SOURCES, false, false, new Ridge(1e-9), Set.of(), 1, 0, 1),
                  60)
              .model();
      for (Node node : graph.nodes()) {
        if (node.op() instanceof Op.Conv2d conv) {
          RawLayer raw = raw(prepared, node, conv, values);
          double[][] w = rows(Plain.of(fitted.parameter(conv.weight())));
          BlockLayout outputs = prepared.layouts().ofValue(node.name());
          for (int j = 0; j < outputs.width(); j++) {
            if (outputs.members(j).size() == 2) {
              String unit = node.name() + " " + outputs.unit(0, j);
              double error = raw.error(w, j);
              double slack = 1e-5 * raw.square(j);
              Double before = errors.put(unit, error);
              if (before != null) {
                // Weights are rounded to float32, and the small ridge pulls.
                assertThat(error).as(unit + " at " + share).isLessThanOrEqualTo(before + slack);
                compared++;
                lower += error < before - slack ? 1 : 0;
              }
            }
          }
        }
      }
    }
    assertThat(compared).isGreaterThan(10);
    assertThat(lower).as("units that fit better with more budget").isPositive();
  }

  private static RawLayer raw(
      Prepared prepared, Node node, Op.Conv2d conv, List<Map<String, Plain>> values) {
    String input = node.inputs().get(0);
    Plain x =
        RawLayer.mix(
            prepared.layouts().ofValue(input), values.stream().map(v -> v.get(input)).toList());
    Plain y =
        RawLayer.mix(
            prepared.layouts().ofValue(node.name()),
            values.stream().map(v -> v.get(node.name())).toList());
    return new RawLayer(x.unfold(conv.window()), y, 0, false);
  }

  private static double[][] rows(Plain weight) {
    int q = weight.dim(0);
    int p = weight.values().length / q;
    double[][] rows = new double[q][p];
    for (int j = 0; j < q; j++) {
      System.arraycopy(weight.values(), j * p, rows[j], 0, p);
    }
    return rows;
  }
}
