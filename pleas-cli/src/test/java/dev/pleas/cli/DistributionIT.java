package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as users get it: the launcher, in a process of its own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "forks the POSIX launcher")
class DistributionIT {
  private static final Path LAUNCHER =
      Path.of("target", "dist", "pleas", "bin", "pleas").toAbsolutePath();

  @TempDir Path folder;
  private Path log;
  private Path recipe;

  @BeforeEach
  void writeInputs() throws IOException {
    log = folder.resolve("log");
    Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    Tiny.images(folder, "calib", 3000, 3);
    recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            models: [{name: a, path: a.safetensors}, {name: b, path: b.safetensors}]
            calibration: {data: calib-images-idx3-ubyte.gz, mean: [0.5], std: [0.3]}
            output: merged
            """);
  }

  @Test
  void launcher_backends_findsTheJarsOfTheDistribution() throws Exception {
    assertThat(LAUNCHER).isExecutable();
    assertThat(finish(start("backends", "--json"))).isZero();
    assertThat(Json.mapper().readTree(Files.readString(log)).findValuesAsText("jar"))
        .anyMatch(jar -> jar.startsWith("pleas-core-"))
        .anyMatch(jar -> jar.startsWith("pleas-cpu-"))
        .anyMatch(jar -> jar.startsWith("pleas-models-"));
  }

  @Test
  void launcher_failure_isExitCode1() throws Exception {
    assertThat(finish(start("inspect", "none"))).isEqualTo(1);
    assertThat(log).hasContent("pleas: none: there is no such file");
    assertThat(finish(start("inspect"))).isEqualTo(2);
  }

  @Test
  void merge_killed_leavesNothingThatLooksComplete_andASecondRunSucceeds() throws Exception {
    Path merged = folder.resolve("merged");
    // Killed at several moments; the first two are certain to be in the midst of the merge.
    for (String moment : List.of("Reading networks ...", "Aligning", "Fitting")) {
      Process process = start("merge", recipe.toString());
      if (await(process, moment)) {
        process.destroyForcibly().waitFor();
        assertThat(process.exitValue()).isEqualTo(128 + 9);
        assertThat(merged).doesNotExist();
        assertThat(folder).isDirectoryContaining("glob:**/.merged.pleas-*.partial");
      } else {
        assertThat(moment)
            .as("%s ended before it was killed", moment)
            .isNotEqualTo("Reading networks ...");
        deleteTree(merged);
      }
    }
    assertThat(finish(start("merge", recipe.toString()))).as(Files.readString(log)).isZero();
    assertThat(merged.resolve("report.html")).exists();
    assertThat(folder).isDirectoryNotContaining("glob:**/.merged*");
    assertThat(finish(start("inspect", merged.toString()))).isZero();
  }

  @Test
  void merge_interrupted_cleansUp() throws Exception {
    Process process = start("merge", recipe.toString());
    if (await(process, "Reading networks ...")) {
      process.destroy(); // a termination signal, like that of Ctrl-C
      process.waitFor();
    }
    assertThat(folder).isDirectoryNotContaining("glob:**/.merged*");
  }

  @Test
  void merge_intoAFile_hasNoControlCharacters() throws Exception {
    assertThat(finish(start("merge", recipe.toString()))).isZero();
    assertThat(Files.readString(log).replace("\n", "")).matches("\\P{Cntrl}*");
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(List.of(arguments));
    Files.deleteIfExists(log);
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Waits until the process has printed a text; false if it ended before. */
  private boolean await(Process process, String text) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (System.nanoTime() < end) {
      if (Files.readString(log, StandardCharsets.UTF_8).contains(text)) {
        return process.isAlive();
      }
      if (!process.isAlive()) {
        return false;
      }
      Thread.sleep(5);
    }
    throw new AssertionError(text + " was not printed within three minutes");
  }

  private static int finish(Process process) throws InterruptedException {
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }
}
