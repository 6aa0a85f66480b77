package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.cli.config.Json;
import dev.pleas.models.dtype.StoredTensors;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the tensors of networks before they are merged. */
class PreflightIT {
  private static final String COUNTER = "bn1.num_batches_tracked";

  @TempDir Path folder;
  private Path a;
  private Path b;
  private Path images;

  @BeforeEach
  void writeInputs() throws IOException {
    a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    b = Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    images = Tiny.images(folder, "calib", 20, 3);
  }

  private Run average(Path first, Path second, Path merged) {
    Run run =
        Run.pleas(
            "merge",
            "--method",
            "average",
            "-m",
            first,
            "-m",
            second,
            "--data",
            images,
            "-o",
            merged);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  /** Writes a network whose counters are this number, which may be too large for float32. */
  private Path counting(String name, long count) {
    Map<String, HostTensor> tensors = Tiny.tensors(name.hashCode(), 1, 3, 6);
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    tensors.forEach(
        (tensor, value) ->
            infos.put(
                tensor,
                new TensorInfo(tensor.endsWith("tracked") ? DType.I64 : DType.F32, value.shape())));
    Path file = folder.resolve(name + ".safetensors");
    new SafetensorsProvider()
        .create()
        .write(
            file,
            infos,
            tensor -> {
              TensorInfo info = infos.get(tensor);
              ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
              return info.dtype() == DType.I64
                  ? new StoredTensor(info, bytes.putLong(0, count))
                  : StoredTensors.of(tensors.get(tensor), info.dtype(), tensor);
            },
            Map.of());
    return file;
  }

  private static JsonNode json(Run run) throws IOException {
    return Json.mapper().readTree(run.out());
  }

  @Test
  void preflight_sameArchitecture_matchesEveryTensor() {
    Run run = Run.pleas("preflight", a, b);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("conv1.weight", "matched", "F32 [4, 1, 3, 3]")
        .contains("a, b: 47 tensors match, 9 integer buffers are copied from a\n")
        .endsWith("These networks can be merged.\n");
  }

  @Test
  void merge_showsTheLineAndReportsWhatDoesNotSimplyMatch() throws IOException {
    Tiny.write(b, Tiny.tensors(2, 1, 3, 6), DType.F16);
    Path merged = folder.resolve("merged");
    Run run = average(a, b, merged);
    assertThat(run.err().lines())
        .contains(
            "a, b: 47 tensors match, 47 are stored in different types, 9 integer buffers are copied"
                + " from a");
    JsonNode preflight =
        Json.mapper().readTree(merged.resolve("report.json").toFile()).get("preflight");
    assertThat(preflight.get("matched").asInt()).isEqualTo(47);
    assertThat(preflight.get("integerBuffers").asInt()).isEqualTo(9);
    assertThat(preflight.get("typesDiffer").asInt()).isEqualTo(47);
    assertThat(preflight.get("tensors")).hasSize(56);
    assertThat(preflight.at("/tensors/0/found/b/dtype").asText()).isEqualTo("F16");
  }

  @Test
  void merge_integerBuffers_areCopiedFromTheFirstExactly() throws IOException {
    // Neither number is one of float32, and their mean is another.
    Path first = counting("first", 16_777_217);
    Path second = counting("second", (1L << 53) + 1);
    Path merged = folder.resolve("merged");
    average(first, second, merged);
    try (Checkpoint checkpoint =
        new SafetensorsProvider().create().open(merged.resolve("model.safetensors"))) {
      StoredTensor counter = checkpoint.stored(COUNTER);
      assertThat(counter.info().dtype()).isEqualTo(DType.I64);
      assertThat(counter.bytes().getLong()).isEqualTo(16_777_217);
    }
  }

  @Test
  void preflight_headsOfDifferentSizes_areAllowed() {
    Path c = Tiny.network(folder.resolve("c.safetensors"), 3, 1, 5);
    Run run = Run.pleas("preflight", "lo=" + a, "mid=" + b, "hi=" + c);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(
            "lo, mid, hi: 45 tensors match, 2 head tensors differ in classes, 9 integer buffers are"
                + " copied from lo");
  }

  @Test
  void preflight_otherWidths_saysWhatAMergeSays() throws IOException {
    Tiny.network(b, 2, 1, 3, 7);
    Run run = Run.pleas("preflight", a, b, "--json");
    assertThat(run.code()).isEqualTo(1);
    JsonNode summary = json(run).get("summary");
    // The middle stage's convolutions and norms, and the convolutions that read it.
    assertThat(summary.get("conflicts").asInt()).isEqualTo(3 + 3 * 4 + 2);
    assertThat(summary.at("/tensors/0/tensor").asText()).isEqualTo("layer2.0.conv1.weight");
    assertThat(summary.at("/tensors/0/status").asText()).isEqualTo("conflict");
    assertThat(Run.pleas("merge", "-m", a, "-m", b, "-q", "-o", folder.resolve("m")).err())
        .isEqualTo("pleas: " + summary.at("/refusals/0").asText() + System.lineSeparator());
  }

  @Test
  void preflight_missingTensor_namesWhoseItIs() throws IOException {
    Map<String, HostTensor> tensors = Tiny.tensors(2, 1, 3, 6);
    tensors.keySet().removeIf(name -> name.equals("fc.bias"));
    Tiny.write(b, tensors, DType.F32);
    Run run = Run.pleas("preflight", a, b);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .containsPattern("fc.bias +missing +F32 \\[3\\] +none")
        .contains(
            "1 is missing in a source",
            "A merge would be refused:\n  fc.bias: a has [3], b has no such tensor: ",
            "merge networks of one architecture");
  }

  @Test
  void preflight_nonFinite_namesEveryTensorWithIndexAndValue() throws IOException {
    Map<String, HostTensor> tensors = Tiny.tensors(2, 1, 3, 6);
    tensors.get("layer2.0.conv1.weight").values()[5] = Float.NaN;
    tensors.get("fc.bias").values()[1] = Float.NEGATIVE_INFINITY;
    tensors.get("fc.bias").values()[2] = Float.NaN;
    Tiny.write(b, tensors, DType.F32);
    Run run = Run.pleas("preflight", a, b, "--json");
    assertThat(run.code()).isEqualTo(1);
    String remedy =
        "; the training diverged, or the conversion of the file failed: take an earlier checkpoint,"
            + " or convert it again";
    JsonNode summary = json(run).get("summary");
    assertThat(Json.mapper().convertValue(summary.get("refusals"), String[].class))
        .containsExactly(
            b + ": layer2.0.conv1.weight: element 5 is NaN" + remedy,
            b + ": fc.bias: element 1 is -Infinity, and 1 more" + remedy);
    assertThat(summary.at("/nonFinite/1/value").asText()).isEqualTo("-Infinity");
    assertThat(Run.pleas("merge", "-m", a, "-m", b, "-q", "-o", folder.resolve("m")).lastError())
        .endsWith(remedy + " (and 1 more reason: see all with 'pleas preflight')");
  }

  @Test
  void preflight_weightsOfWholeNumbers_areRefused() {
    Map<String, HostTensor> tensors = Tiny.tensors(2, 1, 3, 6);
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    tensors.forEach(
        (name, value) ->
            infos.put(
                name,
                new TensorInfo(
                    name.endsWith("tracked") || name.equals("fc.bias") ? DType.I64 : DType.F32,
                    value.shape())));
    new SafetensorsProvider()
        .create()
        .write(
            b,
            infos,
            name ->
                infos.get(name).dtype() == DType.I64
                    ? new StoredTensor(
                        infos.get(name), ByteBuffer.allocate((int) infos.get(name).bytes()))
                    : StoredTensors.of(tensors.get(name), DType.F32, name),
            Map.of());
    Run run = Run.pleas("preflight", a, b);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "pleas: "
                + b
                + ": fc.bias: expected a floating-point type, found I64: quantized checkpoints are not"
                + " supported"
                + System.lineSeparator());
  }

  @Test
  void preflight_equalWeights_areShownAsTied() {
    Map<String, HostTensor> tensors = Tiny.tensors(2, 1, 3, 6);
    tensors.put("layer1.0.conv2.weight", tensors.get("layer1.0.conv1.weight"));
    // Constant weights, and vectors, are the same by chance.
    Arrays.fill(tensors.get("layer2.0.conv2.weight").values(), 0);
    tensors.put("layer1.0.bn2.bias", tensors.get("layer1.0.bn1.bias"));
    Tiny.write(b, tensors, DType.F32);
    assertThat(Run.pleas("preflight", a, b).out())
        .contains(
            "1 is the same as another of its file",
            "note: b: layer1.0.conv2.weight is the same as layer1.0.conv1.weight; a merge treats them"
                + " apart\n")
        .doesNotContain("bn2.bias is the same");
  }

  @Test
  void preflight_oneNetworkOrNone_saysWhatIsMissing() {
    assertThat(Run.pleas("preflight", a).code()).isEqualTo(2);
    Run run = Run.pleas("preflight", a, folder.resolve("none"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(folder.resolve("none") + ": there is no such file");
  }
}
