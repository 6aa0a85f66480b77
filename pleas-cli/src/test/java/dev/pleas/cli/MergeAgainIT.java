package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What merges write is merged again, with plain networks and with each other, through the command.
 */
class MergeAgainIT {
  @TempDir Path folder;
  private Path a;
  private Path b;
  private Path lo;
  private Path hi;
  private Path images;

  @BeforeEach
  void makeNetworks() throws IOException {
    a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 5);
    b = Tiny.network(folder.resolve("b.safetensors"), 2, 1, 5);
    lo = Tiny.network(folder.resolve("lo.safetensors"), 3, 1, 3);
    hi = Tiny.network(folder.resolve("hi.safetensors"), 4, 1, 2);
    images = Tiny.images(folder, "calibration", 32, 5);
  }

  private Run run(Path output, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("merge"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--data", images, "--mean", "0.5", "--std", "0.25", "-q", "-o", output));
    return Run.pleas(all.toArray());
  }

  /** Merges {@code NAME=PATH}s. */
  private Path merge(String name, Object... arguments) {
    Path output = folder.resolve(name);
    Run run = run(output, arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return output;
  }

  private Path loHi(String name, Object... options) {
    List<Object> all =
        new ArrayList<>(List.of("-m", "lo=" + lo, "-m", "hi=" + hi, "--output-heads", "separate"));
    all.addAll(List.of(options));
    return merge(name, all.toArray());
  }

  private static JsonNode json(Path output, String file) throws IOException {
    return Json.mapper().readTree(output.resolve(file).toFile());
  }

  private static List<String> outputs(Path output) throws IOException {
    List<String> outputs = new ArrayList<>();
    json(output, "config.json").get("outputs").fieldNames().forEachRemaining(outputs::add);
    return outputs;
  }

  private byte[] predict(Path network, String... head) throws IOException {
    Path npy = Files.createTempFile(folder, "logits", ".npy");
    List<Object> all = new ArrayList<>(List.of("predict", network, "--data", images, "-q"));
    all.addAll(List.of("--mean", "0.5", "--std", "0.25", "-o", npy, "--force"));
    all.addAll(List.of(head));
    Run run = Run.pleas(all.toArray());
    assertThat(run.code()).as(run.err()).isZero();
    return Files.readAllBytes(npy);
  }

  private static float[] floats(byte[] npy) {
    FloatBuffer values =
        ByteBuffer.wrap(npy, 128, npy.length - 128).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] all = new float[values.remaining()];
    values.get(all);
    return all;
  }

  private static void requireClose(byte[] found, byte[] expected) {
    float[] x = floats(found);
    float[] y = floats(expected);
    assertThat(x).hasSameSizeAs(y).isNotEmpty();
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      largest = Math.max(largest, Math.abs(y[i]));
      worst = Math.max(worst, Math.abs(x[i] - y[i]));
    }
    assertThat(worst / largest).isLessThan(1e-5);
  }

  @Test
  void merge_mergedWithPlainEverythingApart_predictsAsEachDoes() throws IOException {
    Path h = loHi("h");

    Path merged = merge("x", "-m", "h=" + h, "-m", "all=" + a, "--budget", "2");

    assertThat(outputs(merged)).containsExactly("h-lo", "h-hi", "all");
    requireClose(predict(merged, "--head", "h-lo"), predict(h, "--head", "lo"));
    requireClose(predict(merged, "--head", "h-hi"), predict(h, "--head", "hi"));
    requireClose(predict(merged, "--head", "all"), predict(a));
    // The checkpoint alone, without config.json, is recognized as what it is.
    requireClose(
        predict(merged.resolve("model.safetensors"), "--head", "h-lo"),
        predict(merged, "--head", "h-lo"));
  }

  @Test
  void merge_threeDeep_keepsHeadsAndNestsProvenance() throws IOException {
    Path one = loHi("one");
    Path two = merge("two", "-m", "h=" + one, "-m", "a=" + a);
    Path three = merge("three", "-m", "x=" + two, "-m", "b=" + b);

    assertThat(outputs(three)).containsExactly("x-h-lo", "x-h-hi", "x-a", "b");
    JsonNode origin = json(three, "report.json").get("provenance");
    for (String path : List.of("/sources/0", "/provenance/sources/0", "/provenance/sources/1")) {
      origin = origin.at(path);
      assertThat(origin.get("sha256").asText()).as(path).matches("[0-9a-f]{64}");
      if (path.endsWith("0")) {
        assertThat(origin.at("/provenance/method/id").asText()).isEqualTo("pleas");
      }
    }
    assertThat(origin.get("file").asText()).isEqualTo("hi.safetensors");
    Run inspect = Run.pleas("inspect", three);
    assertThat(inspect.code()).as(inspect.err()).isZero();
    assertThat(inspect.out())
        .containsPattern("outputs +x-h-lo 3, x-h-hi 2, x-a 5, b 5")
        .containsPattern("(?m)^merged by     pleas at 1.*, from$")
        .containsPattern("(?m)^  x = two \\(sha256 [0-9a-f]{12}…\\), merged by pleas at 1.*, from$")
        .containsPattern("(?m)^    h = one \\(sha256 [0-9a-f]{12}…\\), merged by pleas at 1")
        .containsPattern("(?m)^      lo = lo.safetensors \\(sha256 [0-9a-f]{12}…\\)$")
        .containsPattern("(?m)^  b = b.safetensors");
    assertThat(Files.readString(three.resolve("report.html"))).contains("lo.safetensors");
  }

  @Test
  void merge_twoWideMergedNetworks_goTogetherIfWidthsAreEqual() throws IOException {
    Path h = loHi("h", "--budget", "1.5");
    Path m = merge("m", "-m", "a=" + a, "-m", "b=" + b, "--budget", "1.5");

    Path merged = merge("x", "-m", "h=" + h, "-m", "m=" + m);

    assertThat(outputs(merged)).containsExactly("h-lo", "h-hi", "m");
    Run refused = run(folder.resolve("y"), "-m", "h=" + h, "-m", "a=" + a);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.lastError())
        .contains("conv1.weight: h has [5, 1, 3, 3], a has [4, 1, 3, 3]")
        .contains("merge networks of one architecture and of the same widths");
  }

  @Test
  void merge_sameOutputs_sharedOrSeparate() throws IOException {
    Path h = loHi("h");
    Path g = loHi("g", "--seed", "5");

    assertThat(outputs(merge("shared", "-m", "h=" + h, "-m", "g=" + g)))
        .containsExactly("lo", "hi");
    Path apart = merge("apart", "-m", "h=" + h, "-m", "g=" + g, "--output-heads", "separate");
    assertThat(outputs(apart)).containsExactly("h-lo", "h-hi", "g-lo", "g-hi");
  }

  @Test
  void preflightAndPlan_ofMergedAndPlain_agreeWithTheMerge() throws IOException {
    Path h = loHi("h");
    Run preflight = Run.pleas("preflight", "h=" + h, "all=" + a);
    assertThat(preflight.code()).as(preflight.out()).isZero();
    assertThat(preflight.out())
        .doesNotContain("refused")
        .contains("6 head tensors differ between sources");

    Run plan =
        Run.pleas(
            "plan", "-m", "h=" + h, "-m", "all=" + a, "--budget", "1.5", "--no-time", "--json");
    assertThat(plan.code()).as(plan.err()).isZero();
    Path merged = merge("x", "-m", "h=" + h, "-m", "all=" + a, "--budget", "1.5");
    long planned = Json.mapper().readTree(plan.out()).at("/merged/parameters").asLong();
    assertThat(planned)
        .isPositive()
        .isEqualTo(json(merged, "report.json").at("/merged/parameters").asLong());
  }

  @Test
  void merge_labels_areCarriedOnSoThatJointEvaluationWorks() throws IOException {
    Path labels =
        Files.writeString(
            folder.resolve("l.json"), "{\"lo\": [\"0\", \"1\", \"2\"], \"hi\": [\"3\", \"4\"]}");
    Path h = loHi("h", "--label-map", labels);
    Path more =
        Files.writeString(folder.resolve("m.json"), "{\"all\": [\"4\",\"3\",\"2\",\"1\",\"0\"]}");

    Path merged =
        merge("x", "-m", "h=" + h, "-m", "all=" + a, "--label-map", more, "--budget", "1");

    JsonNode kept = json(merged, "config.json").get("labels");
    assertThat(kept.get("h-hi").toString()).isEqualTo("[\"3\",\"4\"]");
    assertThat(kept.get("all").get(0).asText()).isEqualTo("4");
    Run eval = Run.pleas("eval", merged, "--joint", "--data", images, "-q", "--json");
    assertThat(eval.code()).as(eval.err()).isZero();
    JsonNode score = Json.mapper().readTree(eval.out());
    assertThat(score.get("samples").asInt()).isEqualTo(32);
    assertThat(score.get("tasks").findValuesAsText("name")).containsExactly("h-lo", "h-hi", "all");
  }

  @Test
  void merge_recipeOfThree_evaluatesEveryHeadAndItsSource() throws IOException {
    loHi("h");
    Path recipe =
        Files.writeString(
            folder.resolve("r.yaml"),
            """
            models: [{name: h, path: h}, {name: a, path: a.safetensors}, {name: b, path: b.safetensors}]
            parameters: {budget: 3}
            calibration: {data: IMAGES, mean: [0.5], std: [0.25]}
            evaluation:
              - {name: low, data: IMAGES, classes: [0, 1, 2], head: h-lo}
              - {name: all, data: IMAGES, head: a}
            """
                .replace("IMAGES", images.toString()));
    Path merged = folder.resolve("x");

    Run run = Run.pleas("merge", recipe, "-q", "-o", merged);

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(outputs(merged)).containsExactly("h-lo", "h-hi", "a", "b");
    JsonNode report = json(merged, "report.json");
    assertThat(report.at("/baselines/0/evaluation/0/name").asText()).isEqualTo("low");
    assertThat(report.at("/evaluation/0/top1").asDouble())
        .as("everything apart")
        .isPositive()
        .isEqualTo(report.at("/baselines/0/evaluation/0/top1").asDouble());
    assertThat(report.at("/baselines/0/evaluation")).hasSize(1);
    assertThat(report.at("/baselines/1/evaluation/0/name").asText()).isEqualTo("all");
    Run wrong =
        Run.pleas(
            "merge",
            Files.writeString(
                folder.resolve("w.yaml"), Files.readString(recipe).replace("h-lo", "h")),
            "-q",
            "-o",
            folder.resolve("z"));
    assertThat(wrong.lastError())
        .contains(
            "evaluation low: there is no source h whose head to use; there are: h-lo, h-hi, a, b");
  }

  @Test
  void merge_fourPlainNetworks_unionOrSeparateInAnyOrder() throws IOException {
    Path labels =
        Files.writeString(
            folder.resolve("l.json"),
            """
            {"a": ["0","1","2","3","4"], "b": ["4","3","2","1","0"],
             "lo": ["0","1","2"], "hi": ["3","x"]}
            """);
    Object[] one = {"-m", "a=" + a, "-m", "b=" + b, "-m", "lo=" + lo, "-m", "hi=" + hi};
    Object[] two = {"-m", "hi=" + hi, "-m", "b=" + b, "-m", "a=" + a, "-m", "lo=" + lo};

    Path union = merge("u", with(one, "--label-map", labels, "--budget", "1.5"));
    assertThat(outputs(union)).containsExactly("logits");
    assertThat(json(union, "config.json").at("/parameters/fc.weight/0").asInt()).isEqualTo(6);
    Path apart = merge("s", with(one, "--budget", "4"));
    assertThat(outputs(apart)).containsExactly("a", "b", "lo", "hi");
    requireClose(predict(apart, "--head", "lo"), predict(lo));
    Path first = merge("s1", with(one, "--budget", "1.7"));
    Path second = merge("s2", with(two, "--budget", "1.7"));
    assertThat(json(second, "config.json").get("parameters"))
        .isEqualTo(json(first, "config.json").get("parameters"));
  }

  private static Object[] with(Object[] first, Object... more) {
    List<Object> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray();
  }
}
