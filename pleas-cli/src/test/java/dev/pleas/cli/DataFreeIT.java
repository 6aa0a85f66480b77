package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merging trained networks without any images. */
class DataFreeIT {
  private static final Path EXAMPLE =
      Path.of("..", "examples", "fashion-mnist").toAbsolutePath().normalize();

  @TempDir private Path folder;

  @Test
  void merge_dataFree_isFarBetterThanTheAverageAndUsesNoImages() throws IOException {
    Path recipe = folder.resolve("recipe.yaml");
    // The calibration images are not there, and only say what is done to images.
    Files.writeString(
        recipe,
        """
        models: [{name: a, path: "%1$s/all-a.safetensors"}, {name: b, path: "%1$s/all-b.safetensors"}]
        parameters: {heads: shared}
        calibration: {data: nowhere-idx3-ubyte, mean: [0.286], std: [0.353]}
        evaluation: [{name: test, data: "%1$s/test-images-idx3-ubyte.gz", samples: 500}]
        output: merged
        """
            .formatted(EXAMPLE));

    Run run = Run.pleas("merge", recipe, "--data-free", "--quiet");

    assertThat(run.code()).as(run.err()).isZero();
    JsonNode report = Json.mapper().readTree(folder.resolve("merged/report.json").toFile());
    // With images 0.92, the plain average 0.3.
    assertThat(report.at("/evaluation/0/top1").asDouble()).isGreaterThan(0.75);
    assertThat(report.at("/provenance/settings/data-free").asText()).isEqualTo("true");
    assertThat(report.at("/provenance/calibration").isMissingNode()).isTrue();
    JsonNode config = Json.mapper().readTree(folder.resolve("merged/config.json").toFile());
    assertThat(config.at("/preprocessing/mean/0").asDouble()).isEqualTo(0.286);
  }

  @Test
  void merge_dataFreeWithImages_isAWrongCommandLine() {
    Run run =
        Run.pleas(
            "merge",
            "-m",
            EXAMPLE.resolve("all-a.safetensors"),
            "-m",
            EXAMPLE.resolve("all-b.safetensors"),
            "--data-free",
            "--data",
            EXAMPLE.resolve("calibration-images-idx3-ubyte.gz"),
            "-o",
            folder.resolve("merged"));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--data-free uses no images, and --data names some");
    assertThat(folder.resolve("merged")).doesNotExist();
  }
}
