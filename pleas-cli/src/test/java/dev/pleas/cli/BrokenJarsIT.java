package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.pleas.api.provider.PluginJar;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Jars that are broken, each in its own way, among the plugins and in the distribution: they are
 * listed with reason and remedy, and everything else is as it was.
 */
class BrokenJarsIT {
  private static final Path DISTRIBUTION = Path.of("target", "dist", "pleas").toAbsolutePath();

  /** What {@code pleas backends --json} says without plugins. */
  private static JsonNode unbroken;

  /** Beside the distribution, so that its jars can be linked. */
  @TempDir(factory = InTarget.class)
  Path folder;

  static final class InTarget implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "broken-jars");
    }
  }

  @BeforeAll
  static void listWithoutPlugins() throws IOException {
    unbroken = json(Run.pleas("backends", "--json"));
    assertThat(unbroken).hasSizeGreaterThan(5);
    assertThat(brokenEntries(unbroken)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void backends_withABrokenJar_listsItAndAllElseAsBefore(BrokenJar broken) throws IOException {
    broken.write(folder);
    new PluginJar().provider("Sound", "sound", 1).write(folder, "sound.jar", "1.0");

    Run text = Run.pleas("backends", "--plugins", folder);
    assertUnharmed(text);
    assertThat(text.out())
        .contains(broken.text(), "\n* jonker-volgenant –", "\n  sound\n")
        .endsWith("\n! broken: " + broken.fileName() + "; everything else works\n");

    Run run = Run.pleas("backends", "--plugins", folder, "--json");
    assertUnharmed(run);
    assertThat(withoutBroken(json(run), "sound")).isEqualTo(unbroken);
    JsonNode entry = brokenEntries(json(run)).get(0);
    assertThat(entry.get("id").asText()).isEqualTo(broken.id());
    assertThat(entry.get("jar").asText()).isEqualTo(broken.fileName());
    assertThat(entry.get("available").asBoolean()).isFalse();
    assertThat(entry.get("detail").asText()).isEqualTo(broken.reason());
    assertThat(entry.get("remedy").asText()).isEqualTo(broken.remedy());
  }

  @Test
  void merge_withEveryBrokenJar_givesTheSameBytes() throws IOException {
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    for (BrokenJar broken : BrokenJar.values()) {
      broken.write(plugins);
    }
    List<JsonNode> entries =
        brokenEntries(json(Run.pleas("backends", "--plugins", plugins, "--json")));
    assertThat(entries)
        .extracting(entry -> entry.get("jar").asText())
        .containsExactlyInAnyOrder(
            Stream.of(BrokenJar.values()).map(BrokenJar::fileName).toArray(String[]::new));

    Path recipe = tinyRecipe();
    Run without = Run.pleas("merge", recipe, "-q", "-o", folder.resolve("without"));
    assertThat(without.code()).as(without.err()).isZero();
    Run with = Run.pleas("merge", recipe, "-q", "-o", folder.resolve("with"), "--plugins", plugins);
    assertUnharmed(with);
    assertThat(folder.resolve("with/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("without/model.safetensors"));
  }

  /** Whoever asks for what a broken jar would have provided is told what is wrong with it. */
  @Test
  void merge_thatAsksForTheBroken_saysWhy() throws IOException {
    BrokenJar.THROWING_PROBE.write(folder);
    Run run = Run.pleas("merge", tinyRecipe(), "-q", "--matcher", "probing", "--plugins", folder);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "pleas: matcher probing cannot be used here: its probe() throws java.lang.Error: no"
                + " luck (report it to its author; remove throwing-probe.jar to be rid of this"
                + " message)"
                + System.lineSeparator());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "forks the POSIX launcher")
  void distribution_withBrokenJarsInLib_worksAndListsThem() throws Exception {
    Path copy = copyOfTheDistribution();
    for (BrokenJar broken : BrokenJar.values()) {
      broken.write(copy.resolve("lib"));
    }

    assertThat(withoutBroken(new ObjectMapper().readTree(launch(copy, "backends", "--json"))))
        .isEqualTo(new ObjectMapper().readTree(launch(DISTRIBUTION, "backends", "--json")));
    String text = launch(copy, "backends");
    for (BrokenJar broken : BrokenJar.values()) {
      assertThat(text).contains(broken.text());
    }
    assertThat(text).doesNotContain("\tat ");

    assertThat(launch(copy, "merge", tinyRecipe().toString(), "-q")).contains("Merged a, b");
    assertThat(folder.resolve("merged/model.safetensors")).isNotEmptyFile();
  }

  private static void assertUnharmed(Run run) {
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).doesNotContain("\tat ");
  }

  private static JsonNode json(Run run) throws IOException {
    return new ObjectMapper().readTree(run.out());
  }

  private static List<JsonNode> brokenEntries(JsonNode kinds) {
    List<JsonNode> entries = new ArrayList<>();
    for (JsonNode kind : kinds) {
      kind.get("providers").forEach(entries::add);
    }
    entries.removeIf(entry -> !entry.get("broken").asBoolean());
    return entries;
  }

  /** The list without broken entries, kinds that had nothing else, and the named providers. */
  private static JsonNode withoutBroken(JsonNode kinds, String... ids) {
    ArrayNode copy = kinds.deepCopy();
    for (JsonNode kind : copy) {
      ((ArrayNode) kind.get("providers"))
          .removeIf(
              entry ->
                  entry.get("broken").asBoolean()
                      || Arrays.asList(ids).contains(entry.get("id").asText()));
    }
    copy.removeIf(kind -> kind.get("providers").isEmpty());
    return copy;
  }

  private Path tinyRecipe() throws IOException {
    Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    Tiny.images(folder, "calib", 60, 3);
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        models: [{name: a, path: a.safetensors}, {name: b, path: b.safetensors}]
        calibration: {data: calib-images-idx3-ubyte.gz, mean: [0.5], std: [0.3]}
        output: merged
        """);
  }

  /** The launcher, and hard links to the jars, which are some 200 MB. */
  private Path copyOfTheDistribution() throws IOException {
    Path copy = folder.resolve("pleas");
    Files.createDirectories(copy.resolve("bin"));
    Files.createDirectory(copy.resolve("lib"));
    Files.copy(DISTRIBUTION.resolve("bin/pleas"), copy.resolve("bin/pleas"));
    copy.resolve("bin/pleas").toFile().setExecutable(true);
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(DISTRIBUTION.resolve("lib"))) {
      for (Path jar : jars) {
        Files.createLink(copy.resolve("lib").resolve(jar.getFileName()), jar);
      }
    }
    return copy;
  }

  /** What a distribution's launcher prints on both streams; it must succeed. */
  private String launch(Path distribution, String... arguments) throws Exception {
    Path log = Files.createTempFile(folder, "launch", ".log");
    List<String> command = new ArrayList<>(List.of(distribution + "/bin/pleas"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return Files.readString(log);
  }
}
