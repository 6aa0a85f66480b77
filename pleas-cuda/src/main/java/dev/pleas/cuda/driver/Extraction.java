package dev.pleas.cuda.driver;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * JCuda copies its native libraries out of its jars into {@code java.io.tmpdir}, and takes a file
 * that has the right name there already, whoever put it there and even if another process is still
 * writing it. So it gets a folder of its own, which nobody else may write to, for as long as it
 * loads a library.
 */
final class Extraction {
  private static final String FOLDER = "java.io.tmpdir";

  private Extraction() {}

  /** What loads a library. */
  @FunctionalInterface
  interface Loading {
    void run() throws ClassNotFoundException;
  }

  /**
   * Loads a library.
   *
   * @throws IOException if there can be no folder
   */
  static synchronized void run(Loading loading) throws ClassNotFoundException, IOException {
    Path own = Files.createTempDirectory("pleas-jcuda");
    String usual = System.getProperty(FOLDER);
    System.setProperty(FOLDER, own.toString());
    try {
      loading.run();
    } finally {
      System.setProperty(FOLDER, usual);
      delete(own);
    }
  }

  /** Deletes what can be deleted: on Windows not before the process ends. */
  private static void delete(Path folder) {
    folder.toFile().deleteOnExit();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        file.toFile().deleteOnExit();
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      return; // It is tried again when the process ends.
    }
  }
}
