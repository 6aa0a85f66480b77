package dev.pleas.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

class ParameterLayoutTest {
  /** Returns a tensor with the elements first, first + 1, … */
  private static HostTensor from(int first, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = first + i;
    }
    return HostTensor.wrap(shape, values);
  }

  private static ParameterLayout layout(Packed... packed) {
    return new ParameterLayout(List.of(packed));
  }

  private static Map<String, Shape> shapes(Map<String, HostTensor> parameters) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    parameters.forEach((name, value) -> shapes.put(name, value.shape()));
    return shapes;
  }

  @Example
  void pack_axesBehind_areThoseOfAKernelOfOnePosition() {
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    parameters.put("a", from(1, 2, 1));
    parameters.put("b", from(5, 2, 2));
    assertStored(
        new Packed("w", List.of("a", "b"), 1, false, 4, 2),
        parameters,
        Shape.of(2, 3, 1, 1),
        1,
        5,
        6,
        2,
        7,
        8);
    assertStored(
        new Packed("s", List.of("v"), 0, false, 4, 2),
        Map.of("v", from(1, 3)),
        Shape.of(1, 3, 1, 1),
        1,
        2,
        3);
    assertThatThrownBy(() -> new Packed("t", List.of("a"), 0, false, 1, 2))
        .hasMessage("t: parameters [a], axis 0, rank 1, behind 2");
  }

  /** Fails unless the parameters are stored in this tensor, and come back from it. */
  private static void assertStored(
      Packed how, Map<String, HostTensor> parameters, Shape shape, float... values) {
    ParameterLayout layout = layout(how);
    HostTensor packed = layout.pack(how.tensor(), parameters::get);

    assertThat(layout.tensors(shapes(parameters))).containsExactly(Map.entry(how.tensor(), shape));
    assertThat(packed.shape()).isEqualTo(shape);
    assertThat(packed.values()).containsExactly(values);
    assertSame(
        parameters,
        layout.unpack(shapes(parameters), name -> HostTensor.wrap(shape, values.clone())));
  }

  private static void assertSame(Map<String, HostTensor> expected, Map<String, HostTensor> found) {
    assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, value) -> {
          assertThat(found.get(name).shape()).as(name).isEqualTo(value.shape());
          assertThat(found.get(name).values()).as(name).containsExactly(value.values());
        });
  }

  private static void assertStored(Packed how, HostTensor parameter, Shape shape, float... values) {
    assertStored(how, Map.of("p", parameter), shape, values);
  }

  private static Map<String, HostTensor> queriesKeysValues() {
    Map<String, HostTensor> parameters = new LinkedHashMap<>();
    parameters.put("q", from(0, 1, 2));
    parameters.put("k", from(10, 2, 2));
    parameters.put("v", from(20, 3, 2));
    return parameters;
  }

  @Example
  void rows_ofDifferentHeights_areOneBelowTheOther() {
    assertStored(
        new Packed("qkv", List.of("q", "k", "v"), 0, false, 2),
        queriesKeysValues(),
        Shape.of(6, 2),
        0,
        1,
        10,
        11,
        12,
        13,
        20,
        21,
        22,
        23,
        24,
        25);
  }

  @Example
  void rows_transposed_areColumnsBesideEachOther() {
    // As a framework that multiplies x·W stores them: [inputs, outputs].
    assertStored(
        new Packed("qkv", List.of("q", "k", "v"), 0, true, 2),
        queriesKeysValues(),
        Shape.of(2, 6),
        0,
        10,
        12,
        20,
        22,
        24,
        1,
        11,
        13,
        21,
        23,
        25);
  }

  @Example
  void rows_inAnotherOrder_areInThatOrder() {
    assertStored(
        new Packed("vq", List.of("v", "q"), 0, false, 2),
        ordered("v", from(20, 1, 2), "q", from(0, 1, 2)),
        Shape.of(2, 2),
        20,
        21,
        0,
        1);
  }

  private static Map<String, HostTensor> ordered(
      String first, HostTensor one, String second, HostTensor two) {
    Map<String, HostTensor> map = new LinkedHashMap<>();
    map.put(first, one);
    map.put(second, two);
    return map;
  }

  @Example
  void biases_ofDifferentLengths_followEachOther() {
    assertStored(
        new Packed("bias", List.of("a", "b"), 0, false, 1),
        ordered("a", from(0, 2), "b", from(10, 3)),
        Shape.of(5),
        0,
        1,
        10,
        11,
        12);
  }

  @Example
  void columns_ofDifferentWidths_areBesideEachOther() {
    assertStored(
        new Packed("w", List.of("a", "b"), 1, false, 2),
        ordered("a", from(0, 2, 1), "b", from(10, 2, 3)),
        Shape.of(2, 4),
        0,
        10,
        11,
        12,
        1,
        13,
        14,
        15);
  }

  @Example
  void middleAxis_ofThree_keepsWhatIsAroundIt() {
    assertStored(
        new Packed("w", List.of("a", "b"), 1, false, 3),
        ordered("a", from(0, 2, 1, 2), "b", from(10, 2, 2, 2)),
        Shape.of(2, 3, 2),
        0,
        1,
        10,
        11,
        12,
        13,
        2,
        3,
        14,
        15,
        16,
        17);
  }

  @Example
  void positionEmbedding_ofChannelsByPositions_isStoredTransposedBelowAnAxis() {
    // [C, T] to [1, T, C]
    assertStored(
        new Packed("pos", List.of("p"), 0, true, 3),
        from(0, 2, 3),
        Shape.of(1, 3, 2),
        0,
        3,
        1,
        4,
        2,
        5);
  }

  @Example
  void classToken_ofOneColumn_isStoredWithThreeTwoOrOneAxes() {
    HostTensor token = from(7, 3, 1);
    for (Shape shape : List.of(Shape.of(1, 1, 3), Shape.of(1, 3), Shape.of(3))) {
      assertStored(new Packed("cls", List.of("p"), 0, true, shape.rank()), token, shape, 7, 8, 9);
    }
  }

  @Example
  void projection_ofAnotherFramework_isStoredTransposed() {
    assertStored(
        new Packed("proj", List.of("p"), 0, true, 2),
        from(0, 2, 3),
        Shape.of(3, 2),
        0,
        3,
        1,
        4,
        2,
        5);
  }

  @Example
  void renamed_parameter_isTheSameOrHasOtherAxesOfOne() {
    HostTensor parameter = from(3, 1, 4);
    for (Shape shape :
        List.of(Shape.of(1, 4), Shape.of(4), Shape.of(1, 1, 4), Shape.of(1, 1, 1, 4))) {
      assertStored(Packed.renamed("other", "p", shape.rank()), parameter, shape, 3, 4, 5, 6);
    }
  }

  @Example
  void emptyParts_takeNoPlace() {
    assertStored(
        new Packed("w", List.of("a", "b"), 0, false, 2),
        ordered("a", from(0, 0, 2), "b", from(10, 1, 2)),
        Shape.of(1, 2),
        10,
        11);
    assertStored(
        new Packed("w", List.of("a", "b"), 1, true, 2),
        ordered("a", from(0, 0, 2), "b", from(10, 0, 1)),
        Shape.of(3, 0));
  }

  @Example
  void tensors_packedFirst_thenTheOthers() {
    ParameterLayout layout =
        layout(new Packed("kv", List.of("k", "v"), 0, false, 2), Packed.renamed("query", "q", 2));
    Map<String, HostTensor> parameters = new LinkedHashMap<>(Map.of("bias", from(40, 2)));
    parameters.putAll(queriesKeysValues());

    assertThat(List.copyOf(layout.tensors(shapes(parameters)).entrySet()))
        .containsExactly(
            Map.entry("kv", Shape.of(5, 2)),
            Map.entry("query", Shape.of(1, 2)),
            Map.entry("bias", Shape.of(2)));
    assertThat(layout.tensorOf("v")).isEqualTo("kv");
    assertThat(layout.tensorOf("q")).isEqualTo("query");
    assertThat(layout.tensorOf("bias")).isEqualTo("bias");
  }

  @Example
  void plain_parameters_areTheTensors() {
    Map<String, HostTensor> parameters = queriesKeysValues();

    assertThat(ParameterLayout.PLAIN.tensors(shapes(parameters))).isEqualTo(shapes(parameters));
    assertThat(ParameterLayout.PLAIN.pack("q", parameters::get)).isSameAs(parameters.get("q"));
    assertSame(parameters, ParameterLayout.PLAIN.unpack(shapes(parameters), parameters::get));
  }

  @Example
  void names_exchanged_areToldApart() {
    // The tensor called a holds b, and the other way round.
    ParameterLayout layout = layout(Packed.renamed("a", "b", 1), Packed.renamed("b", "a", 1));
    Map<String, HostTensor> parameters = ordered("a", from(0, 2), "b", from(10, 3));
    Map<String, HostTensor> stored =
        Map.of("a", layout.pack("a", parameters::get), "b", layout.pack("b", parameters::get));

    assertThat(stored.get("a").values()).containsExactly(10, 11, 12);
    assertSame(parameters, layout.unpack(shapes(parameters), stored::get));
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Example
  void unpack_tensorOfAnotherShape_isNamed() {
    ParameterLayout layout = layout(new Packed("qkv", List.of("q", "k", "v"), 0, true, 2));
    Map<String, Shape> shapes = shapes(queriesKeysValues());

    assertRefused(
        "qkv: expected [2, 6], found [6, 2]", () -> layout.unpack(shapes, name -> from(0, 6, 2)));
    assertRefused(
        "b: expected [2], found [1, 2]",
        () -> ParameterLayout.PLAIN.unpack(Map.of("b", Shape.of(2)), name -> from(0, 1, 2)));
  }

  @Example
  void tensors_missingParameter_isNamed() {
    ParameterLayout layout = layout(new Packed("kv", List.of("k", "v"), 0, false, 2));
    Map<String, Shape> shapes = Map.of("k", Shape.of(2, 2));

    assertRefused("no parameter v", () -> layout.tensors(shapes));
    assertRefused("no parameter v", () -> layout.unpack(shapes, name -> from(0, 4, 2)));
  }

  @Example
  void new_storedTwice_isNamed() {
    assertRefused(
        "two packed tensors are named t",
        () -> layout(Packed.renamed("t", "a", 1), Packed.renamed("t", "b", 1)));
    assertRefused(
        "u: parameter a is stored twice",
        () -> layout(Packed.renamed("t", "a", 1), Packed.renamed("u", "a", 1)));
    assertRefused(
        "t: parameter a is stored twice",
        () -> layout(new Packed("t", List.of("a", "a"), 0, false, 1)));
    assertRefused(
        "t is a tensor of its own, and another of that name is packed",
        () ->
            layout(Packed.renamed("t", "a", 1))
                .tensors(Map.of("a", Shape.of(2), "t", Shape.of(2))));
  }

  @Example
  void new_packedOfNothing_isRefused() {
    assertRefused(
        "t: parameters [], axis 0, rank 1", () -> new Packed("t", List.of(), 0, false, 1));
    assertRefused(
        "t: parameters [a], axis -1, rank 1", () -> new Packed("t", List.of("a"), -1, false, 1));
    assertRefused(
        "t: parameters [a], axis 0, rank -1", () -> new Packed("t", List.of("a"), 0, false, -1));
  }

  @Example
  void new_lists_areCopied() {
    List<String> names = new ArrayList<>(List.of("a", "b"));
    List<Packed> packed = new ArrayList<>(List.of(new Packed("t", names, 0, false, 1)));
    ParameterLayout layout = new ParameterLayout(packed);
    names.clear();
    packed.clear();

    assertThat(layout.packed()).containsExactly(new Packed("t", List.of("a", "b"), 0, false, 1));
  }

  @Example
  void shapes_thatDoNotGoTogether_areNamed() {
    Packed rows = new Packed("t", List.of("a", "b"), 0, false, 2);
    assertMisfit("[2, 3] and [2, 4] do not go together", rows, Shape.of(2, 3), Shape.of(2, 4));
    assertMisfit("[2, 3] and [3] do not go together", rows, Shape.of(2, 3), Shape.of(3));
    Packed columns = new Packed("t", List.of("a", "b"), 1, false, 2);
    assertMisfit("a parameter is [3]", columns, Shape.of(3), Shape.of(3));
    Packed transposed = new Packed("t", List.of("a", "b"), 0, true, 2);
    assertMisfit("a parameter is [3]", transposed, Shape.of(3), Shape.of(3));
    Packed flat = new Packed("t", List.of("a", "b"), 0, false, 1);
    assertMisfit("[4, 3] cannot have 1 axes", flat, Shape.of(2, 3), Shape.of(2, 3));
  }

  private static void assertMisfit(String why, Packed one, Shape a, Shape b) {
    Map<String, HostTensor> parameters = ordered("a", from(0, a.dims()), "b", from(0, b.dims()));
    String message = "t, of [a, b]: " + why;
    assertRefused(message, () -> layout(one).tensors(shapes(parameters)));
    assertRefused(message, () -> layout(one).pack("t", parameters::get));
  }

  /**
   * A layout and the parameters it is for: one packed tensor of {@code heights}, and a plain one.
   */
  record Case(Packed packed, Map<String, HostTensor> parameters) {}

  @Provide
  Arbitrary<Case> cases() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3).list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.integers().between(0, 4).list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(true, false))
        .as(
            (lengths, dims, axis, more, transposed) -> {
              Shape common = Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
              int along = axis % common.rank();
              Map<String, HostTensor> parameters = new LinkedHashMap<>();
              for (int i = 0; i < lengths.size(); i++) {
                parameters.put("p" + i, from(100 * i, common.with(along, lengths.get(i)).dims()));
              }
              List<String> names = List.copyOf(parameters.keySet());
              parameters.put("other", from(-7, 2, 2));
              boolean matrix = transposed && common.rank() == 2;
              return new Case(
                  new Packed("t", names, along, matrix, common.rank() + more), parameters);
            });
  }

  @Property(tries = 500)
  void unpack_whatWasPacked_isWhatItWas(@ForAll("cases") Case given) {
    ParameterLayout layout = layout(given.packed());
    Map<String, Shape> shapes = shapes(given.parameters());
    Map<String, HostTensor> stored = new LinkedHashMap<>();
    layout
        .tensors(shapes)
        .keySet()
        .forEach(name -> stored.put(name, layout.pack(name, given.parameters()::get)));

    assertThat(shapes(stored)).isEqualTo(layout.tensors(shapes));
    assertSame(given.parameters(), layout.unpack(shapes, stored::get));
  }
}
