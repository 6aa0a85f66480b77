package dev.pleas.api.signature;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;

/** Names of types as they are written, with complete names except for {@code java.lang}. */
final class TypeNames {
  private TypeNames() {}

  /** Returns a type with its arguments, and with {@code @Nullable} wherever it was written. */
  static String of(AnnotatedType type) {
    if (type instanceof AnnotatedArrayType array) {
      String brackets = nullness(type) + "[]";
      return of(array.getAnnotatedGenericComponentType())
          + (brackets.startsWith("@") ? " " : "")
          + brackets;
    }
    if (type instanceof AnnotatedWildcardType wildcard) {
      return nullness(type) + wildcard(wildcard);
    }
    if (type instanceof AnnotatedParameterizedType parameterized) {
      Type raw = ((ParameterizedType) type.getType()).getRawType();
      return nullness(type)
          + name(raw)
          + Stream.of(parameterized.getAnnotatedActualTypeArguments())
              .map(TypeNames::of)
              .collect(Collectors.joining(", ", "<", ">"));
    }
    return nullness(type) + name(type.getType());
  }

  /** Returns declared type variables with their bounds, or nothing if there are none. */
  static String variables(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Stream.of(variables)
            .map(
                variable -> variable.getName() + bounds(" extends ", variable.getAnnotatedBounds()))
            .collect(Collectors.joining(", ", "<", ">"));
  }

  private static String wildcard(AnnotatedWildcardType wildcard) {
    AnnotatedType[] lower = wildcard.getAnnotatedLowerBounds();
    return lower.length > 0
        ? "?" + bounds(" super ", lower)
        : "?" + bounds(" extends ", wildcard.getAnnotatedUpperBounds());
  }

  private static String bounds(String word, AnnotatedType[] bounds) {
    String text = Stream.of(bounds).map(TypeNames::of).collect(Collectors.joining(" & "));
    return text.isEmpty() || (word.equals(" extends ") && text.equals("Object")) ? "" : word + text;
  }

  private static String name(Type type) {
    return type.getTypeName().replaceFirst("^java\\.lang\\.(?=[A-Z])", "");
  }

  private static String nullness(AnnotatedElement type) {
    return (type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "")
        + (type.isAnnotationPresent(NonNull.class) ? "@NonNull " : "");
  }
}
