package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.config.Json;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges of small networks through the command line, and what can be done with the result. */
class MergeIT {
  @TempDir Path folder;
  private Path images;
  private Path recipe;

  @BeforeEach
  void writeInputs() throws IOException {
    Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    images = Tiny.images(folder, "calib", 60, 3);
    recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            models: [{name: a, path: a.safetensors}, {name: b, path: b.safetensors}]
            parameters: {budget: 1.3}
            calibration: {data: calib-images-idx3-ubyte.gz, mean: [0.5], std: [0.3]}
            evaluation: [{name: all, data: calib-images-idx3-ubyte.gz}]
            output: merged
            """);
  }

  @Test
  void merge_recipe_writesACompleteFolder() throws IOException {
    Run run = merged("merge", recipe);
    Path merged = folder.resolve("merged");
    assertThat(run.out()).contains("Merged a, b", "accuracy on all: ", "Written: " + merged);
    assertThat(run.err()).contains("Reading networks ...");
    assertThat(merged.toFile().list())
        .containsExactlyInAnyOrder(
            "model.safetensors", "config.json", "report.json", "report.html");
    assertThat(folder).isDirectoryNotContaining("glob:**/.merged*");

    JsonNode report = Json.mapper().readTree(merged.resolve("report.json").toFile());
    assertThat(report.at("/provenance/settings/budget").asDouble()).isEqualTo(1.3);
    assertThat(report.at("/provenance/sources").findValuesAsText("sha256"))
        .allMatch(hash -> hash.matches("[0-9a-f]{64}"))
        .hasSize(2);
    assertThat(report.at("/provenance/tools/backend/reason").asText()).isNotEmpty();
    assertThat(report.at("/cost/flops").asDouble()).isBetween(1.0, 1.3);
    assertThat(report.at("/groups/0/similarityAfter").isNumber()).isTrue();
    assertThat(report.at("/groups/0/similarities")).hasSize(report.at("/groups/0/size").asInt());
    assertThat(report.at("/groups/0/sources/1/permutation")).hasSize(4);
    assertThat(report.findValues("matrix")).hasSize(1);
    assertThat(report.get("baselines").findValuesAsText("name")).contains("a", "b");
    assertThat(report.at("/baselines/1/evaluation/0/samples").asInt()).isEqualTo(60);
    assertThat(report.get("normalizations")).hasSize(9); // one for each normalization
    assertThat(report.at("/widths/0/layer").asText()).isEqualTo("conv1");
    assertThat(report.at("/widths/0/source").asInt()).isEqualTo(4);
    assertThat(report.at("/widths/0/merged")).isEqualTo(report.at("/groups/0/width"));
    assertThat(report.at("/layers/0/errorBefore").isNumber()).isTrue();
    assertThat(report.at("/layers/0/errorAfter").isNumber()).isTrue();
    assertThat(report.at("/evaluation/0/samples").asInt()).isEqualTo(60);
    assertThat(report.at("/memory/heapBytes").asLong()).isPositive();
    assertThat(report.at("/stages").findValuesAsText("name"))
        .contains("reading networks", "evaluating");
    String page = Files.readString(merged.resolve("report.html"));
    assertThat(page.substring(0, page.indexOf("<script")))
        .startsWith("<!doctype html>")
        .contains("a + b", "layer2.0.conv1", "SHA-256", "pleas merge " + recipe + " --backend ")
        .doesNotContain("{{", "http:", "https:");
  }

  @Test
  void merge_twice_givesTheSameBytes() throws IOException {
    merged("merge", recipe, "-q");
    byte[] first = Files.readAllBytes(folder.resolve("merged/model.safetensors"));
    merged("merge", recipe, "-q", "-o", folder.resolve("again"));
    assertThat(folder.resolve("again/model.safetensors")).hasBinaryContent(first);
  }

  @Test
  void merge_json_isTheReport() throws IOException {
    Run run = merged("merge", recipe, "--json", "--quiet");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo(Files.readString(folder.resolve("merged/report.json")));
    assertThat(Json.mapper().readTree(run.out()).get("format").asText())
        .isEqualTo("pleas-report/2");
  }

  @Test
  void merge_flags_winOverTheRecipe() throws IOException {
    merged("merge", recipe, "-q", "--budget", "1.0", "--seed", "9", "--set", "ridge=0.001");
    JsonNode provenance =
        Json.mapper().readTree(folder.resolve("merged/report.json").toFile()).get("provenance");
    assertThat(provenance.at("/settings/budget").asDouble()).isEqualTo(1.0);
    assertThat(provenance.at("/settings/ridge").asDouble()).isEqualTo(0.001);
    assertThat(provenance.get("seed").asLong()).isEqualTo(9);
  }

  @Test
  void merge_checkpoint_hasPassengersMetadataAndTheSourcesType() throws IOException {
    for (String name : new String[] {"a", "b"}) {
      Tiny.write(
          folder.resolve(name + ".safetensors"), Tiny.tensors(name.hashCode(), 1, 3, 6), DType.F16);
    }
    merged("merge", recipe, "-q");
    try (Checkpoint checkpoint =
        new SafetensorsProvider().create().open(folder.resolve("merged/model.safetensors"))) {
      assertThat(checkpoint.tensors().get("conv1.weight").dtype()).isEqualTo(DType.F16);
      assertThat(checkpoint.tensors().get("bn1.num_batches_tracked").dtype()).isEqualTo(DType.I64);
      assertThat(checkpoint.read("bn1.num_batches_tracked").values()).containsExactly(42);
      assertThat(checkpoint.metadata())
          .containsEntry("format", "pt")
          .containsKey("pleas.provenance");
    }
  }

  @Test
  void merge_force_replacesOnlyWhenTheNewOneIsComplete() throws IOException {
    merged("merge", recipe, "-q");
    byte[] first = Files.readAllBytes(folder.resolve("merged/model.safetensors"));
    assertThat(Run.pleas("merge", recipe, "-q", "--force", "--budget", "3").code()).isEqualTo(1);
    assertThat(folder.resolve("merged/model.safetensors")).hasBinaryContent(first);
    merged("merge", recipe, "-q", "--force", "--budget", "2");
    assertThat(Files.readAllBytes(folder.resolve("merged/model.safetensors"))).isNotEqualTo(first);
  }

  @Test
  void merge_ofMerged_hasNestedProvenance() throws IOException {
    merged("merge", recipe, "-q", "--budget", "1");
    merged(
        "merge",
        "-q",
        "-m",
        "ab=" + folder.resolve("merged"),
        "-m",
        "a=" + folder.resolve("a.safetensors"),
        "--data",
        images,
        "-o",
        folder.resolve("twice"));
    JsonNode provenance =
        Json.mapper().readTree(folder.resolve("twice/report.json").toFile()).get("provenance");
    assertThat(provenance.at("/sources/0/provenance/sources/1/name").asText()).isEqualTo("b");
    assertThat(provenance.at("/sources/1/provenance").isMissingNode()).isTrue();
  }

  @Test
  void merge_differentLabels_hasAHeadForEach() throws IOException {
    Path lo = Tiny.network(folder.resolve("lo.safetensors"), 3, 1, 2);
    Path hi = Tiny.network(folder.resolve("hi.safetensors"), 4, 1, 5);
    Path merged = folder.resolve("both");
    merged("merge", "-q", "-m", lo, "-m", hi, "--data", images, "--budget", "1.5", "-o", merged);
    assertThat(Run.pleas("inspect", merged).out()).contains("lo 2, hi 5");
    assertThat(Run.pleas("eval", merged, "--data", images, "-q").err())
        .contains("the network has several heads: lo, hi; choose one with --head");
    Run run =
        merged(
            "eval", merged, "--head", "lo", "--classes", "1-2", "--data", images, "-q", "--json");
    assertThat(Json.mapper().readTree(run.out()).get("samples").asInt()).isEqualTo(40);
    // The file itself may be named, too.
    merged("eval", merged.resolve("model.safetensors"), "--head", "hi", "--data", images, "-q");
  }

  @Test
  void eval_ofMerged_agreesWithTheReport() throws IOException {
    merged("merge", recipe, "-q");
    JsonNode report = Json.mapper().readTree(folder.resolve("merged/report.json").toFile());
    // Mean and deviation come from config.json.
    Run run = merged("eval", folder.resolve("merged"), "--data", images, "-q", "--json");
    JsonNode score = Json.mapper().readTree(run.out());
    assertThat(score.get("confusion")).isEqualTo(report.at("/evaluation/0/confusion"));
    assertThat(merged("eval", folder.resolve("merged"), "--data", images, "-q").out())
        .contains("top 1: ", "label \\ answer");
  }

  @Test
  void predict_agreesWithEval() throws IOException {
    Path npy = folder.resolve("logits.npy");
    Path a = folder.resolve("a.safetensors");
    merged("predict", a, "--data", images, "-o", npy, "-q");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[128];
    bytes.get(header);
    assertThat(new String(header, StandardCharsets.ISO_8859_1))
        .startsWith(
            "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (60, 3), }");
    assertThat(bytes.remaining()).isEqualTo(60 * 3 * 4);
    int right = 0;
    for (int i = 0; i < 60; i++) {
      int best = 0;
      float[] logits = {bytes.getFloat(), bytes.getFloat(), bytes.getFloat()};
      for (int c = 1; c < 3; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      right += best == i % 3 ? 1 : 0;
    }
    Run run = merged("eval", a, "--data", images, "-q", "--json");
    assertThat(Json.mapper().readTree(run.out()).get("top1").asDouble()).isEqualTo(right / 60.0);
  }

  @Test
  void inspect_readsHeadersOnly() throws IOException {
    Path a = folder.resolve("a.safetensors");
    Run run = merged("inspect", a, "--tensors", "--input-size", "8x8");
    assertThat(run.out()).contains("input [1, 8, 8]", "layer1.0.conv1", "fc.weight", "F32");
    JsonNode json =
        Json.mapper().readTree(merged("inspect", a, "--json", "--input-size", "8x8").out());
    // Multiply-accumulates by hand: 64, 16 and 4 positions in the three stages.
    int first = 64 * (4 * 1 * 9 + 2 * 4 * 4 * 9);
    int second = 16 * (6 * 4 * 9 + 6 * 6 * 9 + 6 * 4);
    int third = 4 * (8 * 6 * 9 + 8 * 8 * 9 + 8 * 6);
    assertThat(json.get("multiplyAccumulates").asInt()).isEqualTo(first + second + third + 3 * 8);
    assertThat(json.get("tensors").get("fc.bias").get("shape").get(0).asInt()).isEqualTo(3);
  }

  @Test
  void demo_bundledRecipes_showSourcesAverageAndMerged() throws IOException {
    Path bundled = Path.of("..", "examples", "fashion-mnist");
    for (String name : new String[] {"same-labels.yaml", "different-labels.yaml"}) {
      Files.copy(bundled.resolve(name), folder.resolve(name));
    }
    Tiny.network(folder.resolve("all-a.safetensors"), 5, 1, 10);
    Tiny.network(folder.resolve("all-b.safetensors"), 6, 1, 10);
    Tiny.network(folder.resolve("lo.safetensors"), 7, 1, 5);
    Tiny.network(folder.resolve("hi.safetensors"), 8, 1, 5);
    Tiny.images(folder, "calibration", 60, 10);
    Tiny.images(folder, "test", 50, 10);
    Path output = Files.createDirectory(folder.resolve("demo"));

    Run run = merged("demo", "--examples", folder, "-o", output, "--quiet");
    assertThat(run.out())
        .contains("same labels", "different labels", "plain average", "merged at 1.2×")
        .doesNotContain("–");
    assertThat(output.toFile().list())
        .containsExactlyInAnyOrder(
            "same-labels-1.0x",
            "same-labels-1.2x",
            "different-labels-1.0x",
            "different-labels-1.2x");
    assertThat(merged("inspect", output.resolve("different-labels-1.2x")).out())
        .contains("lo 5, hi 5");
  }

  private static Run merged(Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }
}
