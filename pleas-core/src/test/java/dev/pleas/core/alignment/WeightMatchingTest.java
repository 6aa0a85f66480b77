package dev.pleas.core.alignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.method.Merging;
import dev.pleas.core.oracle.Family;
import dev.pleas.core.oracle.GraphBuilder;
import dev.pleas.core.oracle.RandomTransformers;
import dev.pleas.core.symmetry.Permuted;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WeightMatchingTest {
  private static final UnitMatching MATCHING = matching();

  private static UnitMatching matching() {
    try (TensorBackend backend = Merging.backend()) {
      return new UnitMatching(Merging.tools(backend).matcher());
    }
  }

  /** Products of float32 numbers are added in float64, so similarities are exact to 1e-7. */
  private static final double TOLERANCE = 1e-6;

  private static WeightMatching matching(
      PermutationSpec spec, List<Model> models, TensorBackend backend, long seed) {
    return new WeightMatching(
        spec,
        models.stream().map(model -> ComparableWeights.of(model, spec, Set.of())).toList(),
        backend,
        MATCHING,
        seed);
  }

  /** Σ over pairs of the inner product of permuted comparable weights, by other code. */
  private static double objective(
      PermutationSpec spec, List<Model> models, Map<Group, List<UnitPermutation>> permutations) {
    List<Map<String, HostTensor>> permuted = new ArrayList<>();
    for (int s = 0; s < models.size(); s++) {
      Map<String, HostTensor> weights =
          new HashMap<>(ComparableWeights.of(models.get(s), spec, Set.of()));
      for (Group group : spec.groups()) {
        for (int c = 0; c < group.components().size(); c++) {
          Permutation p = permutations.get(group).get(s).components().get(c);
          for (Axis axis : group.components().get(c).axes()) {
            weights.computeIfPresent(
                axis.parameter(), (name, tensor) -> reordered(tensor, axis.axis(), p));
          }
        }
      }
      permuted.add(weights);
    }
    double total = 0;
    for (int s = 0; s < models.size(); s++) {
      for (int t = 0; t < s; t++) {
        for (String name : permuted.get(s).keySet()) {
          total += product(permuted.get(s).get(name), permuted.get(t).get(name));
        }
      }
    }
    return total;
  }

  private static HostTensor reordered(HostTensor tensor, int axis, Permutation p) {
    Shape shape = tensor.shape();
    float[] out = new float[tensor.values().length];
    int inner = (int) shape.elementsFrom(axis + 1);
    for (int i = 0; i < out.length; i++) {
      int index = i / inner % shape.dim(axis);
      out[i] = tensor.values()[i + (p.get(index) - index) * inner];
    }
    return HostTensor.wrap(shape, out);
  }

  private static double product(HostTensor a, HostTensor b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += (double) a.values()[i] * b.values()[i];
    }
    return sum;
  }

  private static List<Model> models(Family family, int seed, int count) {
    var samples = family.samples(seed, 4);
    Graph graph = family.graph(seed, 4);
    List<Model> models = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      models.add(family.weights(graph, 100 * seed + s, samples));
    }
    return models;
  }

  /** The networks a, b or a, b, c, where b and c are a with its units in another order. */
  private static List<Model> copies(
      Model a, PermutationSpec spec, List<Map<String, UnitPermutation>> orders) {
    List<Model> models = new ArrayList<>(List.of(a));
    orders.forEach(order -> models.add(Permuted.apply(a, spec, order)));
    return models;
  }

  @Property(tries = 30)
  void match_copiesInOtherOrders_areFoundExactly(
      @ForAll Family family,
      @ForAll @IntRange(min = 2, max = 4) int count,
      @ForAll @IntRange(max = 1_000) int seed) {
    Model a = models(family, seed, 1).get(0);
    PermutationSpec spec = Symmetry.derive(a.graph());
    SplittableRandom random = new SplittableRandom(seed);
    List<Map<String, UnitPermutation>> orders = new ArrayList<>();
    for (int s = 1; s < count; s++) {
      orders.add(Permuted.random(spec, random));
    }
    List<Model> models = copies(a, spec, orders);
    try (TensorBackend backend = new ReferenceBackend()) {
      Matched found = matching(spec, models, backend, seed).match();

      // Put into the reference order, all are the same network, bit by bit.
      List<Model> aligned = new ArrayList<>();
      for (int s = 0; s < count; s++) {
        Map<String, UnitPermutation> p = new LinkedHashMap<>();
        for (Group group : spec.groups()) {
          p.put(group.name(), found.permutations(group).get(s));
        }
        aligned.add(Permuted.apply(models.get(s), spec, p));
      }
      for (int s = 1; s < count; s++) {
        for (String name : a.parameters().keySet()) {
          assertThat(aligned.get(s).parameter(name).values())
              .as(name)
              .isEqualTo(aligned.get(0).parameter(name).values());
        }
      }
    }
  }

  @Property(tries = 20)
  void forward_ofACopy_findsItWithoutAnyStep(
      @ForAll Family family, @ForAll @IntRange(max = 1_000) int seed) {
    Model a = models(family, seed, 1).get(0);
    PermutationSpec spec = Symmetry.derive(a.graph());
    List<Model> models =
        copies(a, spec, List.of(Permuted.random(spec, new SplittableRandom(seed))));
    double squares =
        ComparableWeights.of(a, spec, Set.of()).values().stream()
            .mapToDouble(weight -> product(weight, weight))
            .sum();
    try (TensorBackend backend = new ReferenceBackend()) {
      WeightMatching matching = matching(spec, models, backend, seed);

      assertThat(matching.asTheyStand().total()).isLessThan(0.99 * squares);
      assertThat(matching.forward().total()).isCloseTo(squares, within(TOLERANCE * squares));
    }
  }

  @Property(tries = 20)
  void similarity_ofACopy_isInTheOriginalOrderOfBoth(
      @ForAll Family family, @ForAll @IntRange(max = 1_000) int seed) {
    Model a = models(family, seed, 1).get(0);
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<String, UnitPermutation> order = Permuted.random(spec, new SplittableRandom(seed));
    List<Model> models = copies(a, spec, List.of(order));
    Map<String, HostTensor> weights = ComparableWeights.of(a, spec, Set.of());
    try (TensorBackend backend = new ReferenceBackend()) {
      Matched found = matching(spec, models, backend, seed).match();
      for (Group group : spec.groups()) {
        for (int c = 0; c < group.components().size(); c++) {
          var component = group.components().get(c);
          var similarity = found.similarities().get(group).components().get(c).get(0, 1);
          // Unit p[i] of a is unit i of the copy.
          Permutation p = order.get(group.name()).components().get(c);
          for (int i = 0; i < p.size(); i++) {
            double squares = 0;
            for (Axis axis : component.axes()) {
              HostTensor tensor = weights.get(axis.parameter());
              if (tensor != null) {
                squares += squares(tensor, axis.axis(), p.get(i));
              }
            }
            assertThat(similarity.get(p.get(i), i))
                .isCloseTo(squares, within(TOLERANCE * (1 + squares)));
          }
        }
      }
    }
  }

  private static double squares(HostTensor tensor, int axis, int index) {
    int inner = (int) tensor.shape().elementsFrom(axis + 1);
    double sum = 0;
    for (int i = 0; i < tensor.values().length; i++) {
      if (i / inner % tensor.shape().dim(axis) == index) {
        sum += (double) tensor.values()[i] * tensor.values()[i];
      }
    }
    return sum;
  }

  @Property(tries = 30)
  void step_anyGroupOfAnyNetwork_neverLowersTheObjective(
      @ForAll Family family,
      @ForAll @IntRange(min = 2, max = 4) int count,
      @ForAll @IntRange(max = 1_000) int seed) {
    List<Model> models = models(family, seed, count);
    PermutationSpec spec = Symmetry.derive(models.get(0).graph());
    SplittableRandom random = new SplittableRandom(seed);
    try (TensorBackend backend = new ReferenceBackend()) {
      WeightMatching matching = matching(spec, models, backend, seed);
      WeightObjective objective = new WeightObjective(spec, 1, Map.of());
      ReferenceWeights state = matching.asTheyStand();
      double before = objective(spec, models, permutations(spec, state));
      double begin = before;
      for (int i = 0; i < 4 * spec.groups().size(); i++) {
        Group group = spec.groups().get(random.nextInt(spec.groups().size()));
        boolean gained = matching.step(state, objective, group, random.nextInt(count));
        double after = objective(spec, models, permutations(spec, state));
        if (gained) {
          assertThat(after).isGreaterThan(before);
        } else {
          assertThat(after).isEqualTo(before, within(1e-9 * Math.abs(before)));
        }
        assertThat(objective.total(state)).isCloseTo(after, within(1e-9 * Math.abs(after)));
        before = after;
      }
      assertThat(before).isGreaterThan(begin);
      // The ascent ends where no step gains.
      matching.ascend(state, objective, new Random(seed));
      for (Group group : spec.groups()) {
        for (int s = 0; s < count; s++) {
          assertThat(matching.step(state, objective, group, s)).isFalse();
        }
      }
    }
  }

  private static Map<Group, List<UnitPermutation>> permutations(
      PermutationSpec spec, ReferenceWeights state) {
    Map<Group, List<UnitPermutation>> permutations = new HashMap<>();
    spec.groups().forEach(group -> permutations.put(group, state.permutations(group)));
    return permutations;
  }

  /** Both axes of the weights of "own" are of one group, so that no step is exact. */
  @Property(tries = 20)
  void step_aGroupOnBothAxesOfAWeight_neverLowersTheObjective(
      @ForAll @IntRange(max = 1_000) int seed) {
    GraphBuilder g = new GraphBuilder(Shape.of(2, 3, 3));
    String x = g.relu("stem.relu", g.conv("stem", GraphBuilder.INPUT, 5, 3, 1));
    x = g.add("sum", x, g.conv("own", x, 5, 3, 1));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 2)).build();
    List<Model> models =
        List.of(
            RandomTransformers.weights(graph, seed), RandomTransformers.weights(graph, -seed - 1));
    PermutationSpec spec = Symmetry.derive(graph);
    Group group = spec.groups().get(0);
    assertThat(group.axes()).contains(new Axis("own.weight", 0), new Axis("own.weight", 1));
    try (TensorBackend backend = new ReferenceBackend()) {
      WeightMatching matching = matching(spec, models, backend, seed);
      WeightObjective objective = new WeightObjective(spec, 1, Map.of());
      ReferenceWeights state = matching.asTheyStand();
      double before = objective(spec, models, permutations(spec, state));
      boolean gained = true;
      for (int i = 0; i < 20 && gained; i++) {
        gained = matching.step(state, objective, group, 1);
        double after = objective(spec, models, permutations(spec, state));
        assertThat(after).isGreaterThanOrEqualTo(before);
        before = after;
      }
    }
  }

  /** Two groups of 4 and 3 units: all 144 choices are tried. */
  @Example
  void match_tinyNetworks_isOptimalInMostCases() {
    GraphBuilder g = new GraphBuilder(Shape.of(2, 1, 1));
    String x = g.relu("relu1", g.conv("conv1", GraphBuilder.INPUT, 4, 1, 1));
    x = g.relu("relu2", g.conv("conv2", x, 3, 1, 1));
    Graph graph = g.output("logits", g.linear("fc", g.pool("pool", x), 2)).build();
    PermutationSpec spec = Symmetry.derive(graph);
    Group first = spec.groups().get(0);
    Group second = spec.groups().get(1);
    int optimal = 0;
    int cases = 60;
    try (TensorBackend backend = new ReferenceBackend()) {
      for (int seed = 0; seed < cases; seed++) {
        List<Model> models =
            List.of(
                RandomTransformers.weights(graph, 2L * seed),
                RandomTransformers.weights(graph, 2L * seed + 1));
        Matched matched = matching(spec, models, backend, seed).match();
        double found = objective(spec, models, matched.permutations());
        double best = Double.NEGATIVE_INFINITY;
        for (int[] p : Permutations.of(4)) {
          for (int[] q : Permutations.of(3)) {
            Map<Group, List<UnitPermutation>> choice =
                Map.of(
                    first,
                    List.of(UnitPermutation.identity(first), UnitPermutation.of(Permutation.of(p))),
                    second,
                    List.of(
                        UnitPermutation.identity(second), UnitPermutation.of(Permutation.of(q))));
            best = Math.max(best, objective(spec, models, choice));
          }
        }
        assertThat(found).isLessThanOrEqualTo(best + TOLERANCE);
        optimal += found > best - TOLERANCE ? 1 : 0;
      }
    }
    System.out.println("weights: optimal in " + optimal + " of " + cases);
    assertThat(optimal).isGreaterThan(cases * 8 / 10);
  }
}
