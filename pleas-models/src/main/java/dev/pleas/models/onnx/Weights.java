package dev.pleas.models.onnx;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The parameters of a graph in the making, and how the tensors of an ONNX model hold them. */
final class Weights {
  private final Map<String, TensorInfo> tensors;
  private final Names names = new Names();
  private final Map<String, Shape> parameters = new LinkedHashMap<>();
  private final List<Packed> packed = new ArrayList<>();
  private final Map<String, Use> uses = new LinkedHashMap<>();

  /** How a tensor is used, and the parameters that it is then. */
  private record Use(int axis, List<Integer> lengths, boolean transposed, List<String> names) {
    boolean isAs(int otherAxis, List<Integer> otherLengths, boolean otherwiseTransposed) {
      return axis == otherAxis && lengths.equals(otherLengths) && transposed == otherwiseTransposed;
    }
  }

  Weights(Map<String, TensorInfo> tensors) {
    this.tensors = tensors;
  }

  /** Returns the shape of a tensor of floating-point numbers; null if there is none such. */
  @Nullable Shape shape(@Nullable String tensor) {
    @Nullable TensorInfo info = tensor == null ? null : tensors.get(tensor);
    return info == null || !info.dtype().isFloating() ? null : info.shape();
  }

  private Shape stored(String tensor) {
    return Objects.requireNonNull(tensors.get(tensor), tensor).shape();
  }

  /** Returns a tensor as one parameter. */
  String whole(String tensor) throws UnsupportedOperator {
    Shape shape = stored(tensor);
    return shape.rank() == 0
        ? parts(tensor, shape, 0, List.of(), false).get(0)
        : parts(tensor, shape, 0, List.of(shape.dim(0)), false).get(0);
  }

  /**
   * Whether a tensor has an element for each channel and nothing else.
   *
   * @param behind how many axes there are behind that of the channels
   */
  boolean isVector(@Nullable String tensor, int channels, int behind) {
    @Nullable Shape shape = shape(tensor);
    int axis = shape == null ? -1 : shape.rank() - 1 - behind;
    return shape != null
        && axis >= 0
        && shape.dim(axis) == channels
        && shape.elements() == channels;
  }

  /** Returns a tensor with no axis but one that is longer than 1 as a vector. */
  String vector(String tensor, int length) throws UnsupportedOperator {
    return parts(tensor, Shape.of(length), 0, List.of(length), false).get(0);
  }

  /**
   * Returns a tensor as parameters that follow each other in it.
   *
   * @param shape of the whole, as the graph has it: without some axes of length 1 in front or
   *     behind, and its two axes exchanged if {@code transposed}
   * @param axis along which they follow each other
   * @param lengths of the axis in each
   * @throws UnsupportedOperator if it is used in another way, too
   */
  List<String> parts(
      String tensor, Shape shape, int axis, List<Integer> lengths, boolean transposed)
      throws UnsupportedOperator {
    @Nullable Use use = uses.get(tensor);
    if (use == null) {
      use = new Use(axis, List.copyOf(lengths), transposed, add(tensor, shape, axis, lengths));
      uses.put(tensor, use);
      int rank = stored(tensor).rank();
      boolean asItIs = use.names().size() == 1 && !transposed && rank == shape.rank();
      if (!asItIs || !use.names().get(0).equals(tensor)) {
        int behind = transposed ? 0 : behind(stored(tensor), shape);
        packed.add(new Packed(tensor, use.names(), axis, transposed, rank, behind));
      }
    } else if (!use.isAs(axis, lengths, transposed)) {
      throw new UnsupportedOperator("shares its weight " + tensor + " with one of another kind");
    }
    return use.names();
  }

  /** How many axes of length 1 a stored tensor has behind those of its parameters. */
  private static int behind(Shape stored, Shape shape) {
    int most = stored.rank() - shape.rank();
    for (int behind = 0; behind < most; behind++) {
      if (shape.equals(axes(stored, most - behind, shape.rank()))) {
        return behind;
      }
    }
    return Math.max(0, most);
  }

  private static Shape axes(Shape stored, int from, int count) {
    return Shape.of(Arrays.copyOfRange(stored.dims(), from, from + count));
  }

  private List<String> add(String tensor, Shape shape, int axis, List<Integer> lengths) {
    int count = Math.max(1, lengths.size());
    List<String> added =
        IntStream.range(0, count)
            .mapToObj(i -> names.take(count == 1 ? tensor : tensor + "." + i))
            .toList();
    for (int i = 0; i < count; i++) {
      Shape part = lengths.isEmpty() ? shape : shape.with(axis, lengths.get(i));
      parameters.put(added.get(i), part);
    }
    return added;
  }

  /** Returns the shapes of all parameters by name. */
  Map<String, Shape> parameters() {
    return parameters;
  }

  /** Returns how the tensors hold them. */
  ParameterLayout layout() {
    return new ParameterLayout(packed);
  }

  /** Returns the tensors that hold parameters. */
  Set<String> used() {
    return uses.keySet();
  }
}
