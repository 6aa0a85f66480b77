package dev.pleas.cli.session;

import dev.pleas.api.error.ConfigurationException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Jars that are added to the program when it starts. */
final class Plugins {
  private Plugins() {}

  /**
   * Returns a class loader that sees the jars of a folder and everything that {@code parent} sees.
   * The order of the jars is that of their names.
   *
   * @throws ConfigurationException if the folder cannot be listed
   */
  static URLClassLoader load(Path folder, ClassLoader parent) {
    List<Path> jars = jars(folder);
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      try {
        urls[i] = jars.get(i).toUri().toURL();
      } catch (MalformedURLException e) {
        throw new ConfigurationException(jars.get(i) + ": cannot be loaded as a plugin", e);
      }
    }
    return new URLClassLoader("plugins", urls, parent);
  }

  /**
   * Returns the files of a folder that are named like jars, by name.
   *
   * @throws ConfigurationException if the folder cannot be listed
   */
  static List<Path> jars(Path folder) {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      files.forEach(jars::add);
    } catch (IOException e) {
      throw new ConfigurationException(
          "plugins folder "
              + folder
              + ": "
              + (Files.isDirectory(folder) ? "cannot be listed" : "there is no such folder")
              + "; give a folder of jars with --plugins or PLEAS_PLUGINS",
          e);
    }
    Collections.sort(jars);
    return jars;
  }
}
