package dev.pleas.core.symmetry;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Proves a permutation spec on the actual network: with random non-identity permutations of every
 * group its outputs on random inputs must stay what they were.
 */
public final class SymmetryProof {
  private static final int SAMPLES = 2;

  /**
   * The largest difference accepted, relative to the largest output. Permuting a sum changes its
   * float32 rounding, by 1e-6 to 1e-5 over the depth of usual networks; a wrong axis changes the
   * outputs themselves.
   */
  private static final double TOLERANCE = 1e-3;

  private SymmetryProof() {}

  /**
   * Checks the spec.
   *
   * @return the largest difference found, relative to the largest output
   * @throws ModelException if outputs change, naming the groups whose permutation alone changes
   *     them
   */
  public static double check(Model model, PermutationSpec spec, TensorBackend backend, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> inputs = randomInputs(model.graph(), random);
    Map<String, HostTensor> expected = run(model, inputs, backend);
    Map<String, UnitPermutation> permutations = Permuted.random(spec, random);
    double difference =
        difference(expected, run(Permuted.apply(model, spec, permutations), inputs, backend));
    if (!(difference <= TOLERANCE)) {
      List<String> guilty =
          spec.groups().stream()
              .map(PermutationSpec.Group::name)
              .filter(
                  name -> {
                    Map<String, UnitPermutation> one = Map.of(name, permutations.get(name));
                    Model permuted = Permuted.apply(model, spec, one);
                    return !(difference(expected, run(permuted, inputs, backend)) <= TOLERANCE);
                  })
              .toList();
      throw new ModelException(
          "the derived permutation symmetry does not hold on "
              + model.graph().architecture()
              + ": outputs change by "
              + difference
              + " (relative; at most "
              + TOLERANCE
              + " expected) when these groups are permuted: "
              + guilty
              + "; the graph does not describe this network: please report it");
    }
    return difference;
  }

  private static Map<String, HostTensor> randomInputs(Graph graph, SplittableRandom random) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    graph
        .inputs()
        .forEach(
            (name, shape) -> {
              Shape batch = shape.prepend(SAMPLES);
              float[] values = new float[Math.toIntExact(batch.elements())];
              OptionalInt ids = graph.ids(name);
              for (int i = 0; i < values.length; i++) {
                values[i] =
                    ids.isPresent()
                        ? random.nextInt(ids.getAsInt())
                        : (float) random.nextGaussian();
              }
              inputs.put(name, HostTensor.wrap(batch, values));
            });
    return inputs;
  }

  private static Map<String, HostTensor> run(
      Model model, Map<String, HostTensor> inputs, TensorBackend backend) {
    try (CompiledGraph compiled = backend.compile(model.graph(), model.parameters());
        TensorScope scope = backend.newScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      inputs.forEach((name, value) -> tensors.put(name, scope.tensor(value)));
      Map<String, HostTensor> outputs = new LinkedHashMap<>();
      compiled.run(scope, tensors).forEach((name, value) -> outputs.put(name, value.toHost()));
      return outputs;
    }
  }

  private static double difference(
      Map<String, HostTensor> expected, Map<String, HostTensor> found) {
    double worst = 0;
    for (Map.Entry<String, HostTensor> entry : expected.entrySet()) {
      float[] a = entry.getValue().values();
      float[] b = Objects.requireNonNull(found.get(entry.getKey())).values();
      double largest = Float.MIN_NORMAL;
      double apart = 0;
      for (int i = 0; i < a.length; i++) {
        largest = Math.max(largest, Math.abs(a[i]));
        apart = Math.max(apart, Math.abs((double) a[i] - b[i]));
      }
      worst = Math.max(worst, apart / largest);
    }
    return worst;
  }
}
