package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Plans and statistics, of methods that have them: rules method719 to method723. */
abstract class MethodPlanRules extends MethodRules {
  /** Sums of float32 products over parts of different size, relative to the largest entry. */
  private static final double SUMMED = 1e-4;

  private PlannedMerge plan(MergeMethod method, Model second, Map<String, String> more) {
    if (!(method instanceof PlannedMethod planned)) {
      throw new TestAbortedException("the method makes no plans: it is no PlannedMethod");
    }
    Map<String, String> all = new LinkedHashMap<>(settings());
    all.putAll(more);
    List<Graph> graphs = List.of(a.graph(), second.graph());
    return planned.plan(new PlanRequest(graphs, List.of("first", "second"), null, all));
  }

  @Test
  void required_method719_planIsWhatAMergeMakes() {
    MergeMethod method = create();
    PlannedMerge plan = plan(method, b, Map.of());
    MergeResult merged = merge(method);
    Graph expected = merged.model().graph();
    assertEquals(expected.nodes(), plan.result().nodes(), "nodes of the planned network");
    assertEquals(
        expected.parameters(), plan.result().parameters(), "parameters of the planned network");
    assertEquals(
        merged.report().settings().keySet(),
        plan.settings().keySet(),
        "settings that are reported");
    if (merged.report().cost() != null) {
      assertEquals(merged.report().cost(), plan.cost(), "cost of the result");
    }
  }

  @Test
  void required_method720_planRefusesWhatAMergeRefuses() {
    MergeMethod method = create();
    requireRefusal(
        ConfigurationException.class,
        "planning with a setting that the method does not know",
        () -> plan(method, b, Map.of("no-such-setting", "1")),
        List.of("no-such-setting"));
    requireRefusal(
        ModelException.class,
        "planning a merge of networks of different width",
        () -> plan(method, MergeExample.network(2, 6), Map.of()),
        List.of("conv2.weight", "[5, 4, 3, 3]", "[6, 4, 3, 3]"));
  }

  @Test
  void required_method721_keepsStatisticsOrSaysThatItDoesNot() {
    Statistics.InMemory statistics = new Statistics.InMemory();
    try {
      collect(create(), samples, statistics);
    } catch (ConfigurationException e) {
      assertEquals(
          List.of(), List.copyOf(statistics.names()), "statistics of a method that has none");
    }
  }

  @Test
  void required_method722_mergesByItsStatistics() {
    MergeMethod method = create();
    Statistics statistics = statistics(method, samples);
    Model first = mergeBy(method, statistics);
    assertEquals(
        merge(method).model().graph().parameters(),
        first.graph().parameters(),
        "parameters of a network merged by statistics");
    requireSame(first, mergeBy(method, statistics), "merged by the same statistics twice");
  }

  @Test
  void required_method723_statisticsOfPartsAddUp() {
    MergeMethod method = create();
    Statistics whole = statistics(method, samples);
    int half = samples.count() / 2;
    Statistics one = statistics(method, part(0, half));
    Statistics two = statistics(method, part(half, samples.count()));
    assertEquals(whole.names(), one.names(), "names of the statistics of a part");
    for (String name : whole.names()) {
      Matrix expected = whole.get(name);
      double[] x = one.get(name).values();
      double[] y = two.get(name).values();
      double largest = Arrays.stream(expected.values()).map(Math::abs).max().orElse(0);
      for (int k = 0; k < x.length; k++) {
        int at = k;
        assertEquals(
            expected.values()[k],
            x[k] + y[k],
            SUMMED * largest,
            () -> name + "[" + at + "] of the whole data, and added up from two parts");
      }
    }
  }

  private Statistics statistics(MergeMethod method, Samples data) {
    Statistics.InMemory statistics = new Statistics.InMemory();
    try {
      collect(method, data, statistics);
    } catch (ConfigurationException e) {
      throw new TestAbortedException("the method keeps no statistics: " + e.getMessage());
    }
    return statistics;
  }

  private void collect(MergeMethod method, Samples data, Statistics.Sink sink) {
    try (TensorBackend backend = new ReferenceBackend()) {
      method.statistics(request(backend, data, null), sink);
    }
  }

  private Model mergeBy(MergeMethod method, Statistics statistics) {
    try (TensorBackend backend = new ReferenceBackend()) {
      return method.merge(request(backend, null, statistics)).model();
    }
  }

  private MergeRequest request(
      TensorBackend backend, @Nullable Samples data, @Nullable Statistics statistics) {
    return new MergeRequest(
        List.of(a, b),
        List.of("first", "second"),
        null,
        data,
        statistics,
        settings(),
        1,
        tools(backend),
        Progress.NONE);
  }

  private Samples part(int from, int to) {
    return new Samples() {
      @Override
      public int count() {
        return to - from;
      }

      @Override
      public Shape shape() {
        return samples.shape();
      }

      @Override
      public HostTensor read(int first, int end) {
        return samples.read(from + first, from + end);
      }
    };
  }
}
