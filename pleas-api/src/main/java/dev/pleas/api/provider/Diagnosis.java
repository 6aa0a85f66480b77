package dev.pleas.api.provider;

import dev.pleas.api.provider.Availability.Unavailable;
import dev.pleas.api.provider.ServiceFiles.ServiceFile;
import java.util.Locale;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in words why a provider cannot be used and what to do about it: one remedy per failure. */
final class Diagnosis {
  private static final int THIS_JAVA = Runtime.version().feature();

  /** Class files of Java N have major version N + 44. */
  private static final int FIRST_CLASS_FILE = 44;

  private static final Pattern NEWER_CLASS =
      Pattern.compile("(\\S+) has been compiled by a more recent .*\\(class file version (\\d+)");
  private static final Pattern CLASS_NAME = Pattern.compile("L?([\\w$./]+);?");
  private static final String API = "dev.pleas.api.";

  /** A method of ours, as NoSuchMethodError names it: {@code 'RESULT CLASS.METHOD(PARAMETERS)'}. */
  private static final Pattern API_METHOD = Pattern.compile("\\bdev\\.pleas\\.api\\.[\\w$.<>]+\\(");

  private static final String LOADING = "loading its class";

  private Diagnosis() {}

  /**
   * Explains what {@link java.util.ServiceLoader} threw.
   *
   * @param jar the provider's jar, or {@code unknown}
   */
  static Unavailable ofLoading(Throwable failure, String jar) {
    if (failure instanceof ServiceConfigurationError) {
      String message = message(failure);
      @Nullable Throwable cause = failure.getCause();
      return cause == null ? configuration(message, jar) : constructor(message, cause, jar);
    }
    return failure instanceof SecurityException
        ? damaged(failure, jar) // a signature that does not fit
        : of(LOADING, failure, jar);
  }

  /**
   * Explains what a provider threw.
   *
   * @param step what was called, such as {@code its probe()}
   * @param jar the provider's jar, or {@code unknown}
   */
  static Unavailable of(String step, Throwable failure, String jar) {
    String message = message(failure);
    @Nullable Throwable cause = failure.getCause();
    if (failure instanceof ExceptionInInitializerError && cause != null) {
      return ofItsAuthor("its static initialiser throws " + line(cause), jar);
    }
    if (failure instanceof UnsupportedClassVersionError) {
      return newerClass(message);
    }
    if (failure instanceof NoClassDefFoundError || failure instanceof ClassNotFoundException) {
      return missingClass(step, failure, message, jar);
    }
    if (failure instanceof IncompatibleClassChangeError) {
      boolean ours =
          failure instanceof NoSuchMethodError
              ? API_METHOD.matcher(message).find()
              : message.contains(API);
      return ours
          ? otherApi(failure)
          : new Unavailable(
              "it was compiled against another version of a library that it uses: " + line(failure),
              "put the version of the library that " + name(jar) + " was built with next to it");
    }
    if (failure instanceof UnsatisfiedLinkError) {
      return new Unavailable(
          step + " throws " + line(failure),
          "install the native library that it asks for; " + removal(jar));
    }
    if (failure instanceof ClassFormatError) {
      return damaged(failure, jar);
    }
    return ofItsAuthor(step + " throws " + line(failure), jar);
  }

  /** A mistake of whoever wrote the provider. */
  static Unavailable ofItsAuthor(String reason, String jar) {
    return new Unavailable(reason, "report it to its author; " + removal(jar));
  }

  static Unavailable otherApi(int version) {
    boolean newer = version > Provider.API_VERSION;
    return new Unavailable(
        "it was compiled against API version "
            + version
            + ", which is "
            + (newer ? "newer" : "older")
            + " than this one, version "
            + Provider.API_VERSION,
        "take a version of the jar built for API version "
            + Provider.API_VERSION
            + (newer ? ", or a newer release of PLeaS" : ""));
  }

  static Unavailable otherApi(Throwable failure) {
    return new Unavailable(
        "it was compiled against another version of the API: " + line(failure),
        "take a version of the jar built for API version " + Provider.API_VERSION);
  }

  static Unavailable duplicate(String jar, String first) {
    return jar.equals(first)
        ? ofItsAuthor("another provider in " + jar + " has the same id; ids must be unique", jar)
        : new Unavailable(
            "another provider in " + first + " has the same id; ids must be unique",
            "remove one of the two jars: " + first + ", " + jar);
  }

