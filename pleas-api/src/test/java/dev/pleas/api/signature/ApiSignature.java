package dev.pleas.api.signature;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What others can see of compiled classes, as text: the module, then a paragraph per public type in
 * the order of their names. A paragraph is the type's declaration and, indented, its public and
 * protected members, sorted. Members of supertypes that others cannot see count as the type's own.
 */
final class ApiSignature {
  private static final String INDENT = "  ";
  private static final Pattern NAME = Pattern.compile("\\w+(\\.[\\w$]+)+");

  private ApiSignature() {}

  /**
   * Describes a folder of class files.
   *
   * @param folder class files that {@code loader} can load, with their {@code module-info.class}
   */
  static List<String> of(Path folder, ClassLoader loader) throws IOException {
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
        String name = folder.relativize(file).toString().replaceAll("[/\\\\]", ".");
        name = name.substring(0, name.length() - ".class".length());
        if (!name.equals("module-info") && !name.endsWith(".package-info")) {
          types.add(load(name, loader));
        }
      }
    }
    List<String> lines = new ArrayList<>();
    try (InputStream module = Files.newInputStream(folder.resolve("module-info.class"))) {
      lines.addAll(module(ModuleDescriptor.read(module)));
    }
    lines.addAll(types(types));
    return lines;
  }

  /** Describes those of some types that others can see. */
  static List<String> types(Collection<Class<?>> types) {
    List<String> lines = new ArrayList<>();
    types.stream()
        .filter(ApiSignature::visible)
        .sorted(Comparator.comparing(Class::getName))
        .forEach(type -> lines.addAll(type(type)));
    return lines;
  }

  /**
   * Says how one description differs from another: a line with {@code -} for each that is gone and
   * one with {@code +} for each that is new, each paragraph's under its declaration.
   */
  static List<String> difference(List<String> recorded, List<String> found) {
    SortedMap<String, List<String>> before = paragraphs(recorded);
    SortedMap<String, List<String>> after = paragraphs(found);
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      List<String> old = before.getOrDefault(name, List.of());
      List<String> now = after.getOrDefault(name, List.of());
      if (!old.equals(now)) {
        if (!old.isEmpty() && !now.isEmpty() && old.get(0).equals(now.get(0))) {
          lines.add(INDENT + old.get(0));
        }
        old.stream().filter(line -> !now.contains(line)).forEach(line -> lines.add("- " + line));
        now.stream().filter(line -> !old.contains(line)).forEach(line -> lines.add("+ " + line));
      }
    }
    return lines;
  }

  /** Paragraphs by the name of what they declare, which is the first name with dots. */
  private static SortedMap<String, List<String>> paragraphs(List<String> lines) {
    SortedMap<String, List<String>> paragraphs = new TreeMap<>();
    List<String> paragraph = List.of();
    for (String line : lines) {
      if (line.startsWith(INDENT)) {
        paragraph.add(line);
      } else if (!line.isEmpty()) {
        Matcher name = NAME.matcher(line);
        paragraph = new ArrayList<>(List.of(line));
        paragraphs.put(name.find() ? name.group() : line, paragraph);
      }
    }
    return paragraphs;
  }

  private static List<String> module(ModuleDescriptor module) {
    TreeSet<String> members = new TreeSet<>();
    module.requires().forEach(r -> members.add("requires " + words(r.modifiers()) + r.name()));
    module.exports().forEach(e -> members.add("exports " + e.source() + to(e.targets())));
    module.opens().forEach(o -> members.add("opens " + o.source() + to(o.targets())));
    module.uses().forEach(service -> members.add("uses " + service));
    module.provides().forEach(provided -> members.add("provides " + provided.service()));
    return paragraph("module " + module.name(), members);
  }

  private static String words(Collection<ModuleDescriptor.Requires.Modifier> modifiers) {
    TreeSet<String> words = new TreeSet<>();
    modifiers.forEach(modifier -> words.add(modifier + " "));
    return String.join("", words).toLowerCase(Locale.ROOT);
  }

  private static String to(Collection<String> modules) {
    return modules.isEmpty() ? "" : " to " + String.join(", ", new TreeSet<>(modules));
  }

  private static List<String> type(Class<?> type) {
    TreeSet<String> members = new TreeSet<>();
    addMembers(type, type, members);
    if (type.isSealed()) {
      Stream.of(type.getPermittedSubclasses())
          .forEach(permitted -> members.add("permits " + permitted.getName()));
    }
    return paragraph(Declarations.type(type), members);
  }

  private static void addMembers(Class<?> type, Class<?> declaring, Set<String> members) {
    members.addAll(Declarations.members(type, declaring));
    for (Class<?> supertype : supertypes(declaring)) {
      if (!visible(supertype)) {
        addMembers(type, supertype, members);
      }
    }
  }

  private static List<Class<?>> supertypes(Class<?> type) {
    List<Class<?>> supertypes = new ArrayList<>(List.of(type.getInterfaces()));
    if (type.getSuperclass() != null) {
      supertypes.add(type.getSuperclass());
    }
    return supertypes;
  }

  private static boolean visible(Class<?> type) {
    if (type.isAnonymousClass() || type.isLocalClass() || type.isSynthetic()) {
      return false;
    }
    boolean open =
        Modifier.isPublic(type.getModifiers()) || Modifier.isProtected(type.getModifiers());
    return open && (type.getDeclaringClass() == null || visible(type.getDeclaringClass()));
  }

  private static List<String> paragraph(String head, Collection<String> members) {
    List<String> lines = new ArrayList<>(List.of("", head));
    members.forEach(member -> lines.add(INDENT + member));
    return lines;
  }

  private static Class<?> load(String name, ClassLoader loader) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
