package dev.pleas.api.model;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a checkpoint stores a graph's parameters, so that checkpoints of different layouts are one
 * canonical graph, and a network is written as it was read. A parameter that no packed tensor holds
 * is a tensor of its own, under its own name and as it is.
 *
 * @param packed the tensors that are stored otherwise
 */
public record ParameterLayout(List<Packed> packed) {
  /** Every parameter is a tensor of its own. */
  public static final ParameterLayout PLAIN = new ParameterLayout(List.of());

  /**
   * A tensor that holds one or more parameters: they are put one after another along an axis, their
   * two axes exchanged if so said, and axes of length 1 put before, or dropped from the front,
   * until there are as many as the tensor has; some may be behind, too, as those of a convolution's
   * kernel of one position that is a matrix in the graph.
   *
   * @param tensor the checkpoint's name of it
   * @param parameters the graph's names of what it holds, in order
   * @param axis along which they follow each other, counted in the parameters
   * @param transposed whether the two axes are exchanged; then the parameters are matrices
   * @param rank axes of the tensor
   * @param behind how many of them, of length 1, are behind those of the parameters
   */
  public record Packed(
      String tensor, List<String> parameters, int axis, boolean transposed, int rank, int behind) {
    /** Copies the list and checks it. */
    public Packed {
      parameters = List.copyOf(parameters);
      if (parameters.isEmpty() || axis < 0 || rank < 0 || behind < 0 || behind > rank) {
        throw new IllegalArgumentException(
            tensor
                + ": parameters "
                + parameters
                + ", axis "
                + axis
                + ", rank "
                + rank
                + (behind == 0 ? "" : ", behind " + behind));
      }
    }

    /** Has no axes behind those of the parameters. */
    public Packed(String tensor, List<String> parameters, int axis, boolean transposed, int rank) {
      this(tensor, parameters, axis, transposed, rank, 0);
    }

    /** Returns a parameter stored under another name. */
    public static Packed renamed(String tensor, String parameter, int rank) {
      return new Packed(tensor, List.of(parameter), 0, false, rank);
    }
  }

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if two tensors have one name, or hold the same parameter
   */
  public ParameterLayout {
    packed = List.copyOf(packed);
    Set<String> tensors = new HashSet<>();
    Set<String> parameters = new HashSet<>();
    for (Packed one : packed) {
      if (!tensors.add(one.tensor())) {
        throw new IllegalArgumentException("two packed tensors are named " + one.tensor());
      }
      for (String parameter : one.parameters()) {
        if (!parameters.add(parameter)) {
          throw new IllegalArgumentException(
              one.tensor() + ": parameter " + parameter + " is stored twice");
        }
      }
    }
  }

  /**
   * Returns the checkpoint's tensors: what is packed first, as this layout has it, and then the
   * other parameters.
   *
   * @param parameters shapes of all parameters, by the graph's names
   * @throws IllegalArgumentException if shapes do not go together, or a parameter is missing
   */
  public Map<String, Shape> tensors(Map<String, Shape> parameters) {
    Map<String, Shape> tensors = new LinkedHashMap<>();
    Set<String> held = new HashSet<>();
    for (Packed one : packed) {
      tensors.put(one.tensor(), shape(one, parameters));
      held.addAll(one.parameters());
    }
    parameters.forEach(
        (name, shape) -> {
          if (!held.contains(name) && tensors.put(name, shape) != null) {
            throw new IllegalArgumentException(
                name + " is a tensor of its own, and another of that name is packed");
          }
        });
    return tensors;
  }

  /** Returns the name of the tensor that holds a parameter. */
  public String tensorOf(String parameter) {
    return packed.stream()
        .filter(one -> one.parameters().contains(parameter))
        .map(Packed::tensor)
        .findFirst()
        .orElse(parameter);
  }

  /**
   * Returns one of the checkpoint's tensors.
   *
   * @param tensor its name
   * @param parameters finds a parameter by the graph's name
   * @throws IllegalArgumentException if shapes do not go together
   */
  public HostTensor pack(String tensor, Function<String, HostTensor> parameters) {
    @Nullable Packed one = find(tensor);
    if (one == null) {
      return parameters.apply(tensor);
    }
    List<HostTensor> parts = one.parameters().stream().map(parameters).toList();
    Map<String, Shape> shapes = new HashMap<>();
    IntStream.range(0, parts.size())
        .forEach(i -> shapes.put(one.parameters().get(i), parts.get(i).shape()));
    Shape whole = joined(one, shapes);
    float[] values = new float[Math.toIntExact(whole.elements())];
    int offset = 0;
    for (HostTensor part : parts) {
      copy(one, part, whole, offset, values, true);
      offset += part.shape().dim(one.axis());
    }
    if (one.transposed()) {
      values = transpose(values, whole.dim(0), whole.dim(1));
    }
    return HostTensor.wrap(shape(one, shapes), values);
  }

