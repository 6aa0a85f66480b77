package dev.pleas.tck;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Recognises a {@link TinyAdapter}'s network as another framework stores it: the head's weight as
 * {@code head.kernel}, [inputs, classes], and the biases of convolutions as [1, filters].
 */
final class TinyPackedAdapter implements ModelAdapter {
  private static final String KERNEL = "head.kernel";
  private static final String WEIGHT = "head.weight";
  private static final String BIAS = "conv\\d+\\.bias";

  /** Returns the tensors of a network. */
  static Map<String, TensorInfo> tensors(int channels, int classes, int... widths) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    TinyAdapter.tensors(channels, classes, widths)
        .forEach(
            (name, info) -> {
              Shape shape = info.shape();
              if (name.equals(WEIGHT)) {
                tensors.put(KERNEL, AdapterRules.f32(shape.dim(1), shape.dim(0)));
              } else if (name.matches(BIAS)) {
                tensors.put(name, AdapterRules.f32(1, shape.dim(0)));
              } else {
                tensors.put(name, info);
              }
            });
    return tensors;
  }

  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, Shape input) {
    if (!tensors.containsKey(KERNEL)) {
      return new Adaptation.NotRecognized("no " + KERNEL);
    }
    List<Packed> packed = new ArrayList<>();
    Map<String, TensorInfo> parameters = new LinkedHashMap<>();
    new TreeMap<>(tensors)
        .forEach(
            (name, info) -> {
              Shape shape = info.shape();
              if (name.equals(KERNEL)) {
                require(name, shape.rank() == 2, "[*, *]", shape);
                parameters.put(WEIGHT, AdapterRules.f32(shape.dim(1), shape.dim(0)));
                packed.add(new Packed(KERNEL, List.of(WEIGHT), 0, true, 2));
              } else if (name.matches(BIAS)) {
                require(name, shape.rank() == 2 && shape.dim(0) == 1, "[1, *]", shape);
                parameters.put(name, AdapterRules.f32(shape.dim(1)));
                packed.add(Packed.renamed(name, name, 2));
              } else if (name.equals(WEIGHT)) {
                throw new ModelException(name + ": there is " + KERNEL + ", too");
              } else {
                parameters.put(name, info);
              }
            });
    List<String> notes = new ArrayList<>(List.of("the head is stored as " + KERNEL));
    if (input == null) {
      notes.add("the size of images was assumed");
    }
    try {
      return new TinyAdapter().adapt(parameters, metadata, input) instanceof Adapted plain
          ? new Adapted(plain.graph(), new ParameterLayout(packed), plain.passengers(), notes)
          : new Adaptation.NotRecognized("no conv0.weight");
    } catch (ModelException e) {
      throw new ModelException(e.getMessage().replace(WEIGHT, KERNEL), e);
    }
  }

  private static void require(String tensor, boolean fits, String expected, Shape found) {
    if (!fits) {
      throw new ModelException(tensor + ": expected " + expected + ", found " + found);
    }
  }
}
