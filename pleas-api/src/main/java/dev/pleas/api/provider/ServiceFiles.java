package dev.pleas.api.provider;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * The service files of one kind, read once more than {@link java.util.ServiceLoader} does: it says
 * of many failures neither which provider nor which jar they come from, and nothing at all of a
 * file without providers.
 */
final class ServiceFiles {
  static final String UNKNOWN = "unknown";

  private final String path;
  private final ClassLoader loader;
  private final List<ServiceFile> files = new ArrayList<>();
  private final Map<String, ServiceFile> firstNaming = new LinkedHashMap<>();
  private final List<Repeated> repeated = new ArrayList<>();

  /** Classes that were loaded or whose failure is reported, and unreadable files likewise. */
  private final Set<String> done = new HashSet<>();

  /**
   * One service file.
   *
   * @param classNames in the order of its lines; empty if it could not be read
   * @param version its jar's implementation version, or {@code unknown}
   * @param readable whether it could be read
   */
  record ServiceFile(URL url, Set<String> classNames, String version, boolean readable) {
    /** Returns the file name of its jar or folder. */
    String jar() {
      try {
        if (url.openConnection() instanceof JarURLConnection connection) {
          return fileName(connection.getJarFileURL());
        }
        // A folder of classes has it at META-INF/services/NAME.
        return fileName(URI.create(url.toString()).resolve("../..").toURL());
      } catch (IOException | IllegalArgumentException e) {
        return url.toString();
      }
    }
  }

  /**
   * A class that a second service file names too.
   *
   * @param first the jar that it is taken from
   */
  record Repeated(String className, ServiceFile file, ServiceFile first) {}

  private ServiceFiles(String path, ClassLoader loader) {
    this.path = path;
    this.loader = loader;
  }

  static ServiceFiles find(Class<?> kind, ClassLoader loader) {
    ServiceFiles files = new ServiceFiles("META-INF/services/" + kind.getName(), loader);
    try {
      Set<String> addresses = new HashSet<>();
      for (URL url : Collections.list(loader.getResources(files.path))) {
        if (addresses.add(url.toString())) {
          files.add(read(url));
        }
      }
    } catch (IOException e) {
      // ServiceLoader fails in the same way, and that is reported.
    }
    return files;
  }

  private void add(ServiceFile file) {
    files.add(file);
    for (String name : file.classNames()) {
      @Nullable ServiceFile first = firstNaming.putIfAbsent(name, file);
      if (first != null) {
        repeated.add(new Repeated(name, file, first));
      }
    }
  }

  /** Returns where a service file lies in its jar. */
  String path() {
    return path;
  }

  /** Returns the files that can be read and name no provider. */
  List<ServiceFile> empty() {
    return files.stream().filter(file -> file.readable() && file.classNames().isEmpty()).toList();
  }

  /** Returns the classes that several files name; only the first of these counts. */
  List<Repeated> repeated() {
    return repeated;
  }

  /** Returns the first file that names a class, or null. */
  @Nullable ServiceFile naming(String className) {
    return firstNaming.get(className);
  }

  /** Returns the file that could not be read, of those not done; null if there is none. */
  @Nullable ServiceFile nextUnreadable() {
    return files.stream()
        .filter(file -> !file.readable() && done.add(file.url().toString()))
        .findFirst()
        .orElse(null);
  }

  /** Returns the file that a message speaks of, or null. */
  @Nullable ServiceFile mentioned(String message) {
    return files.stream()
        .filter(file -> message.contains(file.url().toString()))
        .findFirst()
        .orElse(null);
  }

  /** Remembers that a class was loaded or its failure reported. */
  void done(String className) {
    done.add(className);
  }

  /** Returns the first class, of those not done, that cannot be loaded; null if there is none. */
  @Nullable String nextUnloadable() {
    return firstNaming.keySet().stream()
        .filter(name -> !done.contains(name) && !loads(name))
        .findFirst()
        .orElse(null);
  }

  private boolean loads(String className) {
    try {
      Class.forName(className, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
      return false;
    }
  }

  private static ServiceFile read(URL url) {
    Set<String> names = new LinkedHashSet<>();
    try {
      URLConnection connection = url.openConnection();
      connection.setUseCaches(false); // or the jar would stay open
      String version = version(connection);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
          String name = line.split("#", 2)[0].strip();
          if (!name.isEmpty()) {
            names.add(name);
          }
        }
      }
      return new ServiceFile(url, names, version, true);
    } catch (IOException e) {
      return new ServiceFile(url, Set.of(), UNKNOWN, false);
    }
  }

  private static String version(URLConnection connection) throws IOException {
    @Nullable Attributes attributes =
        connection instanceof JarURLConnection jar ? jar.getMainAttributes() : null;
    @Nullable String version =
        attributes == null ? null : attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
    return Objects.requireNonNullElse(version, UNKNOWN);
  }

  /** Returns the file name of a jar or folder, or the whole address if it is no file. */
  static String fileName(URL location) {
    try {
      return String.valueOf(Path.of(URI.create(location.toString())).getFileName());
    } catch (RuntimeException e) {
      return location.toString();
    }
  }
}
