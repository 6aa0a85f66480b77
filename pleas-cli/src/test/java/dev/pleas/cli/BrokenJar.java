package dev.pleas.cli;

import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.provider.PluginJar;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The ways in which jars break; JAR in a text stands for the jar's name. */
enum BrokenJar {
  MISSING_CLASS(
      "plugin.Nowhere",
      "its service file names plugin.Nowhere, which was not found",
      "put the jar that has plugin.Nowhere next to JAR, or take a complete build of it") {
    @Override
    PluginJar jar() {
      return new PluginJar().service("plugin.Nowhere");
    }
  },
  MISSING_SUPERCLASS(
      "plugin.Child",
      "class plugin.Parent, which it needs, was not found",
      "put the jar that has plugin.Parent next to JAR") {
    @Override
    PluginJar jar() {
      return new PluginJar()
          .compiled(
              "Child",
              "package plugin; public abstract class Child extends Parent"
                  + " implements dev.pleas.api.match.MatcherProvider {} class Parent {}")
          .without("Parent")
          .service("plugin.Child");
    }
  },
  NEWER_CLASS_FILE(
      "plugin.Future",
      "class plugin.Future was compiled for Java 155 (class file version 199), this is Java "
          + Runtime.version().feature(),
      "run with Java 155 or newer, or take a build of the jar for Java "
          + Runtime.version().feature()) {
    @Override
    PluginJar jar() {
      return new PluginJar().provider("Future", "future", 999).fromTheFuture("Future");
    }
  },
  THROWING_CONSTRUCTOR(
      "plugin.Constructor",
      "its constructor throws java.lang.IllegalStateException: no licence",
      "report it to its author; remove JAR to be rid of this message") {
    @Override
    PluginJar jar() {
      return provider(
          "Constructor",
          "constructor",
          AVAILABLE,
          "public Constructor() { throw new IllegalStateException(\"no licence\"); }");
    }
  },
  THROWING_PROBE(
      "probing",
      "its probe() throws java.lang.Error: no luck",
      "report it to its author; remove JAR to be rid of this message") {
    @Override
    PluginJar jar() {
      return provider(
          "Probe",
          "probing",
          "fail()",
          "static Availability fail() { throw new Error(\"no luck\"); }");
    }
  },
  DUPLICATE_ID(
      "MATCHER",
      "another provider in MATCHERJAR has the same id; ids must be unique",
      "remove one of the two jars: MATCHERJAR, JAR") {
    @Override
    PluginJar jar() {
      return new PluginJar().provider("Twin", MATCHER.id(), 1);
    }
  },
  WRONG_API_VERSION(
      "plugin.Version",
      "it was compiled against API version 99, which is newer than this one, version 1",
      "take a version of the jar built for API version 1, or a newer release of PLeaS") {
    @Override
    PluginJar jar() {
      return new PluginJar().provider("Version", "\"v\"", "999", "99", AVAILABLE, "", "");
    }
  },
  MALFORMED_ID(
      "plugin.Id",
      "its id \"No Id\" does not match [a-z][a-z0-9-]{0,31}",
      "report it to its author; remove JAR to be rid of this message") {
    @Override
    PluginJar jar() {
      return provider("Id", "No Id", AVAILABLE, "");
    }
  },
  NAMES_NOTHING(
      "JAR",
      "its service file META-INF/services/dev.pleas.api.match.MatcherProvider names no provider",
      "take a complete build of JAR, or remove it") {
    @Override
    PluginJar jar() {
      return new PluginJar().service("# to do");
    }
  },
  NO_ZIP(
      "JAR",
      "it is not a jar, or not all of it is there (zip END header not found)",
      "copy it here again, or remove it") {
    @Override
    Path write(Path folder) throws IOException {
      return Files.writeString(folder.resolve(fileName()), "<html>404</html>".repeat(99));
    }
  },
  TRUNCATED(
      "JAR",
      "it is not a jar, or not all of it is there (zip END header not found)",
      "copy it here again, or remove it") {
    @Override
    Path write(Path folder) throws IOException {
      Path file = new PluginJar().provider("Sound", "sound", 1).write(folder, fileName(), "1");
      byte[] bytes = Files.readAllBytes(file);
      return Files.write(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
    }
  },
  EMPTY_FILE("JAR", "the file is empty", "copy it here again, or remove it") {
    @Override
    Path write(Path folder) throws IOException {
      return Files.createFile(folder.resolve(fileName()));
    }
  };

  private static final String AVAILABLE = "new Availability.Available(\"\")";

  /** The matcher that is chosen without broken jars. */
  private static final RegistryEntry<MatcherProvider> MATCHER =
      Registry.of(BrokenJar.class.getClassLoader()).best(MatcherProvider.class).entry();

  private final String id;
  private final String reason;
  private final String remedy;

  BrokenJar(String id, String reason, String remedy) {
    this.id = id;
    this.reason = reason;
    this.remedy = remedy;
  }

  PluginJar jar() {
    throw new AssertionError("is no jar");
  }

  Path write(Path folder) throws IOException {
    return jar().write(folder, fileName(), "7.3");
  }

  String fileName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-') + ".jar";
  }

  String id() {
    return filled(id);
  }

  String reason() {
    return filled(reason);
  }

  String remedy() {
    return filled(remedy);
  }

  /** What people are shown. */
  String text() {
    return "! "
        + id()
        + (id().equals(fileName()) ? "" : " – in " + fileName() + " 7.3")
        + "\n    broken: "
        + reason()
        + "\n    remedy: "
        + remedy()
        + "\n";
  }

  private String filled(String text) {
    return text.replace("MATCHERJAR", MATCHER.origin())
        .replace("MATCHER", MATCHER.id())
        .replace("JAR", fileName());
  }

  private static PluginJar provider(String name, String id, String probe, String members) {
    return new PluginJar().provider(name, "\"" + id + "\"", "999", probe, members);
  }
}
