package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportIT {
  private static final int IMAGES = 12;

  /** Both sides compute in float32. */
  private static final float TOLERANCE = 1e-4f;

  @TempDir private Path folder;
  private Path images;
  private Path lo;
  private Path onnx;

  @BeforeEach
  void writeInputs() throws IOException {
    images = Tiny.images(folder, "calib", IMAGES, 3);
    lo = Tiny.network(folder.resolve("lo.safetensors"), 1, 1, 3);
    onnx = folder.resolve("network.onnx");
  }

  private static Run done(Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private Path merged() {
    Path hi = Tiny.network(folder.resolve("hi.safetensors"), 2, 1, 2);
    Path merged = folder.resolve("merged");
    done(
        "merge",
        "-m",
        "lo=" + lo,
        "-m",
        "hi=" + hi,
        "--output-heads",
        "separate",
        "--budget",
        "1.4",
        "--data",
        images,
        "--mean",
        "0.4",
        "--std",
        "0.3",
        "-o",
        merged,
        "-q");
    return merged;
  }

  @Test
  void export_mergedNetwork_givesTheLogitsOfPredictForEachHead() throws IOException, OrtException {
    Path merged = merged();
    Run run = done("export", merged, "-o", onnx);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith("Written: " + onnx + " (")
        .contains("Input: ", "[batch, 1, 8, 8]", "Output: lo [batch, 3], hi [batch, 2]");

    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(onnx.toString())) {
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      JsonNode sources = Json.mapper().readTree(metadata.get("pleas.provenance")).get("sources");
      assertThat(sources.findValuesAsText("name")).containsExactly("lo", "hi");
      assertThat(Json.mapper().readTree(metadata.get("pleas.preprocessing")).get("std").get(0))
          .hasToString("0.3");
      String input = session.getInputNames().iterator().next();
      try (OnnxTensor tensor =
              OnnxTensor.createTensor(
                  environment, FloatBuffer.wrap(pixels()), new long[] {IMAGES, 1, 8, 8});
          OrtSession.Result result = session.run(Map.of(input, tensor))) {
        assertThat(session.getOutputNames()).containsExactly("lo", "hi");
        for (String head : session.getOutputNames()) {
          FloatBuffer found = ((OnnxTensor) result.get(head).orElseThrow()).getFloatBuffer();
          FloatBuffer expected = predicted(merged, head);
          assertThat(found.remaining()).isEqualTo(expected.remaining()).isPositive();
          while (expected.hasRemaining()) {
            float want = expected.get();
            assertThat(found.get()).as(head).isCloseTo(want, within(TOLERANCE));
          }
        }
      }
    }
  }

  private float[] pixels() {
    Preprocessing preprocessing = new Preprocessing(List.of(0.4f), List.of(0.3f), 0, 0, 1);
    LabeledSamples samples =
        ImageData.open(new DataSpec(images, null, List.of(), 0, preprocessing));
    assertThat(samples.count()).isEqualTo(IMAGES);
    return samples.read(0, IMAGES).values();
  }

  private FloatBuffer predicted(Path network, String head) throws IOException {
    Path npy = folder.resolve(head + ".npy");
    done("predict", network, "--head", head, "--data", images, "-o", npy, "-q");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.position(128).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  @Test
  void export_asJson_saysWhatIsInTheFile() throws IOException {
    JsonNode json =
        Json.mapper()
            .readTree(done("export", lo, "-o", onnx, "--input-size", "9x10", "--json").out());
    assertThat(json.get("file").asText()).isEqualTo(onnx.toString());
    assertThat(json.get("opset").asInt()).isEqualTo(17);
    assertThat(json.get("inputs").toString()).endsWith("[\"batch\",1,9,10]}");
    assertThat(json.get("outputs").toString()).isEqualTo("{\"logits\":[\"batch\",3]}");
  }

  @Test
  void export_existingFile_isReplacedOnlyWhenAsked() throws IOException {
    Files.writeString(onnx, "mine");
    Run run = Run.pleas("export", lo, "-o", onnx);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .isEqualTo("pleas: " + onnx + ": exists; choose another file, or replace it with --force");
    assertThat(onnx).hasContent("mine");
    done("export", lo, "-o", onnx, "--force", "-q");
    assertThat(Files.size(onnx)).isGreaterThan(1000);
  }

  @Test
  void export_otherExtension_isRefused() {
    Run run = Run.pleas("export", lo, "-o", folder.resolve("network.pt"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("pleas: --output: expected the name of an .onnx file, found ")
        .contains("Try 'pleas export --help'");
    assertThat(folder.resolve("network.pt")).doesNotExist();
  }
}
