package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.cli.config.Json;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statistics in files: computed, added up, and merged by, with the command alone. */
class StatisticsIT {
  private static final int PIXELS = 64;

  @TempDir private Path folder;
  private final List<Object> networks = new ArrayList<>();

  @BeforeEach
  void writeNetworks() {
    for (int i = 0; i < 3; i++) {
      Path file = Tiny.network(folder.resolve("net" + i + ".safetensors"), i + 1, 1, 3);
      networks.addAll(List.of("-m", "n" + i + "=" + file));
    }
  }

  private Run pleas(String command, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of(command, "--quiet"));
    arguments.addAll(networks);
    arguments.addAll(List.of(more));
    return Run.pleas(arguments.toArray());
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private static void succeeds(Run run) {
    assertThat(run.code()).as(run.err()).isZero();
  }

  private static void fails(Run run, String message) {
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains(message);
  }

  /** Writes all images of several files into one. */
  private Path together(Path... parts) throws IOException {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    for (Path part : parts) {
      try (InputStream in = new GZIPInputStream(Files.newInputStream(part))) {
        byte[] all = in.readAllBytes();
        pixels.write(all, 16, all.length - 16);
      }
    }
    Path file = file("all-images-idx3-ubyte.gz");
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file));
        DataOutputStream out = new DataOutputStream(gzip)) {
      for (int word : new int[] {0x803, pixels.size() / PIXELS, 8, 8}) {
        out.writeInt(word);
      }
      pixels.writeTo(out);
    }
    return file;
  }

  private Path statistics(String name, Path images, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("--data", images, "-o", file(name)));
    arguments.addAll(List.of("--mean", "0.5", "--std", "0.25"));
    arguments.addAll(List.of(more));
    succeeds(pleas("stats", arguments.toArray()));
    return file(name);
  }

  private JsonNode json(String path) throws IOException {
    return Json.mapper().readTree(file(path).toFile());
  }

  @Test
  void add_partsOfTheData_giveTheMergeOfOnePass() throws IOException {
    Path one = Tiny.images(folder, "one", 21, 3);
    Path two = Tiny.images(folder, "two", 34, 3);
    // Every position of every image: a choice among them would be another one in each part.
    Object[] all = {"--set", "rows-per-column=0"};
    Path pass = statistics("pass.stats", together(one, two), all);
    Path first = statistics("one.stats", one, all);
    Path second = statistics("two.stats", two, all);
    Run added = Run.pleas("stats", "--add", second, first, "-o", file("sum.stats"));
    succeeds(added);
    assertThat(added.out()).contains("on 55 samples, for the method pleas");

    for (String budget : List.of("1.0", "1.7", "3.0")) {
      for (Path statistics : List.of(pass, file("sum.stats"))) {
        Path output = file("merged-" + budget + statistics.getFileName());
        succeeds(pleas("merge", "--stats", statistics, "--budget", budget, "-o", output));
      }
      assertClose("merged-" + budget + "pass.stats", "merged-" + budget + "sum.stats");
    }
  }

  /** The same sums up to rounding, and so the same matches and almost the same weights. */
  private void assertClose(String one, String other) throws IOException {
    assertThat(json(one + "/report.json").get("groups").findValues("permutation"))
        .isEqualTo(json(other + "/report.json").get("groups").findValues("permutation"));
    SafetensorsProvider format = new SafetensorsProvider();
    try (Checkpoint a = format.create().open(file(one + "/model.safetensors"));
        Checkpoint b = format.create().open(file(other + "/model.safetensors"))) {
      assertThat(a.tensors()).isEqualTo(b.tensors()).isNotEmpty();
      for (String name : a.tensors().keySet()) {
        float[] x = a.read(name).values();
        float[] y = b.read(name).values();
        double largest = 0;
        for (float value : x) {
          largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < x.length; i++) {
          // Products are summed in float32 within a batch, and batches are others.
          assertThat(Math.abs(x[i] - y[i])).as(name).isLessThanOrEqualTo((float) (1e-3 * largest));
        }
      }
    }
  }

  @Test
  void merge_byStatistics_saysSo_andHasTheirPreprocessing() throws IOException {
    Path images = Tiny.images(folder, "images", 20, 3);
    Path statistics = statistics("s.stats", images);
    succeeds(pleas("merge", "--stats", statistics, "--budget", "1.5", "-o", file("m")));
    JsonNode report = json("m/report.json");
    assertThat(report.at("/provenance/statistics/file").asText()).isEqualTo("s.stats");
    assertThat(report.at("/provenance/statistics/samples").asInt()).isEqualTo(20);
    assertThat(report.at("/provenance/calibration").isMissingNode()).isTrue();
    assertThat(report.at("/provenance/settings/refit").asText()).isEqualTo("sources");
    assertThat(report.at("/provenance/settings/normalization").asText()).isEqualTo("none");
    assertThat(Files.readString(file("m/report.html"))).contains("<td>s.stats, of 20 samples</td>");
    JsonNode config = json("m/config.json");
    assertThat(config.at("/preprocessing/mean/0").asDouble()).isEqualTo(0.5);
    assertThat(report.get("inputs").toString()).contains("[1,8,8]");
  }

  @Test
  void merge_imagesToo_fitsOnThem() throws IOException {
    Path images = Tiny.images(folder, "images", 20, 3);
    Path statistics = statistics("s.stats", images);
    Object[] both = {
      "--stats", statistics, "--data", images, "--mean", "0.5", "--std", "0.25", "-o", file("m")
    };
    succeeds(pleas("merge", both));
    JsonNode report = json("m/report.json");
    assertThat(report.at("/provenance/settings/refit").asText()).isEqualTo("merged");
    assertThat(report.at("/provenance/settings/normalization").asText()).isEqualTo("recalibrate");
    assertThat(report.at("/provenance/calibration/samples").asInt()).isEqualTo(20);
    both[5] = "0.4";
    both[9] = file("other");
    fails(pleas("merge", both), "give the images the same, or leave them out");
  }

  @Test
  void merge_recipeKeyStatistics_isTheSameAsTheOption() throws IOException {
    Path statistics = statistics("s.stats", Tiny.images(folder, "images", 20, 3));
    Path recipe =
        Files.writeString(
            file("recipe.yaml"),
            """
            models: [{name: n0, path: net0.safetensors}, {name: n1, path: net1.safetensors},
              {name: n2, path: net2.safetensors}]
            calibration: {data: no-longer-there.gz}
            parameters: {budget: 1.5}
            statistics: s.stats
            """);
    succeeds(Run.pleas("merge", "-q", recipe, "--stats", statistics, "-o", file("a")));
    Files.writeString(recipe, Files.readString(recipe).replaceFirst("calibration.*\n", ""));
    succeeds(Run.pleas("merge", "-q", recipe, "-o", file("b")));
    assertThat(file("a/model.safetensors")).hasSameBinaryContentAs(file("b/model.safetensors"));
    // Statistics are computed anew although the recipe names some.
    fails(Run.pleas("stats", "-q", recipe, "-o", file("t.stats")), "no images to compute");
  }

  @Test
  void merge_whatAreNoStatisticsOfTheNetworks_isRefused() throws IOException {
    Path images = Tiny.images(folder, "images", 20, 3);
    Path statistics = statistics("s.stats", images);
    Path net = file("net0.safetensors");
    Object[] output = {"-o", file("m")};
    fails(
        merge(file("none.stats"), output),
        "statistics "
            + file("none.stats")
            + ": there is no such file; compute it with pleas stats");
    fails(
        merge(net, output),
        net + ": expected statistics that pleas stats wrote, found a checkpoint of");
    byte[] bytes = Files.readAllBytes(statistics);
    Path cut = Files.write(file("cut.stats"), Arrays.copyOf(bytes, bytes.length / 2));
    fails(merge(cut, output), "it is truncated");
    fails(
        merge(statistics, "-o", file("m"), "--method", "average"),
        "the statistics are those of the method pleas, and the merge is to be by average");
    fails(
        merge(statistics, "-o", file("m"), "--set", "fold-normalization=true"),
        "computed with fold-normalization = false, and the merge is to have true");
    fails(
        merge(statistics, "-o", file("m"), "--set", "refit=merged"),
        "refit = merged runs the merged network on images, and there are statistics only");
    Object third = networks.remove(5);
    networks.remove(4);
    fails(merge(statistics, output), "are of 3 networks (n0, n1, n2), and 2 are to be merged");
    networks.addAll(0, List.of("-m", third));
    fails(merge(statistics, output), "name the models in this order: n0, n1, n2");
    networks.set(1, "n2=" + Tiny.network(file("other.safetensors"), 9, 1, 3));
    fails(merge(statistics, output), ": the statistics are not of n2 (SHA-256 ");
    networks.set(1, statistics);
    fails(
        pleas("merge", output),
        statistics
            + ": expected a network, found statistics of images; they are named with --stats");
    assertThat(file("m")).doesNotExist();
  }

  private Run merge(Path statistics, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("--stats", statistics));
    arguments.addAll(List.of(more));
    return pleas("merge", arguments.toArray());
  }

  @Test
  void stats_outputThatExists_isKept() throws IOException {
    Path images = Tiny.images(folder, "images", 20, 3);
    Files.writeString(file("s.stats"), "precious");
    fails(
        pleas("stats", "--data", images, "-o", file("s.stats")),
        "s.stats: exists; choose another file, or replace it with --force");
    assertThat(file("s.stats")).hasContent("precious");
    succeeds(pleas("stats", "--data", images, "-o", file("s.stats"), "--force"));
    fails(pleas("stats", "-o", file("t.stats")), "no images to compute statistics of");
    assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));
  }

  @Test
  void add_sameImagesTwice_isDoneAndNoted() throws IOException {
    Path part = statistics("s.stats", Tiny.images(folder, "images", 20, 3));
    Run run = Run.pleas("stats", "--add", part, part, "-o", file("t.stats"));
    succeeds(run);
    assertThat(run.err())
        .contains("note: images-images-idx3-ubyte.gz (20 samples) is in the sum more than once");
    assertThat(Run.pleas("stats", "--add", part, "-o", file("u.stats")).err())
        .contains("--add: expected two files of statistics or more, found one");
    assertThat(pleas("stats", "--add", part, part, "-o", file("u.stats")).err())
        .contains("--add takes files of statistics, and no recipe and no networks");
  }
}
