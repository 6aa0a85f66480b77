package dev.pleas.core.symmetry;

import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Applies permutations of groups to weights. */
public final class Permuted {
  private Permuted() {}

  /**
   * Returns the network with its units in another order: unit i of a group is unit p[i] of the
   * given network. Its function is the same if the spec is right.
   *
   * @param permutations by group name; groups that are missing stay as they are
   */
  public static Model apply(
      Model model, PermutationSpec spec, Map<String, UnitPermutation> permutations) {
    Map<String, HostTensor> parameters = new LinkedHashMap<>(model.parameters());
    for (PermutationSpec.Group group : spec.groups()) {
      UnitPermutation permutation = permutations.get(group.name());
      for (int c = 0; permutation != null && c < group.components().size(); c++) {
        Permutation indices = permutation.components().get(c);
        for (Axis axis : group.components().get(c).axes()) {
          parameters.computeIfPresent(
              axis.parameter(), (name, tensor) -> gather(tensor, axis.axis(), indices));
        }
      }
    }
    return new Model(model.graph(), parameters);
  }

  /** Returns a random permutation for every group that moves all that can move. */
  public static Map<String, UnitPermutation> random(PermutationSpec spec, RandomGenerator random) {
    Map<String, UnitPermutation> permutations = new LinkedHashMap<>();
    spec.groups()
        .forEach(group -> permutations.put(group.name(), UnitPermutation.random(group, random)));
    return permutations;
  }

  /**
   * Returns a tensor with one axis in another order: index i of the axis is index permutation[i] of
   * the given tensor; a copy.
   */
  public static HostTensor gather(HostTensor tensor, int axis, Permutation permutation) {
    Shape shape = tensor.shape();
    int inner = Math.toIntExact(shape.elementsFrom(axis + 1));
    int length = shape.dim(axis);
    float[] in = tensor.values();
    float[] out = new float[in.length];
    for (int block = 0; block < out.length; block += length * inner) {
      for (int i = 0; i < length; i++) {
        System.arraycopy(in, block + permutation.get(i) * inner, out, block + i * inner, inner);
      }
    }
    return HostTensor.wrap(shape, out);
  }
}
