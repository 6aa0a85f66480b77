package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a plan says is what the merge then does, on the bundled networks. */
class PlanIT {
  private static final Path EXAMPLES = Path.of("..", "examples").toAbsolutePath().normalize();

  @TempDir private Path folder;

  private static JsonNode plan(Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of("plan", "--quiet", "--json", "--no-time"));
    all.addAll(List.of(arguments));
    Run run = Run.pleas(all.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return Json.mapper().readTree(run.out());
  }

  @ParameterizedTest
  @CsvSource({
    "fashion-mnist/same-labels.yaml, 1.2, uniform",
    "fashion-mnist/different-labels.yaml, 1.7, stages",
    "vit/without-ancestor.yaml, 1.5, stages",
    "vit/with-ancestor.yaml, 1.2, uniform",
    "fashion-mnist/same-labels.yaml, 2, uniform"
  })
  void plan_exampleRecipes_isWhatTheMergeReports(String recipe, String budget, String allocation)
      throws IOException {
    Object[] options = {
      EXAMPLES.resolve(recipe),
      "--budget",
      budget,
      "--allocation",
      allocation,
      "--set",
      "refit=none",
      "--set",
      "normalization=none",
      "--samples",
      "20"
    };
    JsonNode plan = plan(options);
    Path merged = folder.resolve("merged");
    List<Object> merge = new ArrayList<>(List.of("merge", "--quiet", "-o", merged));
    merge.addAll(List.of(options));
    Run run = Run.pleas(merge.toArray());

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode report = Json.mapper().readTree(merged.resolve("report.json").toFile());
    assertThat(plan.get("merged")).isEqualTo(report.get("merged"));
    for (String unit : List.of("flops", "denseFlops", "parameters")) {
      assertThat(plan.at("/cost/" + unit).asDouble())
          .as(unit)
          .isEqualTo(report.at("/cost/" + unit).asDouble());
    }
    assertThat(plan.get("groups")).hasSameSizeAs(report.get("groups")).isNotEmpty();
    for (int i = 0; i < plan.get("groups").size(); i++) {
      for (String field : List.of("name", "size", "merged", "width")) {
        assertThat(plan.at("/groups/" + i + "/" + field))
            .isEqualTo(report.at("/groups/" + i + "/" + field));
      }
    }
    double bytes = Files.size(merged.resolve("model.safetensors"));
    assertThat(plan.get("checkpointBytes").asDouble()).isCloseTo(bytes, within(0.01 * bytes));
    assertThat(plan.at("/memory/backendBytes").asLong()).isPositive();
  }

  @Test
  void plan_ofAnotherMethod_isOneSourceWide() throws IOException {
    JsonNode plan =
        plan(
            "-m",
            "lo=" + EXAMPLES.resolve("fashion-mnist/lo.safetensors"),
            "-m",
            "hi=" + EXAMPLES.resolve("fashion-mnist/hi.safetensors"),
            "--method",
            "average",
            "--output-heads",
            "separate");
    assertThat(plan.at("/cost/flops").asDouble()).isEqualTo(1);
    // Both heads of 64 × 5 weights and 5 biases.
    assertThat(plan.at("/merged/parameters").asLong() - plan.at("/source/parameters").asLong())
        .isEqualTo(65 * 5);
    assertThat(plan.get("notes").toString()).contains("no calibration data was named");
  }

  @Test
  void plan_time_isEstimatedFromAMeasurement() {
    Run run =
        Run.pleas("plan", EXAMPLES.resolve("fashion-mnist/same-labels.yaml"), "--samples", "20");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("A merge of a, b (resnet20) by pleas would make")
        .containsPattern("layer3.2.conv1 +64 +58 +6 +70")
        .containsPattern("FLOPs +31.0 M +1.20× +1.22× +37.9 M multiply-accumulates")
        .containsPattern("time +about .* s with 20 samples");
  }

  @Test
  void plan_optimal_hasTheSizeOfUniformAndSaysWhy() {
    Path recipe = EXAMPLES.resolve("fashion-mnist/same-labels.yaml");
    Run optimal = Run.pleas("plan", recipe, "-q", "--no-time", "--allocation", "optimal");
    Run uniform = Run.pleas("plan", recipe, "-q", "--no-time");

    assertThat(optimal.code()).as(optimal.err()).isZero();
    assertThat(optimal.out())
        .startsWith(uniform.out())
        .contains(
            "note        allocation = optimal shares the budget out by what the merge measures");
  }

  @Test
  void merge_optimal_meetsTheBudgetAndSaysWhatItGains() throws IOException {
    Run run =
        Run.pleas(
            "merge",
            EXAMPLES.resolve("fashion-mnist/same-labels.yaml"),
            "-q",
            "--allocation",
            "optimal",
            "--set",
            "refit=none",
            "--samples",
            "64",
            "-o",
            folder.resolve("optimal"));

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode report =
        Json.mapper().readTree(folder.resolve("optimal").resolve("report.json").toFile());
    assertThat(report.at("/cost/flops").asDouble()).isBetween(1.18, 1.2);
    assertThat(report.get("notes").toString())
        .containsPattern(
            "keeping units apart avoids [0-9.]+ % as planned, [0-9.]+ % by uniform, [0-9.]+ % by"
                + " stages");
  }
}
