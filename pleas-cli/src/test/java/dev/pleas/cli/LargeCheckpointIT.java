package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A network of 1.5 GiB, which takes no room on disk, and a heap of 256 MiB. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "forks the POSIX launcher")
class LargeCheckpointIT {
  private static final int WIDTH = 1024;
  private static final int BLOCKS = 7;

  @TempDir Path folder;

  /** Writes a CIFAR-style ResNet of zeros: the data are a hole in the file. */
  private Path network() throws IOException {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    layer(shapes, "conv1", "bn1", WIDTH, 3, 3, 3);
    for (int stage = 1; stage <= 3; stage++) {
      for (int i = 0; i < BLOCKS; i++) {
        for (int conv = 1; conv <= 2; conv++) {
          String block = "layer" + stage + "." + i + ".";
          layer(shapes, block + "conv" + conv, block + "bn" + conv, WIDTH, WIDTH, 3, 3);
        }
      }
    }
    for (String stage : List.of("layer2.0", "layer3.0")) {
      layer(shapes, stage + ".downsample.0", stage + ".downsample.1", WIDTH, WIDTH, 1, 1);
    }
    shapes.put("fc.weight", new int[] {10, WIDTH});
    shapes.put("fc.bias", new int[] {10});
    Map<String, Object> header = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
      long begin = end;
      end += 4 * Arrays.stream(tensor.getValue()).asLongStream().reduce(1, (x, y) -> x * y);
      header.put(
          tensor.getKey(),
          Map.of(
              "dtype", "F32", "shape", tensor.getValue(), "data_offsets", new long[] {begin, end}));
    }
    byte[] json = Json.writeCompact(header).getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("large.safetensors");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      out.setLength(8 + json.length + end);
    }
    return file;
  }

  private static void layer(Map<String, int[]> shapes, String conv, String norm, int... shape) {
    shapes.put(conv + ".weight", shape);
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      shapes.put(norm + "." + part, new int[] {shape[0]});
    }
  }

  @Test
  void checkpoint_largerThanTheHeap_isInspectedAndConverted() throws Exception {
    Path file = network();
    assertThat(Files.size(file)).isGreaterThan(5L << 28);
    Run.pleas("inspect", "none"); // loads the classes
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime(); // a busy machine takes longer by the clock
    assertThat(Run.pleas("inspect", file).out()).contains("1.5 GiB");
    assertThat(threads.getCurrentThreadCpuTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1));

    Path half = folder.resolve("half");
    JsonNode converted =
        small("convert", file, half, "--dtype", "float16", "--shard-size", "250MB", "--json");
    assertThat(converted.get("bytes").asLong()).isGreaterThan(5L << 27);
    assertThat(half.toFile().list()).hasSize(5).contains("model-00004-of-00004.safetensors");
    assertThat(small("inspect", half, "--json").get("parameters").asLong())
        .isGreaterThan(390_000_000);
  }

  /** Runs the distribution with a heap of 256 MiB; returns what it printed. */
  private JsonNode small(Object... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(Path.of("target/dist/pleas/bin/pleas").toAbsolutePath().toString());
    for (Object argument : arguments) {
      builder.command().add(argument.toString());
    }
    builder.environment().put("PLEAS_OPTS", "-Xmx256m");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(err)).isZero();
    return Json.mapper().readTree(out.toFile());
  }
}
