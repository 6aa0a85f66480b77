package dev.pleas.cli.session;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A file that is named like a jar and is none. Class loaders pass over it in silence.
 *
 * @param name its file name
 * @param reason why it cannot be read
 * @param remedy what to do about it
 */
public record UnreadableJar(String name, String reason, String remedy) {
  /** Returns those among some files; folders are none. */
  static List<UnreadableJar> among(List<Path> files) {
    List<UnreadableJar> unreadable = new ArrayList<>();
    for (Path file : files) {
      if (Files.isDirectory(file)) {
        continue;
      }
      try {
        new ZipFile(file.toFile()).close();
      } catch (IOException e) {
        unreadable.add(of(file, e));
      }
    }
    return unreadable;
  }

  /** Returns the jars of the class path that this JVM was started with. */
  static List<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path", "").split(File.pathSeparator))
        .filter(entry -> entry.toLowerCase(Locale.ROOT).endsWith(".jar"))
        .map(Path::of)
        .filter(Files::exists) // others are legal, and ignored by Java
        .toList();
  }

  private static UnreadableJar of(Path file, IOException e) {
    String name = String.valueOf(file.getFileName());
    if (e instanceof NoSuchFileException) {
      return new UnreadableJar(name, "there is no such file", "remove the link, or mend it");
    }
    if (file.toFile().length() == 0) {
      return new UnreadableJar(name, "the file is empty", "copy it here again, or remove it");
    }
    return e instanceof ZipException
        ? new UnreadableJar(
            name,
            "it is not a jar, or not all of it is there (" + e.getMessage() + ")",
            "copy it here again, or remove it")
        : new UnreadableJar(name, "it cannot be read: " + e, "make it readable, or remove it");
  }
}
