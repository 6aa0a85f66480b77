package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.NamedPath;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class CommandLineTest {
  @TempDir Path folder;

  static Stream<String> commands() {
    return Main.commandLine().getSubcommands().keySet().stream();
  }

  @Test
  void commands_areThoseOfTheManual() {
    assertThat(commands())
        .containsExactlyInAnyOrder(
            "demo",
            "merge",
            "sweep",
            "stats",
            "plan",
            "eval",
            "predict",
            "export",
            "inspect",
            "convert",
            "preflight",
            "backends",
            "methods",
            "completion");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_ofEveryCommand_hasExamples(String command) {
    Run run = Run.pleas(command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("Usage: pleas " + command, "Examples:", "--debug", "--plugins");
  }

  @Test
  void noArguments_printsUsage() {
    assertThat(Run.pleas().out()).contains("Usage: pleas", "COMMAND", "merge");
  }

  @Test
  void version_isPrinted() {
    assertThat(Run.pleas("--version").out()).matches("pleas .+\\R");
    assertThat(Run.pleas("merge", "--version").out()).matches("pleas .+\\R");
  }

  @Test
  void usageError_isTwoShortLinesAndCode2() {
    Run run = Run.pleas("merge", "--budgetta", "1");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("pleas: Unknown option: '--budgetta'").contains("--budget");
    assertThat(run.err().lines().count()).isLessThanOrEqualTo(4);
    assertThat(Run.pleas("predict", "net").err())
        .contains("pleas: Missing required option: '--output=FILE'", "Try 'pleas predict --help'");
    assertThat(Run.pleas("eval", "net", "--classes", "4-0").code()).isEqualTo(2);
  }

  @Test
  void unexpectedError_isOneLineThatSaysWhereToReport() {
    CommandLine command = Main.commandLine();
    StringWriter err = new StringWriter();
    command.setErr(new PrintWriter(err, true));
    assertThat(Failures.report(new IllegalStateException("broken"), command)).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "pleas: unexpected error: java.lang.IllegalStateException: broken; this is a defect: please"
                + " report it to the project with what --debug shows");
  }

  @Test
  void outOfMemory_saysHowToGetMore() {
    CommandLine command = Main.commandLine();
    StringWriter err = new StringWriter();
    command.setErr(new PrintWriter(err, true));
    assertThat(Failures.report(new OutOfMemoryError("Java heap space"), command)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("pleas: out of memory (Java heap space)")
        .contains("PLEAS_OPTS");
  }

  @Test
  void lostPageOfAMappedFile_isToldAsSuch() {
    CommandLine command = Main.commandLine();
    StringWriter err = new StringWriter();
    command.setErr(new PrintWriter(err, true));
    InternalError lost =
        new InternalError("a fault occurred in a recent unsafe memory access operation");
    assertThat(Failures.report(lost, command)).isEqualTo(1);
    assertThat(err.toString()).startsWith("pleas: a file that was being read was truncated");
  }

  @Test
  void debug_showsTheStackTrace() {
    Path none = folder.resolve("none.safetensors");
    assertThat(Run.pleas("inspect", none).err().lines()).hasSize(1);
    assertThat(Run.pleas("inspect", none, "--debug").err()).contains("\tat dev.pleas.cli");
    assertThat(Run.pleas("--debug", "inspect", none).err()).contains("\tat dev.pleas.cli");
  }

  @Test
  void completion_isAScriptForTheCommands() {
    assertThat(Run.pleas("completion").out())
        .startsWith("#!/usr/bin/env bash")
        .contains("--budget");
  }

  @Test
  void backends_listsEveryKind() throws IOException {
    JsonNode kinds = Json.mapper().readTree(Run.pleas("backends", "--json").out());
    assertThat(kinds.findValuesAsText("kind"))
        .containsExactly(
            "tensor backend",
            "matcher",
            "least squares solver",
            "model adapter",
            "checkpoint format",
            "merge method");
    assertThat(Run.pleas("backends").out())
        .contains("safetensors", "resnet", "* pleas", "chosen: ");
  }

  @Test
  void methods_listsParametersWithDefaults() throws IOException {
    JsonNode methods = Json.mapper().readTree(Run.pleas("methods", "--json").out());
    assertThat(methods.findValuesAsText("id")).contains("pleas", "average");
    assertThat(methods.findValuesAsText("name")).contains("budget");
    assertThat(Run.pleas("methods").out()).contains("  budget=1.0\n");
  }

  @Test
  void plugins_jarsOfAFolder_areSeenAndABrokenOneHidesNothing() throws IOException {
    jar("good.jar", "dev.pleas.api.merge.MergeMethodProvider", NoMethod.class.getName());
    jar("broken.jar", "dev.pleas.api.merge.MergeMethodProvider", "no.such.Provider");
    Run run = Run.pleas("backends", "--plugins", folder);
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("no-method – does nothing", "no.such.Provider", "* pleas");
    assertThat(Run.pleas("backends").out()).doesNotContain("no-method");
  }

  @Test
  void plugins_missingFolder_isNamed() {
    Path none = folder.resolve("none");
    Run run = Run.pleas("backends", "--plugins", none);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .startsWith(
            "pleas: plugins folder " + none + ": there is no such folder; give a folder of jars");
  }

  @Test
  void modelArgument_nameIsOptional() {
    ModelArgument argument = new ModelArgument();
    assertThat(argument.convert("a=x/y.st")).isEqualTo(new NamedPath("a", Path.of("x/y.st")));
    assertThat(argument.convert("x/y.st")).isEqualTo(new NamedPath("", Path.of("x/y.st")));
    assertThat(argument.convert("x/k=v.st")).isEqualTo(new NamedPath("", Path.of("x/k=v.st")));
  }

  @Test
  void classes_rangesAndLists() {
    assertThat(new ClassRange.Converter().convert("0-2,7,5-5").classes())
        .isEqualTo(List.of(0, 1, 2, 7, 5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1-", "-1", "1,,2", "3-1", "999999"})
  void classes_malformed_areRefused(String text) {
    assertThatThrownBy(() -> new ClassRange.Converter().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0x5", "5x", "1x1x1", "100000x1"})
  void inputSize_malformed_isRefused(String text) {
    assertThatThrownBy(() -> new InputSize.Converter().convert(text))
        .hasMessage(
            "expected height and width such as 224x224, or of texts a number of words, found \""
                + text
                + "\"");
  }

  private void jar(String name, String service, String provider) throws IOException {
    try (OutputStream file = Files.newOutputStream(folder.resolve(name));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new ZipEntry("META-INF/services/" + service));
      jar.write(provider.getBytes(StandardCharsets.UTF_8));
      jar.closeEntry();
    }
  }
}
