package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that are given as ONNX models are merged by their operators. */
class OnnxMergeIT {
  @TempDir private Path folder;
  private Path a;
  private Path b;
  private Path images;

  @BeforeEach
  void writeModels() throws IOException {
    images = Tiny.images(folder, "images", 30, 3);
    a = exported("a", 1);
    b = exported("b", 2);
  }

  private Path exported(String name, int seed) {
    Path network = Tiny.network(folder.resolve(name + ".safetensors"), seed, 1, 3);
    Path onnx = folder.resolve(name + ".onnx");
    done("export", network, "-o", onnx, "--input-size", "8x8");
    return onnx;
  }

  private static Run done(Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  @Test
  void merge_onnxModels_isThatOfTheCheckpointsTheyWereMadeOf() throws IOException {
    Path byOperators = merged("onnx", a, b);
    Path byNames =
        merged("names", folder.resolve("a.safetensors"), folder.resolve("b.safetensors"));
    JsonNode report = Json.mapper().readTree(byOperators.resolve("report.json").toFile());
    assertThat(report.get("groups")).isNotEmpty();
    assertThat(report.at("/cost/flops").asDouble()).isBetween(1.0, 1.4);
    FloatBuffer expected = logits(byNames);
    FloatBuffer found = logits(byOperators);
    assertThat(found.remaining()).isEqualTo(expected.remaining()).isPositive();
    while (expected.hasRemaining()) {
      assertThat(found.get()).isCloseTo(expected.get(), within(1e-3f));
    }
  }

  private Path merged(String name, Path first, Path second) {
    Path output = folder.resolve(name);
    done(
        "merge",
        "-q",
        "-m",
        "a=" + first,
        "-m",
        "b=" + second,
        "--data",
        images,
        "--budget",
        "1.4",
        "-o",
        output);
    return output;
  }

  private FloatBuffer logits(Path network) throws IOException {
    Path npy = folder.resolve(network.getFileName() + ".npy");
    done("predict", network, "--data", images, "-o", npy, "-q");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.position(128).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  /** What comes out as ONNX is what predict says of the merged folder, by reading it again. */
  @Test
  void merge_formatOnnx_writesTheNetworkBesideItsCheckpoint() throws IOException {
    Path output = folder.resolve("both");
    done(
        "merge",
        "-q",
        "-m",
        "a=" + a,
        "-m",
        "b=" + b,
        "--data",
        images,
        "--budget",
        "1.3",
        "--format",
        "onnx",
        "-o",
        output);
    Path model = Files.copy(output.resolve("model.onnx"), folder.resolve("both.onnx"));
    assertThat(output.resolve("model.safetensors")).exists();
    FloatBuffer expected = logits(output);
    FloatBuffer found = logits(model);
    assertThat(found.remaining()).isEqualTo(expected.remaining()).isPositive();
    while (expected.hasRemaining()) {
      assertThat(found.get()).isCloseTo(expected.get(), within(1e-5f));
    }
    Run refused = Run.pleas("convert", output, folder.resolve("x"), "--format", "onnx");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.lastError()).contains("pleas export");
  }

  @Test
  void inspect_damagedModel_isRefusedInOneLine() throws IOException {
    byte[] bytes = Files.readAllBytes(a);
    Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, 900));
    Run run = Run.pleas("inspect", cut);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains("cut.onnx: expected an ONNX model");
  }
}
