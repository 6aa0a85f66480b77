package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input: exit code 1, one line that says what is wrong, and nothing written. */
class BadInputIT {
  @TempDir Path folder;
  private Path a;
  private Path b;
  private Path images;

  @BeforeEach
  void writeInputs() throws IOException {
    a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    b = Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    images = Tiny.images(folder, "calib", 40, 3);
  }

  @Test
  void merge_missingFile() throws IOException {
    Path none = folder.resolve("none.safetensors");
    refused(none + ": there is no such file", "-m", none, "-m", b);
  }

  @Test
  void merge_missingData() throws IOException {
    Path none = folder.resolve("none.gz");
    refused("none.gz", "-m", a, "-m", b, "--data", none);
  }

  @Test
  void merge_truncatedFile() throws IOException {
    byte[] bytes = Files.readAllBytes(b);
    Files.write(b, Arrays.copyOf(bytes, bytes.length - 10));
    refused("b.safetensors", "-m", a, "-m", b);
  }

  @Test
  void merge_headerLongerThanTheFile() throws IOException {
    byte[] bytes = Files.readAllBytes(b);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 50);
    Files.write(b, bytes);
    refused("b.safetensors", "-m", a, "-m", b);
  }

  @Test
  void merge_notACheckpoint() throws IOException {
    Path text = Files.writeString(folder.resolve("b.txt"), "hello");
    refused(text + ": not a checkpoint of a known format; known are: ", "-m", a, "-m", text);
  }

  @Test
  void merge_differentWidths_namesTheFirstTensorAndBothShapes() throws IOException {
    Tiny.network(b, 2, 1, 3, 7);
    String line = refused("layer2.0.conv1.weight", "-m", "a=" + a, "-m", "b=" + b);
    assertThat(line).contains("[6, 4, 3, 3]", "[7, 4, 3, 3]", "merge networks of one architecture");
  }

  @Test
  void merge_unknownArchitecture_givesEachAdaptersReason() throws IOException {
    Map<String, HostTensor> tensors = Tiny.tensors(2, 1, 3, 6);
    tensors.keySet().removeIf(name -> !name.startsWith("fc"));
    Tiny.write(b, tensors, DType.F32);
    refused(b + ": unknown architecture; not resnet: ", "-m", a, "-m", b);
  }

  @Test
  void merge_nanInAWeight_namesItAndTheFile() throws IOException {
    Map<String, HostTensor> tensors = Tiny.tensors(2, 1, 3, 6);
    tensors.get("layer2.0.conv1.weight").values()[5] = Float.NaN;
    Tiny.write(b, tensors, DType.F32);
    refused(b + ": layer2.0.conv1.weight: element 5 is NaN", "-m", a, "-m", b);
  }

  @Test
  void merge_emptyData() throws IOException {
    Path empty = Tiny.images(folder, "empty", 0, 1);
    refused("empty-images", "-m", a, "-m", b, "--data", empty);
  }

  @Test
  void merge_noData() throws IOException {
    String line = refusedExactly("merge", "-m", a, "-m", b, "-o", folder.resolve("merged"), "-q");
    assertThat(line).contains("calibration");
  }

  @Test
  void merge_wrongChannels_saysBoth() throws IOException {
    Tiny.network(a, 1, 3, 3);
    Tiny.network(b, 2, 3, 3);
    String line = refused("the images have 1 channel, but", "-m", a, "-m", b);
    assertThat(line).contains(a + " takes 3 channels").contains("--channels");
  }

  @Test
  void merge_budgetOutOfRange() throws IOException {
    for (String budget : List.of("0.99", "2.01", "NaN", "much")) {
      String line = refused("budget", "-m", a, "-m", b, "--budget", budget);
      assertThat(line).contains(budget);
    }
  }

  @Test
  void merge_unknownParameter_namesThoseThereAre() throws IOException {
    String line = refused("bugdet", "-m", a, "-m", b, "--set", "bugdet=1.2");
    assertThat(line).contains("budget");
  }

  @Test
  void merge_unknownIds_listWhatThereIs() throws IOException {
    assertThat(refused("no tensor backend gpu; there are: ", "-m", a, "-m", b, "--backend", "gpu"))
        .contains("ejml", "pleas backends");
    assertThat(refused("no matcher x; there are: ", "-m", a, "-m", b, "--matcher", "x"))
        .contains("jonker-volgenant");
    refused("no least squares solver x; there are: ", "-m", a, "-m", b, "--solver", "x");
    assertThat(refused("no merge method x; there are: ", "-m", a, "-m", b, "--method", "x"))
        .contains("pleas");
  }

  @Test
  void merge_outputThatExists_isRefusedBeforeAnyWork() throws IOException {
    Path merged = Files.createDirectory(folder.resolve("merged"));
    // The models do not exist: the output is looked at first.
    refused(
        "output " + merged + ": exists; choose another folder, or replace it with --force",
        "-m",
        "no-a",
        "-m",
        "no-b");
  }

  @Test
  void merge_unwritableOutput_isRefusedBeforeAnyWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    String line =
        refusedExactly("merge", "-m", "no-a", "-m", "no-b", "-q", "-o", file.resolve("merged"));
    assertThat(line).contains("output " + file.resolve("merged"), "make it first");
  }

  @Test
  void merge_oneModel() throws IOException {
    refused("a merge needs two networks or more, found 1", "-m", a);
  }

  @Test
  void merge_noOutput() throws IOException {
    assertThat(refusedExactly("merge", "-m", a, "-m", b, "-q", "--data", images))
        .isEqualTo("pleas: no output folder was named; name one with --output, or in the recipe");
  }

  @Test
  void merge_evaluationOfAnUnknownHead_isRefusedBeforeTheMerge() throws IOException {
    Path recipe =
        Files.writeString(
            folder.resolve("r.yaml"),
            "evaluation: [{data: " + images.getFileName() + ", head: c}]");
    refused(
        "there is no source c whose head to use; there are: a, b",
        recipe,
        "-m",
        "a=" + a,
        "-m",
        "b=" + b);
  }

  @Test
  void eval_withoutLabels_saysHowToNameThem() throws IOException {
    Files.delete(folder.resolve("calib-labels-idx1-ubyte.gz"));
    assertThat(refusedExactly("eval", a, "--data", images, "-q"))
        .contains("the images have no labels", "--labels");
  }

  @Test
  void eval_labelsBeyondTheClasses_nameTheRemedy() throws IOException {
    Path many = Tiny.images(folder, "many", 10, 5);
    assertThat(refusedExactly("eval", a, "--data", many, "-q"))
        .contains("image 3 has label 3", "--classes");
  }

  @Test
  void eval_unknownHead_listsThoseThereAre() throws IOException {
    assertThat(refusedExactly("eval", a, "--data", images, "-q", "--head", "x"))
        .startsWith("pleas: the network has no head x; it has: ");
  }

  @Test
  void predict_existingFile_isRefused() throws IOException {
    Path npy = Files.writeString(folder.resolve("l.npy"), "precious");
    assertThat(refusedExactly("predict", a, "--data", images, "-q", "-o", npy))
        .isEqualTo("pleas: " + npy + ": exists; choose another file, or replace it with --force");
  }

  @Test
  void predictAndExport_whatIsNoFile_isRefusedAtOnce() throws IOException {
    Path into = Files.createDirectory(folder.resolve("folder.onnx"));
    Path nowhere = folder.resolve("nowhere").resolve("l.npy");
    assertThat(refusedExactly("export", a, "-q", "-o", into, "--force"))
        .isEqualTo("pleas: " + into + ": is a folder; give the name of a file");
    assertThat(refusedExactly("predict", a, "--data", images, "-q", "-o", nowhere))
        .isEqualTo(
            "pleas: "
                + nowhere
                + ": there is no folder "
                + nowhere.getParent()
                + "; create it first");
  }

  @Test
  void inspect_inputThatDoesNotFit() throws IOException {
    assertThat(refusedExactly("inspect", folder))
        .contains("expected a folder with one checkpoint, found 2: a.safetensors, b.safetensors");
  }

  private String refused(String message, Object... arguments) throws IOException {
    List<Object> all = new ArrayList<>(List.of("merge"));
    all.addAll(List.of(arguments));
    if (!all.contains("--data")) {
      all.addAll(List.of("--data", images));
    }
    all.addAll(List.of("-o", folder.resolve("merged"), "--quiet"));
    String line = refusedExactly(all.toArray());
    assertThat(line).contains(message);
    return line;
  }

  private String refusedExactly(Object... arguments) throws IOException {
    List<Path> before = listing();
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).as(run.err()).hasSize(1);
    assertThat(run.err()).startsWith("pleas: ").doesNotContain("unexpected error");
    assertThat(listing()).isEqualTo(before);
    return run.lastError();
  }

  private List<Path> listing() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }
}
