package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.Json;
import dev.pleas.models.dtype.StoredTensors;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny BERT that PyTorch exported, on texts. */
class TextEncoderIT {
  private static final int LENGTH = 9;

  @TempDir private Path folder;
  private Path model;
  private Path texts;

  @BeforeEach
  void writeModel() throws IOException {
    model = folder.resolve("bert.onnx");
    try (InputStream in = TextEncoderIT.class.getResourceAsStream("bert.onnx")) {
      Files.copy(Objects.requireNonNull(in), model);
    }
    texts = texts("texts", 30);
  }

  /** Texts of 1 to 9 words, with labels. */
  private Path texts(String name, int words) {
    SplittableRandom random = new SplittableRandom(3);
    float[] ids = new float[24 * LENGTH];
    float[] labels = new float[24];
    for (int i = 0; i < ids.length; i++) {
      boolean there = i % LENGTH <= i / LENGTH % LENGTH;
      ids[i] = there ? random.nextInt(1, words) : 0;
      labels[i / LENGTH] = i / LENGTH % 3;
    }
    Map<String, HostTensor> tensors =
        Map.of(
            "input_ids",
            HostTensor.wrap(Shape.of(24, LENGTH), ids),
            "labels",
            HostTensor.wrap(Shape.of(24), labels));
    Path file = folder.resolve(name + ".safetensors");
    new SafetensorsProvider()
        .create()
        .write(
            file,
            Map.of(
                "input_ids", new TensorInfo(DType.I64, Shape.of(24, LENGTH)),
                "labels", new TensorInfo(DType.I64, Shape.of(24))),
            tensor ->
                StoredTensors.of(Objects.requireNonNull(tensors.get(tensor)), DType.I64, tensor),
            Map.of());
    return file;
  }

  private static Run done(Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private FloatBuffer tokens(Path network, Path data) throws IOException {
    Path npy = folder.resolve(network.getFileName() + ".npy");
    Run run =
        done("predict", network, "--head", "hidden", "--data", data, "-o", npy, "-q", "--force");
    assertThat(run.out()).contains("Written: ");
    byte[] bytes = Files.readAllBytes(npy);
    assertThat(new String(bytes, 0, 128, StandardCharsets.ISO_8859_1))
        .contains("'shape': (24, 9, 12)");
    ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return little.position(128).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  /** With itself, whatever is apart. */
  @Test
  void merge_encoderWithItself_givesItsTokens() throws IOException {
    for (String budget : List.of("1", "1.3", "2")) {
      Path output = folder.resolve("merged-" + budget);
      Run run =
          done(
              "merge",
              "-m",
              "a=" + model,
              "-m",
              "b=" + model,
              "--data",
              texts,
              "--budget",
              budget,
              "-q",
              "-o",
              output);
      assertThat(run.err()).doesNotContain("mean and std");
      JsonNode report = Json.mapper().readTree(output.resolve("report.json").toFile());
      assertThat(report.get("groups").findValuesAsText("size")).contains("3", "20");

      FloatBuffer expected = tokens(model, texts);
      FloatBuffer found = tokens(output, texts);

      assertThat(found.remaining()).isEqualTo(expected.remaining()).isPositive();
      while (expected.hasRemaining()) {
        assertThat(found.get()).isCloseTo(expected.get(), within(1e-3f));
      }
    }
  }

  @Test
  void merge_withoutAnyData_saysWhatTextsNeed() {
    Run run =
        Run.pleas(
            "merge",
            "-m",
            "a=" + model,
            "-m",
            "b=" + model,
            "--data-free",
            "-o",
            folder.resolve("free"));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .contains("data-free = true makes images")
        .contains("give calibration data");
    assertThat(folder.resolve("free")).doesNotExist();
  }

  private Run predicted(Path data) {
    Path npy = folder.resolve("x.npy");
    return Run.pleas("predict", model, "--head", "hidden", "--data", data, "-q", "-o", npy);
  }

  @Test
  void predict_idsBeyondTheVocabulary_namesThem() {
    Run run = predicted(texts("wrong", 90));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains("expected ids 0 to 29, found ").contains("vocabulary");
    assertThat(folder.resolve("x.npy")).doesNotExist();
  }

  @Test
  void predict_images_areRefused() throws IOException {
    Path images = Tiny.images(folder, "images", 5, 3);
    Run run = predicted(images);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains("takes texts: a .safetensors file of their ids");
    Path resNet = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    run = Run.pleas("predict", resNet, "--data", texts, "-q", "-o", folder.resolve("x.npy"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains("these are texts, but").contains("takes images");
  }

  @Test
  void export_textsOfAnotherLength_areTaken() {
    Path onnx = folder.resolve("short.onnx");

    assertThat(done("export", model, "--input-size", "5", "-o", onnx).out())
        .contains("input_ids [batch, 5]")
        .contains("hidden [batch, 5, 12]");
    Run run = Run.pleas("export", model, "--input-size", "5x5", "-o", onnx, "--force");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains("takes texts: expected their number of words");
    run = Run.pleas("export", model, "--input-size", "17", "-o", onnx, "--force");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains("cannot take inputs [17]");
  }

  @Test
  void plan_ofEncoders_tellsTheirCost() {
    Run run =
        done("plan", "-m", "a=" + model, "-m", "b=" + model, "--data", texts, "--budget", "1.5");

    assertThat(run.out()).contains("FLOPs").contains("with 24 samples");
  }
}
