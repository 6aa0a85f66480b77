package dev.pleas.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The modules of the build that make a jar, as they lie beside this one when it is built. */
enum PleasModule {
  API("pleas-api", "dev.pleas.api"),
  BACKEND("pleas-backend", "dev.pleas.backend"),
  CORE("pleas-core", "dev.pleas.core"),
  CPU("pleas-cpu", "dev.pleas.cpu"),
  CUDA("pleas-cuda", "dev.pleas.cuda"),
  MODELS("pleas-models", "dev.pleas.models"),
  CLI("pleas-cli", "dev.pleas.cli"),
  TESTS("pleas-tests", "dev.pleas.tck");

  /** The root of the sources. */
  static final Path ROOT = Path.of("..");

  private final String artifact;
  private final String rootPackage;

  PleasModule(String artifact, String rootPackage) {
    this.artifact = artifact;
    this.rootPackage = rootPackage;
  }

  /** Returns the Maven artifact, which is also the name of the folder. */
  String artifact() {
    return artifact;
  }

  /** Returns the package that holds all others of the module; it is the module's name, too. */
  String rootPackage() {
    return rootPackage;
  }

  /** Returns the folder of compiled classes without tests. */
  Path classes() {
    return ROOT.resolve(artifact).resolve(Path.of("target", "classes"));
  }

  /** Returns the jar; there is one only after {@code package}. */
  Path jar() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve(artifact).resolve("target"))) {
      List<Path> jars =
          files
              .filter(file -> file.getFileName().toString().startsWith(artifact + "-"))
              .filter(file -> file.getFileName().toString().matches(".*\\d(-SNAPSHOT)?\\.jar"))
              .toList();
      if (jars.size() != 1) {
        throw new AssertionError(artifact + ": expected one jar, found " + jars);
      }
      return jars.get(0);
    }
  }
}
