package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.cli.config.Json;
import dev.pleas.models.checkpoint.CheckpointFiles;
import dev.pleas.models.dtype.StoredTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How results are stored: shards and types, of merges and conversions, through the command line.
 */
class StorageIT {
  private static final CheckpointFiles FILES =
      new CheckpointFiles(Registry.of(StorageIT.class.getClassLoader()));
  private static final String RECIPE =
      """
      models: [{name: a, path: a.safetensors}, {name: b, path: b.safetensors}]
      calibration: {data: calib-images-idx3-ubyte.gz, mean: [0.5], std: [0.3]}
      """;

  @TempDir Path folder;
  private Path a;
  private Path images;
  private Path recipe;
  private Path plain;

  @BeforeEach
  void merge() throws IOException {
    a = Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    images = Tiny.images(folder, "calib", 60, 3);
    recipe = Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
    plain = folder.resolve("plain");
    done("merge", recipe, "-q", "-o", plain);
  }

  private static Run done(Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private static void refused(String message, Object... arguments) {
    Run run = Run.pleas(arguments);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains(message);
  }

  private static JsonNode json(Path file) throws IOException {
    return Json.mapper().readTree(file.toFile());
  }

  /** Fails unless two checkpoints have the same tensors, bit for bit, in the same order. */
  private static void requireSame(Path found, Path expected) {
    try (Checkpoint one = FILES.open(found);
        Checkpoint other = FILES.open(expected)) {
      assertThat(one.tensors().keySet()).containsExactlyElementsOf(other.tensors().keySet());
      other
          .tensors()
          .keySet()
          .forEach(name -> assertThat(one.stored(name)).as(name).isEqualTo(other.stored(name)));
      assertThat(one.metadata()).isEqualTo(other.metadata());
    }
  }

  @Test
  void merge_shardSize_writesShardsThatOpenEverywhere() throws IOException {
    Path merged = folder.resolve("merged");
    done("merge", recipe, "-q", "--shard-size", "4KB", "-o", merged);
    assertThat(merged.toFile().list())
        .contains("model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors")
        .doesNotContain("model.safetensors");
    Path index = merged.resolve("model.safetensors.index.json");
    assertThat(json(merged.resolve("config.json")).get("weights").asText())
        .isEqualTo("model.safetensors.index.json");
    requireSame(index, plain.resolve("model.safetensors"));

    String evaluated = done("eval", plain, "--data", images, "--json").out();
    JsonNode expected = Json.mapper().readTree(evaluated).findValue("top1");
    for (Path path : new Path[] {merged, index}) {
      assertThat(done("inspect", path).out()).contains("merged by     pleas at");
      String out = done("eval", path, "--data", images, "--json").out();
      assertThat(Json.mapper().readTree(out).findValue("top1")).isEqualTo(expected);
    }
    Path again = folder.resolve("again");
    done(
        "merge",
        "-q",
        "-m",
        "one=" + merged,
        "-m",
        a,
        "--data",
        images,
        "--mean",
        "0.5",
        "--std",
        "0.3",
        "-o",
        again);
    JsonNode source = json(again.resolve("report.json")).at("/provenance/sources/0");
    assertThat(source.get("bytes").asLong()).isGreaterThan(Files.size(index) + 6000);
    // A merge with other weights in a shard is another one.
    done("merge", recipe, "-q", "--force", "--seed", "5", "--shard-size", "4KB", "-o", merged);
    assertThat(merged.resolve("model-00002-of-00003.safetensors")).exists();
  }

  @Test
  void merge_smallerThanAShard_isOneFile() {
    Path merged = folder.resolve("merged");
    done("merge", recipe, "-q", "--shard-size", "1GiB", "-o", merged);
    requireSame(merged.resolve("model.safetensors"), plain.resolve("model.safetensors"));
  }

  /** The order and the metadata's format key are those of the file; tensors are the same. */
  @ParameterizedTest
  @CsvSource({"1GB, pytorch_model.bin", "4KB, pytorch_model.bin.index.json"})
  void merge_asPyTorch_hasTheSameTensorsAndOpensEverywhere(String shardSize, String weights)
      throws IOException {
    Path merged = folder.resolve("merged");
    done("merge", recipe, "-q", "--format", "pytorch", "--shard-size", shardSize, "-o", merged);
    assertThat(json(merged.resolve("config.json")).get("weights").asText()).isEqualTo(weights);
    requireSame(merged.resolve(weights), plain.resolve("model.safetensors"));
    assertThat(done("inspect", merged).out()).contains("merged by     pleas at");
    Path back = folder.resolve("back.safetensors");
    done("convert", "-q", merged.resolve(weights), back);
    requireSame(back, plain.resolve("model.safetensors"));
    Path torch = folder.resolve("a.pth");
    done("convert", "-q", a, torch);
    assertThat(done("eval", torch, "--data", images).out())
        .isEqualTo(done("eval", a, "--data", images).out());
  }

  @ParameterizedTest
  @CsvSource({"float16, F16", "bfloat16, BF16", "float64, F64", "float32, F32"})
  void merge_dtype_roundsFloatsAndKeepsIntegers(String name, DType dtype) throws IOException {
    Path merged = folder.resolve("merged");
    Files.writeString(recipe, RECIPE + "output-dtype: " + name + "\noutput-shard-size: 6 KB\n");
    done("merge", recipe, "-q", "-o", merged);
    try (Checkpoint found = FILES.open(merged);
        Checkpoint exact = FILES.open(plain)) {
      exact
          .tensors()
          .forEach(
              (tensor, info) -> {
                DType expected = info.dtype() == DType.I64 ? DType.I64 : dtype;
                StoredTensor rounded = StoredTensors.of(exact.read(tensor), expected, tensor);
                assertThat(found.stored(tensor)).as(tensor).isEqualTo(rounded);
              });
      assertThat(found.tensors().values()).anyMatch(info -> info.dtype() == DType.I64);
    }
    assertThat(done("eval", merged, "--data", images).out()).contains("%");
    // The option wins.
    done("merge", recipe, "-q", "--dtype", "float32", "--force", "-o", merged);
    requireSame(merged, plain);
  }

  @Test
  void merge_beyondHalf_isRefusedAndLeavesNothing() {
    for (String name : new String[] {"a", "b"}) {
      Map<String, HostTensor> tensors = Tiny.tensors(name.hashCode(), 1, 3, 6);
      tensors.put(
          "fc.bias", HostTensor.wrap(tensors.get("fc.bias").shape(), new float[] {0, 1e6f, 0}));
      Tiny.write(folder.resolve(name + ".safetensors"), tensors, DType.F32);
    }
    Path merged = folder.resolve("merged");
    refused(
        "pleas: fc.bias: element 1 is ",
        "merge",
        recipe,
        "-q",
        "--dtype",
        "float16",
        "--set",
        "refit=none",
        "-o",
        merged);
    Run run = Run.pleas("merge", recipe, "-q", "--dtype", "float16", "-o", merged);
    assertThat(run.lastError())
        .endsWith(", outside the range of F16: store it as bfloat16 or float32");
    assertThat(folder).isDirectoryNotContaining("glob:**/*merged*");
    Path half = folder.resolve("half.safetensors");
    refused(
        "pleas: fc.bias: element 1 is 1000000.0, outside the range of F16: store it as bfloat16 or"
            + " float32",
        "convert",
        folder.resolve("a.safetensors"),
        half,
        "--dtype",
        "float16");
    assertThat(folder).isDirectoryNotContaining("glob:**/*half*");
    done("merge", recipe, "-q", "--dtype", "bfloat16", "-o", merged);
  }

  @Test
  void storage_unknownChoices_areRefused() throws IOException {
    Path out = folder.resolve("out");
    refused(
        "no checkpoint format gguf; there are: ", "merge", recipe, "--format", "gguf", "-o", out);
    Run run = Run.pleas("merge", recipe, "--dtype", "int8", "-o", out);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("expected one of float32, float16, bfloat16, float64, found \"int8\"");
    run = Run.pleas("convert", a, out, "--shard-size", "5 apples");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("expected a size such as 5GB, 500MB or 2GiB, found \"5 apples\"");
    Files.writeString(recipe, RECIPE + "output-dtype: half\n");
    refused("recipe " + recipe + ": output: expected one of float32", "merge", recipe, "-o", out);
  }

  @Test
  void plan_dtype_halvesTheFile() throws IOException {
    Files.writeString(recipe, RECIPE);
    long whole = planned();
    long half = planned("--dtype", "float16");
    assertThat(half).isLessThan(whole - 3000);
  }

  private long planned(Object... more) throws IOException {
    Object[] arguments = new Object[4 + more.length];
    System.arraycopy(new Object[] {"plan", recipe, "--no-time", "--json"}, 0, arguments, 0, 4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return Json.mapper().readTree(done(arguments).out()).get("checkpointBytes").asLong();
  }

  @Test
  void convert_toShardsAndBack_givesTheSameFile() throws IOException {
    Path shards = folder.resolve("shards");
    Run run = done("convert", a, shards, "--shard-size", "2KB");
    assertThat(run.out())
        .startsWith("Converted ")
        .endsWith("Written: " + shards.resolve("model.safetensors.index.json") + "\n");
    requireSame(shards, a);
    Path back = folder.resolve("back.safetensors");
    done("convert", shards, back, "-q");
    assertThat(back).hasSameBinaryContentAs(a);
    assertThat(done("inspect", shards).out()).isEqualTo(done("inspect", a).out());
    refused("exists; choose another file, or replace it", "convert", a, back);
    refused("exists; choose another folder, or replace it", "convert", a, shards);
    refused("name a folder", "convert", a, folder.resolve("x.safetensors"), "--shard-size", "1MB");
    done("convert", a, back, "--force", "--dtype", "bfloat16");
    done("convert", a, shards, "--force");
    assertThat(shards.toFile().list()).containsExactly("model.safetensors");
  }

  @Test
  void convert_mergedFolder_staysTheNetwork() throws IOException {
    Path half = folder.resolve("half");
    done("convert", plain, half, "--dtype", "float16", "--shard-size", "3KB", "-q");
    assertThat(half.resolve("config.json")).exists();
    assertThat(done("inspect", half).out()).contains("merged by     pleas");
    assertThat(done("eval", half, "--data", images).out()).contains("%");
    Run file = done("convert", plain, folder.resolve("only.safetensors"));
    assertThat(file.err()).contains("note: ", "config.json, which says what network this is");
  }

  @Test
  void folder_ofAnotherProgram_isANetwork() throws IOException {
    Path net = Files.createDirectory(folder.resolve("net"));
    Files.copy(a, net.resolve("model.safetensors"));
    Files.writeString(net.resolve("config.json"), "{\"model_type\": \"resnet\"}");
    Files.writeString(net.resolve("README.md"), "A network.");
    String expected = done("inspect", a, "--tensors").out();
    assertThat(done("inspect", net, "--tensors").out()).isEqualTo(expected);
    Path out = folder.resolve("out");
    done("merge", "-q", "-m", net, "-m", "b=" + a, "--data", images, "-o", out);
    assertThat(json(out.resolve("report.json")).at("/provenance/sources/0/file").asText())
        .isEqualTo("net");
  }
}