  /**
   * Returns all parameters.
   *
   * @param shapes of the parameters, by the graph's names
   * @param tensors finds a checkpoint's tensor by its name
   * @throws IllegalArgumentException if a tensor is of another shape than the parameters say
   */
  public Map<String, HostTensor> unpack(
      Map<String, Shape> shapes, Function<String, HostTensor> tensors) {
    Map<String, HostTensor> unpacked = new HashMap<>();
    tensors(shapes)
        .forEach(
            (name, expected) -> {
              HostTensor tensor = tensors.apply(name);
              if (!tensor.shape().equals(expected)) {
                throw new IllegalArgumentException(
                    name + ": expected " + expected + ", found " + tensor.shape());
              }
              @Nullable Packed one = find(name);
              if (one == null) {
                unpacked.put(name, tensor);
              } else {
                unpack(one, shapes, tensor, unpacked);
              }
            });
    Map<String, HostTensor> ordered = new LinkedHashMap<>();
    shapes.keySet().forEach(name -> ordered.put(name, get(unpacked, name)));
    return ordered;
  }

  private static void unpack(
      Packed one, Map<String, Shape> shapes, HostTensor tensor, Map<String, HostTensor> unpacked) {
    Shape whole = joined(one, shapes);
    float[] values = tensor.values();
    if (one.transposed()) {
      values = transpose(values, whole.dim(1), whole.dim(0));
    }
    int offset = 0;
    for (String parameter : one.parameters()) {
      Shape shape = get(shapes, parameter);
      HostTensor part = HostTensor.wrap(shape, new float[Math.toIntExact(shape.elements())]);
      copy(one, part, whole, offset, values, false);
      unpacked.put(parameter, part);
      offset += shape.dim(one.axis());
    }
  }

  /** Copies a part into the whole, or the other way. */
  private static void copy(
      Packed one, HostTensor part, Shape whole, int offset, float[] values, boolean in) {
    int inner = Math.toIntExact(whole.elementsFrom(one.axis() + 1));
    int rows = part.shape().dim(one.axis()) * inner;
    int stride = whole.dim(one.axis()) * inner;
    for (int from = 0, to = offset * inner; from < part.values().length; from += rows) {
      if (in) {
        System.arraycopy(part.values(), from, values, to, rows);
      } else {
        System.arraycopy(values, to, part.values(), from, rows);
      }
      to += stride;
    }
  }

  private static float[] transpose(float[] values, int rows, int columns) {
    float[] out = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        out[j * rows + i] = values[i * columns + j];
      }
    }
    return out;
  }

  /** The shape of the tensor. */
  private static Shape shape(Packed one, Map<String, Shape> parameters) {
    Shape shape = joined(one, parameters);
    if (one.transposed()) {
      shape = Shape.of(shape.dim(1), shape.dim(0));
    }
    int before = one.rank() - one.behind();
    while (shape.rank() < before) {
      shape = shape.prepend(1);
    }
    while (shape.rank() > before) {
      if (shape.dim(0) != 1) {
        throw misfit(one, shape + " cannot have " + one.rank() + " axes");
      }
      shape = shape.dropFirst();
    }
    int[] dims = Arrays.copyOf(shape.dims(), one.rank());
    Arrays.fill(dims, before, one.rank(), 1);
    return Shape.of(dims);
  }

  /** The shape of the parameters one after another. */
  private static Shape joined(Packed one, Map<String, Shape> parameters) {
    List<Shape> parts = new ArrayList<>();
    one.parameters().forEach(name -> parts.add(get(parameters, name)));
    Shape first = parts.get(0);
    if (one.axis() >= first.rank() || (one.transposed() && first.rank() != 2)) {
      throw misfit(one, "a parameter is " + first);
    }
    int length = 0;
    for (Shape part : parts) {
      if (part.rank() != first.rank()
          || !part.with(one.axis(), 0).equals(first.with(one.axis(), 0))) {
        throw misfit(one, first + " and " + part + " do not go together");
      }
      length = Math.addExact(length, part.dim(one.axis()));
    }
    return first.with(one.axis(), length);
  }

  private static IllegalArgumentException misfit(Packed one, String why) {
    return new IllegalArgumentException(one.tensor() + ", of " + one.parameters() + ": " + why);
  }

  private @Nullable Packed find(String tensor) {
    return packed.stream().filter(one -> one.tensor().equals(tensor)).findFirst().orElse(null);
  }

  private static <V> V get(Map<String, V> map, String name) {
    @Nullable V value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return value;
  }
}
