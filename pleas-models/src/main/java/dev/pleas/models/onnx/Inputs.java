package dev.pleas.models.onnx;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Activation.Part;
import dev.pleas.models.onnx.OnnxNetwork.Input;
import dev.pleas.models.onnx.Value.Ids;
import dev.pleas.models.onnx.Value.Mask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a model is given: images, or texts as ids of words. Of texts everything else follows from
 * the ids: words of id 0 are padding, which the mask leaves out, and all are of the first type.
 */
final class Inputs {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";

  /** Lengths where a model takes any. */
  private static final int PIXELS = 224;

  private static final int WORDS = 128;

  private final OnnxNetwork network;
  private final Input input;
  private final Shape shape;
  private @Nullable String zeros;

  /**
   * @param wanted shape of a sample, or null for what the model says
   * @throws ModelException if it is given something else
   */
  Inputs(OnnxNetwork network, @Nullable Shape wanted) {
    this.network = network;
    this.input = main(network);
    this.shape = wanted == null ? usual() : fitting(input, wanted);
  }

  private static Input main(OnnxNetwork network) {
    Map<String, Input> inputs =
        network.inputs().stream().collect(Collectors.toMap(Input::name, input -> input));
    if (inputs.size() == 1) {
      return network.inputs().get(0);
    }
    @Nullable Input ids = inputs.get(IDS);
    if (ids == null || !Set.of(IDS, MASK, TYPES).containsAll(inputs.keySet())) {
      throw new ModelException(
          "ONNX: expected a model with one input, images, or of texts "
              + IDS
              + " and perhaps "
              + MASK
              + " and "
              + TYPES
              + ", found "
              + network.inputs().stream().map(Input::name).toList());
    }
    return ids;
  }

  /** The model's shape, with the usual length where any will do: data says another one. */
  private Shape usual() {
    List<Long> dims = input.dims();
    requireRank(input);
    int any = dims.size() == 2 ? Math.min(WORDS, places()) : PIXELS;
    int[] lengths = new int[dims.size() - 1];
    for (int i = 0; i < lengths.length; i++) {
      long length = dims.get(i + 1);
      boolean fixed = length >= 1 && length <= Integer.MAX_VALUE;
      if (!fixed && i == 0 && lengths.length == 3) {
        throw new ModelException(
            "ONNX: input " + input.name() + ": expected a fixed number of channels, found " + dims);
      }
      lengths[i] = fixed ? (int) length : any;
    }
    return Shape.of(lengths);
  }

  /** How many words a text may have: as many as the model counts places, if it does. */
  private int places() {
    return network.constants().values().stream()
        .filter(Inputs::counts)
        .mapToInt(List::size)
        .max()
        .orElse(WORDS);
  }

  private static boolean counts(List<Long> numbers) {
    for (int i = 0; i < numbers.size(); i++) {
      if (numbers.get(i) != i) {
        return false;
      }
    }
    return numbers.size() > 2;
  }

  private static void requireRank(Input input) {
    if (input.dims().size() != 4 && input.dims().size() != 2) {
      throw new ModelException(
          "ONNX: input "
              + input.name()
              + ": expected [batch, channels, height, width] or [batch, words], found "
              + input.dims()
              + " (-1: any length)");
    }
  }

  private static Shape fitting(Input input, Shape wanted) {
    requireRank(input);
    List<Long> dims = input.dims();
    boolean fits = wanted.rank() == dims.size() - 1 && wanted.elements() > 0;
    if (fits && wanted.rank() == 3) {
      fits = dims.get(1) < 1 || dims.get(1) == wanted.dim(0);
    }
    boolean texts = wanted.rank() == 1;
    if (fits && texts && dims.get(1) >= 1 && dims.get(1) != wanted.dim(0)) {
      throw new ModelException(
          "ONNX: input "
              + input.name()
              + ": expected texts of "
              + dims.get(1)
              + " words, as the model was saved for, found "
              + wanted.dim(0)
              + "; cut or fill them to that, or save the model with a dynamic axis");
    }
    if (!fits) {
      throw new ModelException(
          "ONNX: input " + input.name() + ": expected " + dims + " (-1: any), found " + wanted);
    }
    return wanted;
  }

  /** Returns the name of the graph's input. */
  String name() {
    return input.name();
  }

  /** Returns the shape of a sample. */
  Shape shape() {
    return shape;
  }

  /** Returns what the model's inputs are, and adds what of them is computed. */
  Map<String, Value> values(Nodes nodes) {
    Map<String, Value> values = new LinkedHashMap<>();
    if (shape.rank() == 3) {
      Part part = new Part(input.name(), shape.dim(0));
      values.put(
          input.name(), new Activation(List.of(part), List.of(shape.dim(1), shape.dim(2)), false));
      return values;
    }
    int length = shape.dim(0);
    values.put(input.name(), new Ids(input.name(), length));
    for (Input other : network.inputs()) {
      if (other.name().equals(MASK)) {
        String there = nodes.add(MASK, new Op.Clip(0, 1), List.of(input.name()));
        List<Long> dims = List.of(Folding.BATCH, (long) length);
        values.put(MASK, new Mask(there, Mask.Stage.THERE, dims));
      } else if (other.name().equals(TYPES)) {
        values.put(TYPES, new Ids(zeros(nodes), length));
      }
    }
    return values;
  }

  /** Returns as many zeros as there are ids. */
  String zeros(Nodes nodes) {
    if (zeros == null) {
      zeros = nodes.add(TYPES, new Op.Multiply(0), List.of(input.name()));
    }
    return zeros;
  }
}
