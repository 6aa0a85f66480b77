package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.provider.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Builds the jar of {@code examples/custom-backend} as its pom.xml does: from pleas-api alone. */
final class CustomBackendJar {
  static final Path PROJECT = Path.of("..", "examples", "custom-backend");
  static final String NAME = "custom-backend-1.0.0.jar";

  private CustomBackendJar() {}

  /**
   * Builds the jar.
   *
   * @param work an empty folder for classes; the jar comes to lie in it too
   */
  static Path build(Path work) throws IOException, URISyntaxException {
    Path api = Path.of(Provider.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path classes = Files.createDirectory(work.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of("--release", "17", "-cp", api.toString(), "-d", classes.toString()));
    for (Path source : files(PROJECT.resolve("src/main/java"))) {
      arguments.add(source.toString());
    }
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(String[]::new)))
        .as("exit code of javac")
        .isZero();
    return write(work.resolve(NAME), List.of(classes, PROJECT.resolve("src/main/resources")));
  }

  private static Path write(Path jar, List<Path> roots) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "1.0.0");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (Path root : roots) {
        for (Path entry : files(root)) {
          out.putNextEntry(new JarEntry(root.relativize(entry).toString().replace('\\', '/')));
          Files.copy(entry, out);
          out.closeEntry();
        }
      }
    }
    return jar;
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      return tree.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
