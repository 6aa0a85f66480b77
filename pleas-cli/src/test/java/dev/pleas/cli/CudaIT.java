package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.cli.config.Json;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command with the backend {@code cuda}: without a GPU, and on the stand-in for NVIDIA's
 * libraries that the tests of pleas-cuda build.
 */
class CudaIT {
  private static final Path STAND_IN = Path.of("..", "pleas-cuda", "target", "stand-in");
  private static final Path EXAMPLES = Path.of("..", "examples");
  private static final Path RESNET = EXAMPLES.resolve("fashion-mnist/same-labels.yaml");

  @TempDir private Path folder;

  /** Runs the launcher with NVIDIA's libraries from a folder. */
  private Run pleas(Path libraries, Object... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(Path.of("target/dist/pleas/bin/pleas").toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("LD_LIBRARY_PATH", libraries.toAbsolutePath().toString());
    builder
        .environment()
        .put("XDG_CACHE_HOME", folder.resolve("cache").toAbsolutePath().toString());
    Process process = builder.start();
    assertThat(process.waitFor(8, TimeUnit.MINUTES)).as("%s ended", command).isTrue();
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Run onStandIn(Object... arguments) throws IOException, InterruptedException {
    assumeThat(STAND_IN.resolve("libcuda.so.1"))
        .as("the stand-in, which the tests of pleas-cuda build")
        .exists();
    return pleas(STAND_IN, arguments);
  }

  private Run withoutGpu(Object... arguments) throws IOException, InterruptedException {
    assumeThat(Path.of("/proc/driver/nvidia")).as("an NVIDIA driver").doesNotExist();
    return pleas(folder, arguments);
  }

  private JsonNode report(String output) throws IOException {
    return Json.mapper()
        .readTree(
            Files.readString(
                folder.resolve(output).resolve("report.json"), StandardCharsets.UTF_8));
  }

  @Test
  void backends_noGpu_saysWhatIsMissingAndWhatToDo() throws Exception {
    Run run = withoutGpu("backends");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("cuda – NVIDIA GPUs", "cusolver – Cholesky factorisation")
        .contains("not available: the NVIDIA driver was not found (libcuda.so.1)")
        .contains("remedy: install NVIDIA's driver, version 525 or newer")
        .contains("passed over cuda: the NVIDIA driver was not found");
  }

  /** The stand-in with one library less. */
  private Path without(String library) throws IOException {
    assumeThat(STAND_IN.resolve("libcuda.so.1")).exists();
    Path libraries = Files.createDirectories(folder.resolve("libraries"));
    try (DirectoryStream<Path> all = Files.newDirectoryStream(STAND_IN, "lib*.so.*")) {
      for (Path one : all) {
        if (!one.getFileName().toString().startsWith(library + ".so")) {
          Files.copy(one, libraries.resolve(one.getFileName()));
        }
      }
    }
    return libraries;
  }

  @ParameterizedTest
  @CsvSource({
    "libnvrtc, NVRTC, nvidia-cuda-nvrtc-cu12, cuda",
    "libcublas, cuBLAS, nvidia-cublas-cu12, cuda",
    "libcublas, cuBLAS, nvidia-cublas-cu12, cusolver",
    "libcusolver, cuSOLVER, nvidia-cusolver-cu12, cusolver"
  })
  void backends_libraryMissing_saysWhichAndHowToGetIt(
      String library, String title, String wheel, String provider) throws Exception {
    Run run = pleas(without(library), "backends");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .containsPattern(
            "(?m)^  "
                + provider
                + " – .*\n.*\n    not available: "
                + title
                + " was not found \\("
                + library
                + "\\.so\\.1[12]\\)\n    remedy: install the CUDA 12 toolkit, or `pip install "
                + wheel);
  }

  @Test
  void backends_cudnnMissing_saysThatItIsSlower() throws Exception {
    Run run = pleas(without("libcudnn"), "backends");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .containsPattern("(?m)^\\* cuda – ")
        .contains("; slower than with cuDNN: cuDNN was not found (libcudnn.so.9)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--backend=cuda", "--solver=cusolver"})
  void merge_chosenWhereThereIsNoGpu_failsWithTheReason(String choice) throws Exception {
    Path output = folder.resolve("merged");
    Run run = withoutGpu("merge", RESNET, choice, "-q", "-o", output);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .contains("cannot be used here: the NVIDIA driver was not found (libcuda.so.1)")
        .contains("install NVIDIA's driver");
    assertThat(output).doesNotExist();
  }

  @Test
  void eval_automaticChoice_fallsToTheCpuAndSaysSoOnce() throws Exception {
    Run run =
        withoutGpu(
            "eval",
            RESNET.resolveSibling("all-a.safetensors"),
            "--data",
            RESNET.resolveSibling("test-images-idx3-ubyte.gz"),
            "--samples",
            "100");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).containsOnlyOnce("passed over cuda: the NVIDIA driver was not found");
  }

  @Test
  void merge_deviceWhereThereIsNothingToChoose_isRefused() throws Exception {
    Path output = folder.resolve("merged");
    Run run = withoutGpu("merge", RESNET, "--backend", "ejml", "--device", "0", "-q", "-o", output);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .contains("ejml does not run on a device that can be chosen; leave the device");
    assertThat(output).doesNotExist();
    assertThat(withoutGpu("merge", RESNET, "--device", "x").code()).isEqualTo(2);
    Run negative = withoutGpu("merge", RESNET, "--device", "-1", "-q");
    assertThat(negative.lastError()).contains("--device -1: GPUs are numbered from 0");
  }

  @Test
  void merge_deviceThatIsNotThere_isRefusedWithThoseThatAre() throws Exception {
    Path output = folder.resolve("merged");
    Run run = onStandIn("merge", RESNET, "--device", "3", "-q", "-o", output);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .contains("there is no GPU 3 that can be used; there is 0: Stand-in");
    assertThat(output).doesNotExist();
  }

  @Test
  void merge_memoryForNotOneSample_failsWithTheSizesAndWritesNothing() throws Exception {
    Path output = folder.resolve("merged");
    Run run =
        onStandIn(
            "merge", RESNET, "--samples", "16", "--device-memory-mib", "1", "-q", "-o", output);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError())
        .contains("more would exceed the limit of 1 MiB, of which")
        .contains("--device-memory-mib", "--backend nd4j");
    assertThat(output).doesNotExist();
  }

