package dev.pleas.api.signature;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.NullUnmarked;

/** Declarations of types and members as one line of Java each, with complete names. */
final class Declarations {
  /** Every object has them, declared anew or not. */
  private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

  /** Modifiers that callers and implementors can notice; interface members are public anyway. */
  private static final int NOTICED =
      Modifier.PUBLIC | Modifier.PROTECTED | Modifier.ABSTRACT | Modifier.STATIC | Modifier.FINAL;

  private Declarations() {}

  /** Returns the first line of a type. */
  static String type(Class<?> type) {
    StringBuilder line = new StringBuilder(annotations(type));
    int modifiers = type.getModifiers() & NOTICED;
    if (type.isInterface() || type.isEnum() || type.isRecord()) {
      modifiers &= ~(Modifier.ABSTRACT | Modifier.FINAL);
    }
    if (type.isInterface()
        || type.isEnum()
        || type.isRecord()
        || type.getDeclaringClass() == null) {
      modifiers &= ~Modifier.STATIC;
    }
    line.append(modifiers(modifiers)).append(type.isSealed() ? "sealed " : "");
    line.append(kind(type)).append(' ').append(type.getName());
    line.append(TypeNames.variables(type.getTypeParameters()));
    if (type.isRecord()) {
      line.append(
          Stream.of(type.getRecordComponents())
              .map(Declarations::component)
              .collect(Collectors.joining(", ", "(", ")")));
    }
    AnnotatedType parent = type.getAnnotatedSuperclass();
    if (parent != null && !Set.of(Object.class, Record.class).contains(type.getSuperclass())) {
      line.append(type.isEnum() ? "" : " extends " + TypeNames.of(parent));
    }
    if (!type.isAnnotation()) {
      line.append(
          list(type.isInterface() ? " extends " : " implements ", type.getAnnotatedInterfaces()));
    }
    return line.toString();
  }

  /**
   * Returns the lines of the members that a type declares and others can see. The members that a
   * record or enum has by its declaration are left out.
   *
   * @param type the type they are listed for
   * @param declaring the type itself, or a supertype of it that others cannot see
   */
  static List<String> members(Class<?> type, Class<?> declaring) {
    List<String> lines = new ArrayList<>();
    for (Field field : declaring.getDeclaredFields()) {
      if (visible(field.getModifiers()) && !field.isSynthetic()) {
        lines.add(field(field));
      }
    }
    for (Constructor<?> constructor : declaring.getDeclaredConstructors()) {
      if (visible(constructor.getModifiers()) && type == declaring && !canonical(constructor)) {
        lines.add(
            annotations(constructor)
                + modifiers(constructor.getModifiers() & NOTICED)
                + ofVariables(constructor)
                + type.getSimpleName()
                + parameters(constructor));
      }
    }
    for (Method method : declaring.getDeclaredMethods()) {
      if (visible(method.getModifiers()) && !method.isSynthetic() && !implied(method)) {
        lines.add(method(method));
      }
    }
    return lines;
  }

  private static String kind(Class<?> type) {
    if (type.isAnnotation()) {
      return "@interface";
    }
    if (type.isInterface()) {
      return "interface";
    }
    return type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
  }

  private static String component(RecordComponent component) {
    return TypeNames.of(component.getAnnotatedType()) + " " + component.getName();
  }

  private static String field(Field field) {
    if (field.isEnumConstant()) {
      return annotations(field) + "constant " + field.getName();
    }
    return annotations(field)
        + modifiers(field.getModifiers() & NOTICED)
        + TypeNames.of(field.getAnnotatedType())
        + " "
        + field.getName()
        + value(field);
  }

  /** Callers carry the value of a constant in their own class files. */
  private static String value(Field field) {
    Class<?> type = field.getType();
    int constant = Modifier.STATIC | Modifier.FINAL;
    if ((field.getModifiers() & constant) != constant
        || !(type.isPrimitive() || type == String.class)) {
      return "";
    }
    try {
      field.setAccessible(true);
      Object value = field.get(null);
      return " = " + (value instanceof String text ? '"' + text + '"' : value);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static String method(Method method) {
    Object otherwise = method.getDefaultValue();
    return annotations(method)
        + modifiers(method.getModifiers() & NOTICED)
        + (method.isDefault() ? "default " : "")
        + ofVariables(method)
        + TypeNames.of(method.getAnnotatedReturnType())
        + " "
        + method.getName()
        + parameters(method)
        + (otherwise == null ? "" : " default " + otherwise);
  }

  private static String ofVariables(Executable member) {
    String variables = TypeNames.variables(member.getTypeParameters());
    return variables.isEmpty() ? "" : variables + " ";
  }

  private static String parameters(Executable member) {
    AnnotatedType[] types = member.getAnnotatedParameterTypes();
    List<String> names = new ArrayList<>();
    for (AnnotatedType type : types) {
      names.add(TypeNames.of(type));
    }
    if (member.isVarArgs()) {
      String last = names.remove(names.size() - 1);
      names.add(last.replaceFirst("\\[]$", "..."));
    }
    return "("
        + String.join(", ", names)
        + ")"
        + list(" throws ", member.getAnnotatedExceptionTypes());
  }

  private static String list(String word, AnnotatedType[] types) {
    return types.length == 0
        ? ""
        : Stream.of(types).map(TypeNames::of).sorted().collect(Collectors.joining(", ", word, ""));
  }

  /** The annotations that change what a declaration promises. */
  private static String annotations(AnnotatedElement element) {
    return Stream.of(
            Deprecated.class, FunctionalInterface.class, NullMarked.class, NullUnmarked.class)
        .filter(element::isAnnotationPresent)
        .map(annotation -> "@" + annotation.getSimpleName() + " ")
        .collect(Collectors.joining());
  }

  private static String modifiers(int modifiers) {
    return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
  }

  private static boolean visible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static boolean canonical(Constructor<?> constructor) {
    Class<?> type = constructor.getDeclaringClass();
    return type.isRecord()
        && List.of(constructor.getParameterTypes())
            .equals(Stream.of(type.getRecordComponents()).map(RecordComponent::getType).toList());
  }

  private static boolean implied(Method method) {
    Class<?> type = method.getDeclaringClass();
    List<Class<?>> parameters = List.of(method.getParameterTypes());
    if (OF_EVERY_OBJECT.contains(method.getName())) {
      return parameters.isEmpty() || parameters.equals(List.of(Object.class));
    }
    if (type.isEnum() && Modifier.isStatic(method.getModifiers())) {
      return (method.getName().equals("values") && parameters.isEmpty())
          || (method.getName().equals("valueOf") && parameters.equals(List.of(String.class)));
    }
    return type.isRecord()
        && Stream.of(type.getRecordComponents()).anyMatch(c -> c.getAccessor().equals(method));
  }
}
