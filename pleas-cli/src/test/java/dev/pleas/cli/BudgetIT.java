package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the size of the result can be said by, on the bundled networks. */
class BudgetIT {
  private static final Path EXAMPLE = Path.of("..", "examples", "fashion-mnist").toAbsolutePath();

  @TempDir private Path folder;

  private Path recipe(String parameters) throws IOException {
    Path recipe = folder.resolve("recipe.yaml");
    Files.writeString(
        recipe,
        """
        models: [{name: a, path: "%1$s/all-a.safetensors"}, {name: b, path: "%1$s/all-b.safetensors"}]
        parameters: {heads: shared, %2$s}
        calibration: {data: "%1$s/calibration-images-idx3-ubyte.gz", mean: [0.286], std: [0.353],
          samples: 20}
        output: merged
        """
            .formatted(EXAMPLE.normalize(), parameters));
    return recipe;
  }

  private JsonNode merge(String parameters, String... options) throws IOException {
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("merge", recipe(parameters), "--quiet", "--force"));
    arguments.addAll(List.of(options));
    Run run = Run.pleas(arguments.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return Json.mapper().readTree(folder.resolve("merged/report.json").toFile());
  }

  /** Pairs that are merged, by group. */
  private static Map<String, Integer> merged(JsonNode report) {
    Map<String, Integer> merged = new LinkedHashMap<>();
    report
        .get("groups")
        .forEach(group -> merged.put(group.get("name").asText(), group.get("merged").asInt()));
    return merged;
  }

  @Test
  void merge_flopsOrParameters_meetsThatBudget() throws IOException {
    JsonNode flops = merge("refit: none", "--flops", "1.5").get("cost");
    assertThat(flops.get("flops").asDouble()).isBetween(1.45, 1.5);
    // The last layers have most of the parameters, and no more multiply-accumulates than others.
    JsonNode parameters =
        merge("refit: none", "--params", "1.5", "--allocation", "stages").get("cost");
    assertThat(parameters.get("parameters").asDouble()).isBetween(1.45, 1.5);
    assertThat(parameters.get("flops").asDouble()).isLessThan(1.3);
  }

  @Test
  void merge_stages_keepsTheLastStageApart() throws IOException {
    JsonNode report = merge("refit: none, allocation: stages", "--flops", "1.4");
    assertThat(report.at("/cost/flops").asDouble()).isBetween(1.3, 1.4);
    Map<String, Integer> merged = merged(report);
    assertThat(merged.get("layer3.2.conv1")).isZero();
    assertThat(merged.get("conv1")).isEqualTo(16);
  }

  @Test
  void merge_ratios_areThoseOfTheGroups_andTakeThePlaceOfTheRecipesBudget() throws IOException {
    JsonNode report = merge("refit: none, budget: 1.2", "--ratios", "layer3.*=1,layer2.*=0.25");
    merged(report)
        .forEach(
            (group, merged) -> {
              int expected =
                  group.startsWith("layer3.") ? 0 : group.startsWith("layer2.") ? 24 : 16;
              assertThat(merged).as(group).isEqualTo(expected);
            });
    assertThat(report.at("/provenance/settings/budget").asText()).isEqualTo("as the ratios say");
    assertThat(merged(merge("refit: none, ratios: \"*=1\"", "--budget", "1.0")))
        .as("the option's budget takes the place of the recipe's ratios")
        .containsEntry("layer3.2.conv1", 64);
  }

  @Test
  void merge_contradictions_areRefused() throws IOException {
    Path output = folder.resolve("merged");
    assertThat(Run.pleas("merge", recipe("seed: 1"), "--flops", "1", "--params", "1").code())
        .isEqualTo(2);
    Run both = Run.pleas("merge", recipe("budget: 1.2, ratios: \"*=1\""), "-q");
    assertThat(both.code()).isEqualTo(1);
    assertThat(both.lastError()).contains("leave one of the two away");
    Run unknown = Run.pleas("merge", recipe("refit: none"), "-q", "--ratios", "layr3=1");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.lastError())
        .contains("ratios: no group is called layr3; there are: conv1, layer1.0.conv1");
    assertThat(output).doesNotExist();
  }
}
