package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A copy of the distribution, whose lib folder may be changed, and its launcher. */
record Distribution(Path home) {
  /** Copies what was built; the jars, some 200 MB, as links where that is possible. */
  static Distribution copy(Path home) throws IOException {
    Path built = Path.of("target", "dist", "pleas").toAbsolutePath();
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(built.resolve("bin/pleas"), home.resolve("bin/pleas"));
    assertThat(home.resolve("bin/pleas").toFile().setExecutable(true)).isTrue();
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(built.resolve("lib"))) {
      for (Path jar : jars) {
        link(home.resolve("lib").resolve(jar.getFileName()), jar);
      }
    }
    return new Distribution(home);
  }

  private static void link(Path link, Path existing) throws IOException {
    try {
      Files.createLink(link, existing);
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(existing, link); // another file system, or one without hard links
    }
  }

  Path lib() {
    return home.resolve("lib");
  }

  /** Runs the launcher in a process of its own, in the folder that the distribution lies in. */
  Run pleas(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/pleas").toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(home.getParent().toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ended", command).isTrue();
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** Returns what {@code pleas backends} says of each kind that has a best one. */
  Map<String, JsonNode> backends(Object... options) throws IOException, InterruptedException {
    List<Object> arguments = new ArrayList<>(List.of("backends", "--json"));
    arguments.addAll(List.of(options));
    Run run = pleas(arguments.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    Map<String, JsonNode> kinds = new LinkedHashMap<>();
    for (JsonNode kind : Json.mapper().readTree(run.out())) {
      kinds.put(kind.get("kind").asText(), kind);
    }
    return kinds;
  }
}
