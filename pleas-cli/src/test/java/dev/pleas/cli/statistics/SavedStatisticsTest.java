package dev.pleas.cli.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedStatisticsTest {
  private static final String HASH_A = "a".repeat(64);
  private static final String HASH_B = "b".repeat(64);

  @TempDir Path folder;

  private static StatisticsOrigin origin(
      long seed, List<String> hashes, float mean, Map<String, String> settings, int samples) {
    return new StatisticsOrigin(
        StatisticsOrigin.FORMAT,
        "0",
        "pleas",
        settings,
        seed,
        List.of(
            new StatisticsOrigin.Source("one", hashes.get(0), "network"),
            new StatisticsOrigin.Source("two", hashes.get(1), "network")),
        Shape.of(1, 8, 8),
        new Preprocessing(List.of(mean), List.of(1f), 0, 0, 0),
        List.of(new StatisticsOrigin.Images("images.gz", HASH_A, List.of(), samples)));
  }

  private static StatisticsOrigin origin(int samples) {
    return origin(0, List.of(HASH_A, HASH_B), 0.5f, Map.of("rows-per-column", "100"), samples);
  }

  private SavedStatistics save(String name, StatisticsOrigin origin, Matrix... matrices) {
    Path file = folder.resolve(name);
    try (SpooledStatistics spool = SpooledStatistics.in(folder)) {
      for (int i = 0; i < matrices.length; i++) {
        spool.put("m/" + i, matrices[i]);
      }
      SavedStatistics.write(file, spool, origin);
    }
    return SavedStatistics.open(file);
  }

  private static Matrix random(int rows, int columns, long seed) {
    return Matrix.wrap(
        rows, columns, new Random(seed).doubles((long) rows * columns, -1e9, 1e9).toArray());
  }

  @Test
  void expect_matrixThatNoFileHolds_isRefused() {
    try (SpooledStatistics spool = SpooledStatistics.in(folder)) {
      spool.expect("layers/one/gram", 16_383, 16_383);
      assertThatThrownBy(() -> spool.expect("layers/two/gram", 16_384, 16_384))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("layers/two/gram: [16384, 16384] takes more than 2 GiB");
    }
  }

  @Test
  void write_matrices_areReadToTheBit_andNothingElseIsLeft() {
    // One of more than a chunk, and not a multiple of it; one of none.
    Matrix[] matrices = {
      random(1, 1, 1), random(257, 511, 2), Matrix.wrap(0, 3, new double[0]), random(3, 2, 3)
    };
    SavedStatistics saved = save("s.stats", origin(7), matrices);
    assertThat(saved.names()).containsExactly("m/0", "m/1", "m/2", "m/3");
    for (int i = 0; i < matrices.length; i++) {
      Matrix found = saved.get("m/" + i);
      assertThat(found.rows()).isEqualTo(matrices[i].rows());
      assertThat(found.columns()).isEqualTo(matrices[i].columns());
      assertThat(found.values()).containsExactly(matrices[i].values());
    }
    assertThat(saved.origin()).isEqualTo(origin(7));
    assertThat(saved.origin().samples()).isEqualTo(7);
    assertThat(folder.toFile().list()).containsExactly("s.stats");
  }

  /** The format as its specification says it, read without this project's code. */
  @Test
  void write_file_isSafetensorsOfFloat64() throws IOException {
    SavedStatistics saved = save("s.stats", origin(7), Matrix.wrap(1, 2, new double[] {1.5, -2}));
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(saved.path())).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong();
    String json = new String(bytes.array(), 8, header, StandardCharsets.UTF_8);
    assertThat(json)
        .contains("\"m/0\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[0,16]}")
        .contains("\"__metadata__\":{\"pleas.statistics\":\"{");
    assertThat(bytes.getDouble(8 + header)).isEqualTo(1.5);
    assertThat(bytes.getDouble(8 + header + 8)).isEqualTo(-2);
  }

  @Test
  void write_file_isReadByThePythonLibrary() throws Exception {
    String python = System.getenv().getOrDefault("PLEAS_PYTHON", "python3");
    assumeTrue(
        runs(python, "import safetensors, numpy") == 0,
        python
            + " with safetensors and numpy is not at hand (set PLEAS_PYTHON to one that has them)");
    SavedStatistics saved = save("s.stats", origin(7), random(1, 1, 1), random(257, 511, 2));
    double sum = 0;
    for (double value : saved.get("m/1").values()) {
      sum += Math.abs(value);
    }
    assertThat(
            runs(
                python,
                "from safetensors import safe_open; import numpy, json; f = safe_open('"
                    + saved.path()
                    + "', 'np'); m = f.get_tensor('m/1'); assert m.shape == (257, 511) and m.dtype =="
                    + " numpy.float64; assert abs(numpy.abs(m).sum() - "
                    + sum
                    + ") < 1e-9 * "
                    + sum
                    + "; assert json.loads(f.metadata()['pleas.statistics'])['method'] == 'pleas'"))
        .isZero();
  }

  private int runs(String python, String code) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(python, "-c", code)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile())
              .start();
      return process.waitFor(60, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } catch (IOException e) {
      return -1; // there is no such program
    }
  }

  @Test
  void add_files_areSumsEntryByEntry_inAnyOrder() {
    Matrix[] terms = {random(300, 300, 4), random(300, 300, 5), random(300, 300, 6)};
    List<SavedStatistics> parts =
        List.of(
            save("1", origin(5), terms[0]),
            save("2", origin(7), terms[1]),
            save("3", origin(11), terms[2]));
    StatisticsOrigin origin = SavedStatistics.add(parts, folder.resolve("sum"));
    SavedStatistics.add(List.of(parts.get(2), parts.get(0), parts.get(1)), folder.resolve("other"));
    assertThat(origin.samples()).isEqualTo(23);
    double[] sum = SavedStatistics.open(folder.resolve("sum")).get("m/0").values();
    double[] other = SavedStatistics.open(folder.resolve("other")).get("m/0").values();
    for (int i = 0; i < sum.length; i++) {
      double expected = terms[0].values()[i] + terms[1].values()[i] + terms[2].values()[i];
      assertThat(sum[i]).isEqualTo(expected);
      // Two roundings of numbers below 3e9.
      assertThat(Math.abs(other[i] - expected)).isLessThanOrEqualTo(2 * Math.ulp(3e9));
    }
  }

  @Test
  void add_otherOrigin_isRefusedNamingEachDifference() {
    SavedStatistics first = save("1", origin(5), random(2, 2, 1));
    SavedStatistics other =
        save(
            "2",
            origin(1, List.of(HASH_A, HASH_A), 0.25f, Map.of("rows-per-column", "0"), 5),
            random(2, 2, 1));
    Path sum = folder.resolve("sum");
    assertThatThrownBy(() -> SavedStatistics.add(List.of(first, other), sum))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            other.path()
                + " cannot be added to "
                + first.path()
                + ": sources: [one (SHA-256 aaaaaaaaaaaa…), two (SHA-256 bbbbbbbbbbbb…)] and [one"
                + " (SHA-256 aaaaaaaaaaaa…), two (SHA-256 aaaaaaaaaaaa…)]; preprocessing: mean"
                + " [0.5], std [1.0] and mean [0.25], std [1.0]; rows-per-column: 100 and 0; seed: 0"
                + " and 1; add up statistics of the same networks, computed in the same way");
    assertThat(sum).doesNotExist();
  }

  @Test
  void add_otherMatrices_isRefusedNamingTheFirst() {
    SavedStatistics first = save("1", origin(5), random(2, 2, 1), random(3, 3, 1));
    SavedStatistics other = save("2", origin(5), random(2, 2, 1), random(4, 4, 1));
    assertThatThrownBy(() -> SavedStatistics.add(List.of(first, other), folder.resolve("sum")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("matrix m/1: [3, 3] and [4, 4]");
  }

  @Test
  void open_missingOrTruncated_saysSo() throws IOException {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> SavedStatistics.open(none))
        .isInstanceOf(CheckpointException.class)
        .hasMessage("statistics " + none + ": there is no such file; compute it with pleas stats");
    Path file = save("s", origin(5), random(20, 20, 1)).path();
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> SavedStatistics.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + ": tensor m/0")
        .hasMessageContaining("it is truncated");
  }

  @Test
  void get_sumThatIsNotFinite_isRefusedNamingTheMatrix() {
    SavedStatistics saved = save("s", origin(5), Matrix.wrap(1, 2, new double[] {1, Double.NaN}));
    assertThatThrownBy(() -> saved.get("m/0"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            saved.path()
                + ": matrix m/0: expected finite sums, found NaN: the file is damaged; compute it"
                + " again with pleas stats");
    assertThatThrownBy(() -> SavedStatistics.add(List.of(saved, saved), folder.resolve("sum")))
        .hasMessageContaining("matrix m/0: expected finite sums");
    assertThat(folder.resolve("sum")).doesNotExist();
  }

  @Test
  void requireSources_otherOrder_saysTheRightOne() {
    StatisticsOrigin origin = origin(5);
    origin.requireSources("f", List.of("x", "y"), List.of(HASH_A, HASH_B));
    assertThatThrownBy(() -> origin.requireSources("f", List.of("x", "y"), List.of(HASH_B, HASH_A)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "f: the statistics are of these networks in another order; name the models in this"
                + " order: y, x");
    assertThatThrownBy(
            () ->
                origin.requireSources("f", List.of("x", "y", "z"), List.of(HASH_A, HASH_B, HASH_A)))
        .hasMessageContaining("of 2 networks (one, two), and 3 are to be merged (x, y, z)");
  }

  @Test
  void settingsOf_othersThanTheStatistics_areRefused_andTheirsTakenOver() {
    assertThat(origin(5).settingsOf("f", Map.of("budget", "2")))
        .isEqualTo(Map.of("budget", "2", "rows-per-column", "100"));
    assertThatThrownBy(() -> origin(5).settingsOf("f", Map.of("rows-per-column", "7")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "f: the statistics were computed with rows-per-column = 100, and the merge is to have 7;"
                + " leave the setting out, or compute them with it");
  }
}
