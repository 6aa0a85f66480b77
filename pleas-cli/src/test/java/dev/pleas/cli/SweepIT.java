package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepIT {
  @TempDir private Path folder;
  private Path recipe;

  @BeforeEach
  void writeRecipe() throws IOException {
    Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    Tiny.images(folder, "images", 40, 3);
    recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            models: [{path: a.safetensors}, {path: b.safetensors}]
            parameters: {heads: shared, ratios: "*=1"}
            calibration: {data: images-images-idx3-ubyte.gz, mean: [0.5], std: [0.25]}
            evaluation:
              - {name: all, data: images-images-idx3-ubyte.gz}
              - {name: some, data: images-images-idx3-ubyte.gz, samples: 10}
            """);
  }

  private Run sweep(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("sweep", "-q", recipe));
    arguments.addAll(List.of("-o", folder.resolve("sweep")));
    arguments.addAll(List.of(more));
    return Run.pleas(arguments.toArray());
  }

  private JsonNode document() throws IOException {
    return Json.mapper().readTree(folder.resolve("sweep/sweep.json").toFile());
  }

  private JsonNode merge(String budget, Object... more) throws IOException {
    Path output = folder.resolve("merged-" + budget);
    List<Object> arguments = new ArrayList<>(List.of("merge", "-q", recipe, "-o", output));
    arguments.addAll(List.of("--budget", budget));
    arguments.addAll(List.of(more));
    Run run = Run.pleas(arguments.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return Json.mapper().readTree(output.resolve("report.json").toFile());
  }

  @Test
  void sweep_budgets_areWhatMergesGive() throws IOException {
    Run run = sweep("--budgets", "2,1.0,1.4", "--keep");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("refit = merged, units matched once for all budgets, on 40 calibration samples")
        .containsPattern("network +FLOPs +parameters +all +some +mean +time\n")
        .containsPattern("\nplain average +1.00× .*\nmerged at 1.0× .*\nmerged at 1.4× .*\n");
    JsonNode document = document();
    assertThat(document.get("points").findValuesAsText("budget"))
        .containsExactly("1.0", "1.4", "2");
    for (JsonNode point : document.get("points")) {
      String budget = point.get("budget").asText();
      JsonNode report = merge(budget);
      assertThat(point.get("flops")).isEqualTo(report.at("/cost/flops"));
      assertThat(point.at("/accuracies/all")).isEqualTo(report.at("/evaluation/0/top1"));
      assertThat(point.at("/accuracies/some")).isEqualTo(report.at("/evaluation/1/top1"));
      assertThat(folder.resolve("sweep/budget-" + budget + "/model.safetensors"))
          .hasSameBinaryContentAs(folder.resolve("merged-" + budget + "/model.safetensors"));
    }
    assertThat(document.get("sources").findValuesAsText("name")).containsExactly("a", "b");
    assertThat(document.at("/ensemble/accuracies")).isEqualTo(document.at("/points/2/accuracies"));
    assertThat(folder.toFile().list()).noneMatch(name -> name.contains("partial"));
    // A folder of a sweep is replaced by --force, with the networks in it.
    assertThat(sweep("--budgets", "1").lastError()).contains("exists; choose another folder");
    assertThat(sweep("--budgets", "1", "--force").code()).isZero();
    assertThat(folder.resolve("sweep").toFile().list())
        .containsExactlyInAnyOrder("sweep.json", "sweep.html");
  }

  @Test
  void sweep_refitSources_collectsOnce_andGivesTheSame() throws IOException {
    Run run = sweep("--budgets", "1.3", "--refit", "sources");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("refit = sources, statistics collected once for all budgets, on 40 calibration");
    JsonNode report = merge("1.3", "--set", "refit=sources");
    JsonNode point = document().at("/points/0");
    assertThat(point.get("flops")).isEqualTo(report.at("/cost/flops"));
    assertThat(point.at("/accuracies/all").asDouble())
        .isEqualTo(report.at("/evaluation/0/top1").asDouble());
    assertThat(folder.resolve("sweep").toFile().list())
        .containsExactlyInAnyOrder("sweep.json", "sweep.html");
  }

  @Test
  void sweep_settingsWithoutStatistics_mergesOnImagesEachTime() throws IOException {
    Run run = sweep("--budgets", "1.3", "--set", "normalization=transfer");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("refit = sources, each merge on 40 calibration samples");
    JsonNode report = merge("1.3", "--set", "normalization=transfer");
    assertThat(document().at("/points/0/accuracies/all"))
        .isEqualTo(report.at("/evaluation/0/top1"));
  }

  @Test
  void sweep_ensembleThatIsNoBudget_answersAsAllUnitsKeptApart() throws IOException {
    assertThat(sweep("--budgets", "1").code()).isZero();
    JsonNode alone = document().get("ensemble");
    assertThat(sweep("--budgets", "2", "--force").code()).isZero();
    assertThat(alone.get("accuracies")).isEqualTo(document().at("/ensemble/accuracies"));
    assertThat(alone.get("flops").asDouble()).isEqualTo(2);
  }

  @Test
  void sweep_budgetThatFails_doesNotLoseTheOthers_andIsTold() throws IOException {
    Run run = sweep("--budgets", "1.2,5");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains("failed: merged at 5×: budget: expected a number from 1 to 2, found \"5\"")
        .containsPattern("merged at 1.2× +1\\.\\d\\d×");
    assertThat(document().at("/points/0/mean").isNumber()).isTrue();
    assertThat(document().at("/points/1/error").asText()).startsWith("budget: expected");
    assertThat(Files.readString(folder.resolve("sweep/sweep.html")))
        .contains("<li>merged at 5× failed: budget: expected");
  }

  @Test
  void sweep_byStatistics_needsNoCalibrationImages() throws IOException {
    Path statistics = folder.resolve("s.stats");
    assertThat(Run.pleas("stats", "-q", recipe, "-o", statistics).code()).isZero();
    Files.writeString(
        recipe, Files.readString(recipe).replaceFirst("data: images-.*?gz", "data: gone.gz"));
    Run run = sweep("--stats", statistics, "--budgets", "1,1.5");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("refit = sources, statistics s.stats of 40 samples\n");
    JsonNode report = merge("1.5", "--stats", statistics);
    assertThat(document().at("/points/1/accuracies/all"))
        .isEqualTo(report.at("/evaluation/0/top1"));
    assertThat(document().at("/average/mean").isNumber()).isTrue();
    assertThat(document().at("/provenance/statistics/samples").asInt()).isEqualTo(40);
  }

  @Test
  void sweep_nothingToCompare_isRefused() throws IOException {
    assertThat(sweep("--budgets", "1", "--method", "average").lastError())
        .contains("method average has no budget");
    assertThat(sweep("--budgets", "1,many").err())
        .contains("expected numbers such as 1.0,1.5,2.0, found \"many\"");
    String text = Files.readString(recipe);
    Files.writeString(recipe, text.substring(0, text.indexOf("evaluation")));
    assertThat(sweep("--budgets", "1").lastError())
        .contains("the recipe has nothing to measure them on");
    assertThat(folder.resolve("sweep")).doesNotExist();
  }
}