  @Test
  void eval_littleMemory_goesOnWithSmallerBatchesAndSaysSo() throws Exception {
    Object[] common = {
      "eval",
      RESNET.resolveSibling("all-a.safetensors"),
      "--data",
      RESNET.resolveSibling("test-images-idx3-ubyte.gz"),
      "--samples",
      "100"
    };
    Run enough = onStandIn(common);
    Run little = onStandIn(with(common, "--device-memory-mib", "4"));
    assertThat(little.code()).as(little.err()).isZero();
    assertThat(little.out()).isEqualTo(enough.out()).contains("top 1: ");
    assertThat(enough.err()).doesNotContain("too little memory");
    assertThat(little.err())
        .contains("note: the device has too little memory for batches of 100 samples (")
        .contains("going on with batches of 50\n");
  }

  @ParameterizedTest
  @CsvSource({"fashion-mnist/all-a, fashion-mnist/all-b", "vit/fashion-a, vit/fashion-b"})
  void merge_onAGpu_isTheMergeOnTheCpu(String a, String b) throws Exception {
    Path recipe = folder.resolve("recipe.yaml");
    Files.writeString(
        recipe,
        """
        models: [{name: a, path: "%1$s/%2$s.safetensors"}, {name: b, path: "%1$s/%3$s.safetensors"}]
        method: pleas
        parameters: {budget: 1.2, heads: shared, ridge: 0.01}
        calibration: {data: "%1$s/fashion-mnist/calibration-images-idx3-ubyte.gz", mean: [0.286],
          std: [0.353], samples: 32}
        evaluation:
          - {name: all, data: "%1$s/fashion-mnist/test-images-idx3-ubyte.gz", samples: 100}
        output: merged
        """
            .formatted(EXAMPLES.toAbsolutePath().normalize(), a, b));
    Object[] common = {"merge", recipe, "-q", "-o"};
    Run onGpu = onStandIn(with(common, folder.resolve("gpu")));
    assertThat(onGpu.code()).as(onGpu.err()).isZero();
    Run onCpu =
        pleas(folder, with(common, folder.resolve("cpu"), "--backend", "ejml", "--solver", "ejml"));
    assertThat(onCpu.code()).as(onCpu.err()).isZero();

    JsonNode gpu = report("gpu");
    JsonNode cpu = report("cpu");
    assertThat(gpu.at("/provenance/tools/backend/id").asText()).isEqualTo("cuda");
    assertThat(gpu.at("/provenance/tools/solver/id").asText()).isEqualTo("cusolver");
    assertThat(gpu.at("/provenance/tools/backend/description").asText()).contains("Stand-in");
    assertThat(gpu.findValues("permutation")).isNotEmpty().isEqualTo(cpu.findValues("permutation"));
    assertThat(gpu.findValues("inside")).isEqualTo(cpu.findValues("inside"));
    assertThat(gpu.findValue("top1").asDouble())
        .isCloseTo(cpu.findValue("top1").asDouble(), within(0.02));
    assertSameWeights();
  }

  private static Object[] with(Object[] first, Object... more) {
    List<Object> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** As close as the backends of the CPU are to each other on few samples; see {@link ParityIT}. */
  private void assertSameWeights() {
    SafetensorsProvider format = new SafetensorsProvider();
    try (Checkpoint gpu = format.create().open(folder.resolve("gpu/model.safetensors"));
        Checkpoint cpu = format.create().open(folder.resolve("cpu/model.safetensors"))) {
      assertThat(gpu.tensors()).isEqualTo(cpu.tensors());
      for (String name : cpu.tensors().keySet()) {
        HostTensor expected = cpu.read(name);
        HostTensor found = gpu.read(name);
        double apart = 0;
        double size = 0;
        for (int i = 0; i < expected.values().length; i++) {
          apart += Math.pow(found.values()[i] - expected.values()[i], 2);
          size += Math.pow(expected.values()[i], 2);
        }
        assertThat(Math.sqrt(apart)).as(name).isLessThanOrEqualTo(0.01 * Math.sqrt(size) + 1e-6);
      }
    }
  }
}
