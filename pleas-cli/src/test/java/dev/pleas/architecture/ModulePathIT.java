package dev.pleas.architecture;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.Provider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars on the module path, seen from a module that is compiled and run here. */
class ModulePathIT {
  private static final Path LIB = Path.of("target", "dist", "pleas", "lib").toAbsolutePath();
  private static final Path CONSUMER =
      Path.of("src", "test", "resources", "dev", "pleas", "architecture", "consumer");

  @TempDir Path folder;

  @Test
  void jars_asModules_haveTheirNamesAndPackagesOfTheirOwn() throws IOException {
    Map<String, String> owners = new HashMap<>();
    for (PleasModule module : PleasModule.values()) {
      ModuleDescriptor descriptor = descriptor(module);
      assertThat(descriptor.name()).isEqualTo(module.rootPackage());
      assertThat(descriptor.isAutomatic()).isEqualTo(module != PleasModule.API);
      for (String owned : descriptor.packages()) {
        assertThat(owned + ".").startsWith(module.rootPackage() + ".");
        assertThat(owners.put(owned, descriptor.name())).as("second owner of %s", owned).isNull();
      }
    }
    assertThat(owners)
        .containsEntry("dev.pleas.api.graph", "dev.pleas.api")
        .containsEntry("dev.pleas.cpu.nd4j", "dev.pleas.cpu")
        .containsEntry("dev.pleas.tck", "dev.pleas.tck");
  }

  @Test
  void contracts_asModule_exportAllTheirPackages() throws IOException {
    ModuleDescriptor api = descriptor(PleasModule.API);
    TreeSet<String> exported = new TreeSet<>();
    api.exports().forEach(export -> exported.add(export.source()));
    assertThat(exported).isEqualTo(new TreeSet<>(api.packages()));
  }

  @Test
  void consumer_ourJarsOnTheModulePath_findsTheProvidersInTheirModules() throws Exception {
    assertThat(run(ModulePathIT::ours))
        .contains(
            "contracts in dev.pleas.api",
            "TensorBackendProvider nd4j in dev.pleas.cpu",
            "TensorBackendProvider ejml in dev.pleas.cpu",
            "MatcherProvider jonker-volgenant in dev.pleas.cpu",
            "LeastSquaresSolverProvider openblas in dev.pleas.cpu",
            "LeastSquaresSolverProvider ejml in dev.pleas.cpu",
            "LeastSquaresSolverProvider commons-math in dev.pleas.cpu",
            "ModelAdapterProvider resnet in dev.pleas.models",
            "CheckpointFormatProvider safetensors in dev.pleas.models",
            "CheckpointFormatProvider pytorch in dev.pleas.models",
            "MergeMethodProvider pleas in dev.pleas.core",
            "MergeMethodProvider average in dev.pleas.core",
            "Greeter hello in consumer",
            "ServiceLoader jonker-volgenant",
            "match [1, 0]");
  }

  @Test
  void consumer_contractsAloneOnTheModulePath_findsTheProvidersOfTheClassPath() throws Exception {
    assertThat(run(ModulePathIT::contracts))
        .contains(
            "contracts in dev.pleas.api",
            "TensorBackendProvider nd4j in the class path",
            "MatcherProvider jonker-volgenant in the class path",
            "LeastSquaresSolverProvider openblas in the class path",
            "ModelAdapterProvider resnet in the class path",
            "CheckpointFormatProvider safetensors in the class path",
            "CheckpointFormatProvider pytorch in the class path",
            "MergeMethodProvider pleas in the class path",
            "Greeter hello in consumer",
            "ServiceLoader jonker-volgenant",
            "match [1, 0]");
  }

  /**
   * Runs the consumer.
   *
   * @param modules the jars that go to the module path; the others go to the class path
   * @return what it prints
   */
  private List<String> run(Predicate<Path> modules) throws Exception {
    String modulePath = compile() + File.pathSeparator + path(modules);
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--class-path",
                path(modules.negate()),
                "--module-path",
                modulePath,
                "--module",
                "consumer/consumer.Main")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    List<String> lines = Files.readAllLines(log);
    assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    String version =
        PleasModule.API.jar().getFileName().toString().replaceAll("^pleas-api-|\\.jar$", "");
    assertThat(lines).contains("version " + version);
    // What can be used here, on the class path, can be used there, native libraries included.
    assertUsable(lines, TensorBackendProvider.class);
    assertUsable(lines, LeastSquaresSolverProvider.class);
    return lines;
  }

  private static <P extends Provider<?>> void assertUsable(List<String> lines, Class<P> kind) {
    Registry registry = Registry.of(ModulePathIT.class.getClassLoader());
    assertThat(registry.entries(kind)).hasSizeGreaterThan(1);
    for (RegistryEntry<P> entry : registry.entries(kind)) {
      String line = kind.getSimpleName() + " " + entry.id() + ": " + entry.availability();
      assertThat(lines).contains(line);
    }
  }

  private Path compile() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(CONSUMER)) {
      sources = files.filter(file -> name(file).endsWith(".java")).toList();
    }
    assertThat(sources).hasSize(4);
    Path classes = folder.resolve("classes");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean compiled =
          compiler
              .getTask(
                  problems,
                  files,
                  null,
                  List.of(
                      "-proc:none", "-d", classes.toString(), "-p", path(ModulePathIT::contracts)),
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as(problems.toString()).isTrue();
    }
    return classes;
  }

  private static ModuleDescriptor descriptor(PleasModule module) throws IOException {
    return ModuleFinder.of(module.jar()).findAll().iterator().next().descriptor();
  }

  private static String path(Predicate<Path> chosen) throws IOException {
    try (Stream<Path> jars = Files.list(LIB)) {
      return jars.filter(chosen).sorted().map(Path::toString).collect(joining(File.pathSeparator));
    }
  }

  private static boolean contracts(Path jar) {
    return name(jar).startsWith("pleas-api-");
  }

  private static boolean ours(Path jar) {
    return name(jar).startsWith("pleas-");
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
