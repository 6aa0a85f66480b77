package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.config.ModelConfig;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder whose config.json describes a transformer is a network like any other. */
class TransformerFolderIT {
  @TempDir Path folder;
  private Path a;
  private Path b;
  private Path images;

  @BeforeEach
  void writeInputs() throws IOException {
    a = network("a", 1);
    b = network("b", 2);
    images = Tiny.images(folder, "test", 40, 3);
  }

  /** One block of 6 channels in 2 heads on the 4 patches of an 8×8 image. */
  private static Graph graph() {
    Map<String, Shape> parameters = new LinkedHashMap<>();
    parameters.put("patch.weight", Shape.of(6, 1, 4, 4));
    parameters.put("class", Shape.of(6, 1));
    parameters.put("position", Shape.of(6, 5));
    parameters.put("norm", Shape.of(6));
    parameters.put("query", Shape.of(8, 6));
    parameters.put("project", Shape.of(6, 8));
    parameters.put("scale", Shape.of(6));
    parameters.put("up", Shape.of(7, 6));
    parameters.put("down", Shape.of(6, 7));
    parameters.put("head", Shape.of(3, 6));
    return new Graph(
        "tiny-vit",
        Map.of("image", Shape.of(1, 8, 8)),
        List.of(
            node("patch", new Op.Conv2d("patch.weight", null, Window.square(4, 4, 0), 1), "image"),
            node("flat", new Op.Flatten(), "patch"),
            node("tokens", new Op.Prepend("class"), "flat"),
            node("stream", new Op.AddParameter("position"), "tokens"),
            node("norm", new Op.LayerNorm("norm", null, 1e-6), "stream"),
            node("query", new Op.Linear("query", null), "norm"),
            node("attention", new Op.Attention(2, 0.5), "query", "query", "query"),
            node("project", new Op.Linear("project", null), "attention"),
            node("scaled", new Op.Scale("scale"), "project"),
            node("attended", new Op.Add(), "stream", "scaled"),
            node("up", new Op.Linear("up", null), "attended"),
            node("gelu", new Op.Gelu(Op.Gelu.Form.EXACT), "up"),
            node("down", new Op.Linear("down", null), "gelu"),
            node("sum", new Op.Add(), "attended", "down"),
            node("patch1", new Op.SlicePositions(1, 2), "sum"),
            node("pool", new Op.GlobalAveragePool(), "patch1"),
            node("head", new Op.Linear("head", null), "pool")),
        Map.of("logits", "head"),
        parameters);
  }

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private Path network(String name, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Graph graph = graph();
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            (parameter, shape) -> {
              float[] values = new float[Math.toIntExact(shape.elements())];
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
              }
              tensors.put(parameter, HostTensor.wrap(shape, values));
            });
    Path path = Files.createDirectory(folder.resolve(name));
    Tiny.write(path.resolve("model.safetensors"), tensors, DType.F32);
    Preprocessing grey = new Preprocessing(List.of(0.5f), List.of(0.5f), 0, 0, 1);
    ModelConfig config =
        ModelConfig.of(graph, ParameterLayout.PLAIN, "model.safetensors", List.of("a", "b"), grey);
    Files.writeString(path.resolve(ModelConfig.FILE), Json.write(config));
    return path;
  }

  private static Run succeeded(Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  @Test
  void inspect_showsStreamHiddenUnitsAndCost() throws IOException {
    assertThat(succeeded("inspect", a).out().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "architecture tiny-vit",
            "patch 6 10 patch … pool",
            "query 2 2 query … attention",
            "up 7 2 up … gelu");

    JsonNode json = Json.mapper().readTree(succeeded("inspect", a, "--json").out());
    // 4 patches, then 5 tokens, then one of them.
    int linear = 5 * (8 * 6 + 6 * 8 + 7 * 6 + 6 * 7);
    int attention = 5 * 5 * (8 + 8);
    assertThat(json.get("multiplyAccumulates").asInt())
        .isEqualTo(4 * 6 * 16 + linear + attention + 3 * 6);
    assertThat(json.get("outputs").get("logits").asInt()).isEqualTo(3);
  }

  @Test
  void inspect_otherInputSize_namesTheParameterThatDoesNotFit() {
    Run run = Run.pleas("inspect", a, "--input-size", "8x12");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .contains(
            "cannot take inputs [1, 8, 12]: position: the position embedding is for inputs [1, 8,"
                + " 8], found [1, 8, 12]; scale or crop the images to that size");
  }

  @Test
  void merge_average_runsLikeItsSources() throws IOException {
    Path mean = folder.resolve("mean");
    succeeded("merge", "-m", a, "-m", b, "--method", "average", "-q", "-o", mean);

    Run run = succeeded("eval", mean, "--data", images, "-q", "--json");
    assertThat(Json.mapper().readTree(run.out()).get("top1").asDouble()).isBetween(0.0, 1.0);
    assertThat(succeeded("inspect", mean).out()).contains("tiny-vit");
  }

  @Test
  void merge_pleas_keepsHeadsApartAndRunsAgain() throws IOException {
    Path merged = folder.resolve("merged");
    succeeded("merge", "-m", a, "-m", b, "--data", images, "--budget", "1.9", "-q", "-o", merged);

    JsonNode config = Json.mapper().readTree(merged.resolve("config.json").toFile());
    assertThat(config.get("parameters").get("query").get(0).asInt()).isGreaterThan(8);
    JsonNode report = Json.mapper().readTree(merged.resolve("report.json").toFile());
    JsonNode heads = report.get("groups").get(1);
    assertThat(heads.get("name").asText()).isEqualTo("query");
    assertThat(heads.at("/sources/1/inside/0")).hasSize(8);
    assertThat(succeeded("inspect", merged).out()).contains("tiny-vit");
    succeeded("eval", merged, "--data", images, "-q", "--json");
  }

  /** Its stream stays merged whatever the budget, so no merged transformer is the ensemble. */
  @Test
  void sweep_ensemble_isTheMeanOfTheSourcesLogits() throws IOException {
    images = Tiny.images(folder, "test", 400, 3);
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            models: [{path: a}, {path: b}]
            parameters: {refit: none}
            calibration: {data: test-images-idx3-ubyte.gz, mean: [0.5], std: [0.5]}
            evaluation: [{name: test, data: test-images-idx3-ubyte.gz}]
            """);
    Path sweep = folder.resolve("sweep");
    succeeded("sweep", recipe, "--budgets", "1.0,2.0", "-q", "-o", sweep);

    FloatBuffer ofA = logits(a);
    FloatBuffer ofB = logits(b);
    int right = 0;
    for (int i = 0; i < 400; i++) {
      int best = 0;
      for (int c = 1; c < 3; c++) {
        best = mean(ofA, ofB, 3 * i + c) > mean(ofA, ofB, 3 * i + best) ? c : best;
      }
      right += best == i % 3 ? 1 : 0;
    }
    JsonNode document = Json.mapper().readTree(sweep.resolve("sweep.json").toFile());
    assertThat(document.at("/ensemble/accuracies/test").asDouble()).isEqualTo(right / 400.0);
    assertThat(document.at("/points/1/accuracies/test").asDouble()).isNotEqualTo(right / 400.0);
  }

  private static double mean(FloatBuffer a, FloatBuffer b, int at) {
    return (a.get(at) + b.get(at)) / 2.0;
  }

  private FloatBuffer logits(Path model) throws IOException {
    Path npy = folder.resolve(model.getFileName() + ".npy");
    succeeded("predict", model, "--data", images, "-q", "-o", npy);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.position(128).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }
}
