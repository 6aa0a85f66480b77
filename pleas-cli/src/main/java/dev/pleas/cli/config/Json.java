package dev.pleas.cli.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Locale;

/** How this program writes and reads JSON. */
public final class Json {
  private static final JsonMapper MAPPER = build();

  private Json() {}

  /** Returns the mapper: records by their components, shapes as arrays, nulls left out. */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  private static JsonMapper build() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .addMixIn(Shape.class, ShapeAsArray.class)
            .addMixIn(Op.class, OpByType.class)
            .addMixIn(ParameterLayout.Packed.class, PackedOfBefore.class)
            .build();
    // Every operation there is, present and future, under its name in kebab case.
    for (Class<?> op : Op.class.getPermittedSubclasses()) {
      mapper.registerSubtypes(new NamedType(op, kebab(op.getSimpleName())));
    }
    return mapper;
  }

  /** Returns a value as indented JSON with a final line break. */
  public static String write(Object value) {
    return text(value, true) + "\n";
  }

  /** Returns a value as JSON on one line. */
  public static String writeCompact(Object value) {
    return text(value, false);
  }

  private static String text(Object value, boolean indented) {
    try {
      return (indented
              ? MAPPER.writer()
              : MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT))
          .writeValueAsString(value)
          .replace(System.lineSeparator(), "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  /** Writes {@code [64, 3, 7, 7]}. */
  private interface ShapeAsArray {
    @JsonValue
    List<Integer> toList();

    @JsonCreator
    static Shape of(int... dims) {
      return Shape.of(dims);
    }
  }

  /** Reads what was written when tensors had no axes behind those of their parameters. */
  private interface PackedOfBefore {
    @JsonSetter(nulls = Nulls.AS_EMPTY)
    int behind();
  }

  /** Writes an operation with its name as {@code type}. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface OpByType {}
}
