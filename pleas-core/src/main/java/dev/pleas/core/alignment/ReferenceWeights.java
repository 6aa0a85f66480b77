package dev.pleas.core.alignment;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.SourcePairs;
import dev.pleas.core.symmetry.Permuted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The weights of N networks with every axis in the reference order, and the permutations that put
 * them there. Changes as permutations are found.
 */
final class ReferenceWeights {
  private final TensorBackend backend;
  private final Map<Axis, Group> byAxis;
  private final List<Map<String, HostTensor>> weights = new ArrayList<>();
  private final Map<Group, List<UnitPermutation>> permutations = new LinkedHashMap<>();

  /** Begins with every network in its own order. */
  ReferenceWeights(
      PermutationSpec spec, List<Map<String, HostTensor>> original, TensorBackend backend) {
    this.backend = backend;
    this.byAxis = spec.byAxis();
    original.forEach(of -> weights.add(new HashMap<>(of)));
    for (Group group : spec.groups()) {
      permutations.put(group, new ArrayList<>());
      original.forEach(of -> permutations(group).add(UnitPermutation.identity(group)));
    }
  }

  /** Begins where another is. */
  ReferenceWeights(ReferenceWeights other) {
    backend = other.backend;
    byAxis = other.byAxis;
    other.weights.forEach(of -> weights.add(new HashMap<>(of)));
    other.permutations.forEach((group, of) -> permutations.put(group, new ArrayList<>(of)));
  }

  int networks() {
    return weights.size();
  }

  /** Returns the permutations of a group, of each network; changes with this. */
  List<UnitPermutation> permutations(Group group) {
    return Objects.requireNonNull(permutations.get(group));
  }

  /** Moves the units of a group of one network: what is at q[u] goes to u. */
  void move(Group group, int s, UnitPermutation q) {
    permutations(group).set(s, permutations(group).get(s).then(q));
    Map<String, HostTensor> own = weights.get(s);
    for (int c = 0; c < group.components().size(); c++) {
      Permutation indices = q.components().get(c);
      for (Axis axis : group.components().get(c).axes()) {
        own.computeIfPresent(
            axis.parameter(), (name, tensor) -> Permuted.gather(tensor, axis.axis(), indices));
      }
    }
  }

  /** Returns Σ over pairs of networks of the inner product of all their weights. */
  double total() {
    double total = 0;
    for (String parameter : weights.get(0).keySet()) {
      for (int s = 1; s < networks(); s++) {
        for (int t = 0; t < s; t++) {
          total += product(weight(s, parameter), weight(t, parameter));
        }
      }
    }
    return total;
  }

  /** Returns the part of {@link #total} that moving a group of network s can change. */
  double total(Group group, int s) {
    Set<String> parameters = new TreeSet<>();
    group.axes().forEach(axis -> parameters.add(axis.parameter()));
    parameters.retainAll(weights.get(0).keySet());
    double total = 0;
    for (String parameter : parameters) {
      for (int t = 0; t < networks(); t++) {
        total += t == s ? 0 : product(weight(s, parameter), weight(t, parameter));
      }
    }
    return total;
  }

  /**
   * Returns for each component of a group the inner product of the others' weights at reference
   * index k, added up, with those of network s at reference index l; all other axes in the
   * reference order.
   */
  List<Matrix> others(Group group, int s) {
    return group.components().stream()
        .map(
            component ->
                gram(group, component, axis -> true, p -> sumOfOthers(s, p), p -> weight(s, p)))
        .toList();
  }

  /**
   * Returns the same for network s and the first alone, over weights that have no other axis that
   * moves, or one of a group that a condition admits.
   */
  List<Matrix> toFirst(Group group, int s, Predicate<Group> admitted) {
    return group.components().stream()
        .map(
            component ->
                gram(
                    group,
                    component,
                    axis -> {
                      Group other = byAxis.get(new Axis(axis.parameter(), 1 - axis.axis()));
                      return other == null || admitted.test(other);
                    },
                    p -> weight(0, p),
                    p -> weight(s, p)))
        .toList();
  }

  /**
   * Returns the inner products of the units' weights in the original order of every two networks,
   * all other axes in the reference order.
   */
  GroupSimilarity similarity(Group group) {
    List<SourcePairs<Matrix>> components = new ArrayList<>();
    for (int c = 0; c < group.components().size(); c++) {
      Component component = group.components().get(c);
      List<int[]> places = new ArrayList<>();
      for (UnitPermutation permutation : permutations(group)) {
        places.add(permutation.components().get(c).inverse().toArray());
      }
      components.add(
          SourcePairs.of(
              networks(),
              (s, t) ->
                  gram(group, component, axis -> true, p -> weight(s, p), p -> weight(t, p))
                      .select(places.get(s), places.get(t))));
    }
    return new GroupSimilarity(group, components);
  }

  /** Returns Σ over admitted axes of a component of A·Bᵀ, A and B unfolded along the axis. */
  private Matrix gram(
      Group group,
      Component component,
      Predicate<Axis> admitted,
      Function<String, HostTensor> a,
      Function<String, HostTensor> b) {
    int size = group.size() * component.width();
    try (TensorScope scope = backend.newScope()) {
      GramAccumulator gram = scope.gram(size, size);
      for (Axis axis : component.axes()) {
        if (weights.get(0).containsKey(axis.parameter()) && admitted.test(axis)) {
          gram.add(
              scope.tensor(channels(a.apply(axis.parameter()), axis.axis())),
              scope.tensor(channels(b.apply(axis.parameter()), axis.axis())));
        }
      }
      return gram.toMatrix();
    }
  }

  /** Returns the same weights as [samples, channels, positions], with an axis as channels. */
  private static HostTensor channels(HostTensor weight, int axis) {
    Shape shape = weight.shape();
    return HostTensor.wrap(
        Shape.of(
            axis == 0 ? 1 : shape.dim(0),
            shape.dim(axis),
            Math.toIntExact(shape.elementsFrom(axis + 1))),
        weight.values());
  }

  private HostTensor weight(int s, String parameter) {
    return Objects.requireNonNull(weights.get(s).get(parameter));
  }

  private HostTensor sumOfOthers(int s, String parameter) {
    if (networks() == 2) {
      return weight(1 - s, parameter);
    }
    float[] sum = new float[weight(s, parameter).values().length];
    for (int t = 0; t < networks(); t++) {
      if (t != s) {
        float[] values = weight(t, parameter).values();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += values[i];
        }
      }
    }
    return HostTensor.wrap(weight(s, parameter).shape(), sum);
  }

  private static double product(HostTensor a, HostTensor b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += (double) a.values()[i] * b.values()[i];
    }
    return sum;
  }
}
