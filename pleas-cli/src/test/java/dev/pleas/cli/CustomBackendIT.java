package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.cli.config.Json;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The jar of a third party comes into a distribution, is used, and goes. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "forks the POSIX launcher")
class CustomBackendIT {
  private static final Map<String, String> EXAMPLES =
      Map.of(
          "tensor backend", "example-plain",
          "matcher", "example-hungarian",
          "least squares solver", "example-cholesky");

  /**
   * What the weights of two backends may differ by, relative to the largest of a tensor: float32
   * rounding of activations, about 1e-6 after the layers of this network, times the condition of
   * its small systems.
   */
  private static final double WEIGHT_TOLERANCE = 1e-4;

  @TempDir Path folder;
  private Distribution distribution;
  private Path jar;

  @BeforeEach
  void prepare() throws Exception {
    distribution = Distribution.copy(folder.resolve("pleas"));
    jar = CustomBackendJar.build(Files.createDirectory(folder.resolve("build")));
    Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    Tiny.images(folder, "calib", 300, 3);
  }

  @Test
  void jarInLib_comesAndGoes_isUsedByPriorityAndByIdAndLeavesNothing() throws Exception {
    Map<String, String> before = choices(distribution.backends());
    assertThat(before).containsKeys(EXAMPLES.keySet().toArray(String[]::new));
    assertThat(before.values()).doesNotContainAnyElementsOf(EXAMPLES.values());
    merge("before");
    assertThat(tools("before")).containsEntry("matcher", before.get("matcher"));

    Path dropped = Files.copy(jar, distribution.lib().resolve(CustomBackendJar.NAME));
    Map<String, JsonNode> listed = distribution.backends();
    requireListed(listed);
    Map<String, String> expected = new LinkedHashMap<>(before);
    expected.put("matcher", "example-hungarian"); // priority 200, above the others
    assertThat(choices(listed)).isEqualTo(expected);
    assertThat(listed.get("matcher").get("reason").asText())
        .isEqualTo("highest priority (200) of those available");

    merge("by-priority");
    assertThat(tools("by-priority"))
        .containsEntry("matcher", "example-hungarian")
        .containsEntry("backend", before.get("tensor backend"))
        .containsEntry("solver", before.get("least squares solver"));
    requireSameMerge("before", "by-priority", 0);

    merge("by-id", "--backend", "example-plain", "--solver", "example-cholesky");
    assertThat(tools("by-id"))
        .containsEntry("matcher", "example-hungarian")
        .containsEntry("backend", "example-plain")
        .containsEntry("solver", "example-cholesky");
    requireSameMerge("before", "by-id", WEIGHT_TOLERANCE);

    Files.delete(dropped);
    assertThat(choices(distribution.backends())).isEqualTo(before);
    merge("after");
    assertThat(tools("after")).isEqualTo(tools("before"));
    Run refused = distribution.pleas(mergeArguments("refused", "--matcher", "example-hungarian"));
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.lastError())
        .isEqualTo(
            "pleas: no matcher example-hungarian; there are: jonker-volgenant. See: pleas"
                + " backends");
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  @Test
  void jarInAPluginsFolder_isListedAndUsed() throws Exception {
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    Files.copy(jar, plugins.resolve(CustomBackendJar.NAME));
    requireListed(distribution.backends("--plugins", plugins));
    merge("merged", "--plugins", plugins, "--backend", "example-plain");
    assertThat(tools("merged"))
        .containsEntry("matcher", "example-hungarian")
        .containsEntry("backend", "example-plain");
    assertThat(choices(distribution.backends()).values())
        .doesNotContainAnyElementsOf(EXAMPLES.values());
  }

  private static void requireListed(Map<String, JsonNode> kinds) {
    EXAMPLES.forEach(
        (kind, id) ->
            assertThat(kinds.get(kind).get("providers"))
                .anySatisfy(
                    provider -> {
                      assertThat(provider.get("id").asText()).isEqualTo(id);
                      assertThat(provider.get("jar").asText()).isEqualTo(CustomBackendJar.NAME);
                      assertThat(provider.get("version").asText()).isEqualTo("1.0.0");
                      assertThat(provider.get("available").asBoolean()).isTrue();
                    }));
  }

  private static Map<String, String> choices(Map<String, JsonNode> kinds) {
    Map<String, String> choices = new LinkedHashMap<>();
    kinds.forEach((kind, node) -> choices.put(kind, node.path("chosen").asText()));
    return choices;
  }

  private static Object[] mergeArguments(String output, Object... options) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "merge",
                "-q",
                "--model=a=a.safetensors",
                "--model=b=b.safetensors",
                "--data=calib-images-idx3-ubyte.gz",
                "--mean=0.5",
                "--std=0.3",
                "--budget=1.3",
                "--output=" + output));
    arguments.addAll(List.of(options));
    return arguments.toArray();
  }

  private void merge(String output, Object... options) throws Exception {
    Run run = distribution.pleas(mergeArguments(output, options));
    assertThat(run.code()).as(run.err()).isZero();
  }

  private JsonNode report(String output) throws IOException {
    return Json.mapper().readTree(folder.resolve(output).resolve("report.json").toFile());
  }

  /** The ids of the tools that a merge reports. */
  private Map<String, String> tools(String output) throws IOException {
    Map<String, String> ids = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> tool : report(output).at("/provenance/tools").properties()) {
      ids.put(tool.getKey(), tool.getValue().get("id").asText());
    }
    return ids;
  }

  private void requireSameMerge(String first, String second, double tolerance) throws IOException {
    List<JsonNode> permutations = report(first).get("groups").findValues("permutation");
    assertThat(permutations).isNotEmpty();
    assertThat(report(second).get("groups").findValues("permutation")).isEqualTo(permutations);
    try (Checkpoint a = open(first);
        Checkpoint b = open(second)) {
      assertThat(b.tensors()).isEqualTo(a.tensors());
      for (String name : a.tensors().keySet()) {
        float[] x = a.read(name).values();
        float[] y = b.read(name).values();
        double largest = 0;
        double apart = 0;
        for (int k = 0; k < x.length; k++) {
          largest = Math.max(largest, Math.abs(x[k]));
          apart = Math.max(apart, Math.abs(x[k] - y[k]));
        }
        assertThat(apart).as(name).isLessThanOrEqualTo(tolerance * largest);
      }
    }
  }

  private Checkpoint open(String output) {
    return new SafetensorsProvider()
        .create()
        .open(folder.resolve(output).resolve("model.safetensors"));
  }
}