  static Unavailable repeated(String jar, String first) {
    return new Unavailable(
        first + " has the same class, and is searched first; this copy is not used",
        "remove one of the two jars: " + first + ", " + jar);
  }

  static Unavailable namesNothing(String serviceFile, String jar) {
    return new Unavailable(
        "its service file " + serviceFile + " names no provider",
        "take a complete build of " + name(jar) + ", or remove it");
  }

  static Unavailable unreadable(String serviceFile, Throwable failure, String jar) {
    return new Unavailable(
        "its service file " + serviceFile + " cannot be read: " + line(failure),
        "take an undamaged copy of " + name(jar));
  }

  /**
   * Explains a service file with a wrong line.
   *
   * @param message {@code KIND: ADDRESS:LINE: what is wrong}
   */
  static Unavailable malformed(String serviceFile, ServiceFile file, String message) {
    String address = file.url() + ":";
    String line = message.substring(message.indexOf(address) + address.length());
    return ofItsAuthor(
        "its service file " + serviceFile + " is malformed, line " + line, file.jar());
  }

  private static Unavailable constructor(String message, Throwable cause, String jar) {
    if (cause instanceof NoSuchMethodException) {
      return ofItsAuthor("it has no public constructor without arguments", jar);
    }
    if (cause instanceof IllegalAccessException || cause instanceof InstantiationException) {
      return ofItsAuthor("it is not a public class that can be instantiated: " + line(cause), jar);
    }
    return message.contains("could not be instantiated")
        ? of("its constructor", cause, jar)
        : of(LOADING, cause, jar);
  }

  private static Unavailable configuration(String message, String jar) {
    if (message.endsWith(" not found")) {
      String name = message.replaceFirst(".*Provider (\\S+) not found$", "$1");
      return new Unavailable(
          "its service file names " + name + ", which was not found",
          "put the jar that has "
              + name
              + " next to "
              + name(jar)
              + ", or take a complete build of it");
    }
    return ofItsAuthor(message.replaceFirst("^\\S+Provider: ", ""), jar);
  }

  private static Unavailable damaged(Throwable failure, String jar) {
    return new Unavailable(
        "the jar is damaged: " + line(failure), "take an undamaged copy of " + name(jar));
  }

  private static Unavailable newerClass(String message) {
    Matcher newer = NEWER_CLASS.matcher(message);
    if (newer.find()) {
      int java = Integer.parseInt(newer.group(2)) - FIRST_CLASS_FILE;
      return new Unavailable(
          String.format(
              Locale.ROOT,
              "class %s was compiled for Java %d (class file version %s), this is Java %d",
              newer.group(1).replace('/', '.'),
              java,
              newer.group(2),
              THIS_JAVA),
          String.format(
              Locale.ROOT,
              "run with Java %d or newer, or take a build of the jar for Java %d",
              java,
              THIS_JAVA));
    }
    return new Unavailable(message, "take a build of the jar for Java " + THIS_JAVA);
  }

  private static Unavailable missingClass(
      String step, Throwable failure, String message, String jar) {
    if (message.contains("wrong name: ")) {
      return ofItsAuthor(step + " finds a class under a wrong name: " + message, jar);
    }
    Matcher name = CLASS_NAME.matcher(message);
    if (!name.matches()) { // "Could not initialize class …"
      return ofItsAuthor(step + " throws " + line(failure), jar);
    }
    String missing = name.group(1).replace('/', '.');
    return missing.startsWith(API)
        ? otherApi(failure)
        : new Unavailable(
            "class " + missing + ", which it needs, was not found",
            "put the jar that has " + missing + " next to " + name(jar));
  }

  private static String removal(String jar) {
    return "remove " + name(jar) + " to be rid of this message";
  }

  private static String name(String jar) {
    return jar.equals(ServiceFiles.UNKNOWN) ? "the jar" : jar;
  }

  private static String message(Throwable failure) {
    return Objects.requireNonNullElse(failure.getMessage(), "");
  }

  /** A failure and what caused it, on one line. */
  private static String line(Throwable failure) {
    @Nullable Throwable cause = failure.getCause();
    String text = cause == null ? failure.toString() : failure + ": " + cause;
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
