package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.cli.config.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bundled networks for different classes, merged with a label map, and their accuracy against
 * what is computed here from the logits that predict writes. Classes 4 and 5 of the data are given
 * one name, so that one class is known to both.
 */
class LabelSpacesIT {
  private static final Path EXAMPLE = ExamplePair.FOLDER;
  private static final String IMAGES = "test-images-idx3-ubyte.gz";
  private static final int SAMPLES = 200;
  private static final List<String> DATA =
      List.of(
          "shirt", "trouser", "pullover", "dress", "both", "both", "t", "sneaker", "bag", "boot");

  @TempDir static Path folder;
  private static Path separate;
  private static Path union;

  @BeforeAll
  static void merge() throws IOException {
    Path labels =
        Files.writeString(
            folder.resolve("labels.json"),
            """
            {"hi": ["both", "t", "sneaker", "bag", "boot"],
             "lo": ["shirt", "trouser", "pullover", "dress", "both"]}
            """);
    separate = merge("separate", labels);
    union = merge("union", labels);
  }

  private static Path merge(String heads, Path labels) throws IOException {
    Path output = folder.resolve(heads);
    Path recipe =
        Files.writeString(
            folder.resolve(heads + ".yaml"),
            """
            models: [{name: lo, path: DIR/lo.safetensors}, {name: hi, path: DIR/hi.safetensors}]
            parameters: {budget: 1.2, heads: HEADS}
            labels: LABELS
            calibration: {data: DIR/calibration-images-idx3-ubyte.gz, samples: 48, mean: [0.286], std: [0.353]}
            evaluation:
              - {name: joint, joint: true, data: DIR/IMAGES, samples: 200, data-classes: NAMES}
              - {name: low, head: lo, data: DIR/IMAGES, samples: 200, data-classes: NAMES}
            """
                .replace("DIR", EXAMPLE.toString())
                .replace("IMAGES", IMAGES)
                .replace("HEADS", heads)
                .replace("LABELS", labels.toString())
                .replace("NAMES", DATA.toString()));
    Run run = Run.pleas("merge", recipe, "-q", "-o", output);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("accuracy on joint", "all heads together", "task is known");
    return output;
  }

  private static JsonNode json(Object... arguments) throws IOException {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 6);
    Object[] rest = {"--data", EXAMPLE.resolve(IMAGES), "--samples", SAMPLES, "-q", "--json"};
    System.arraycopy(rest, 0, all, arguments.length, rest.length);
    Run run = Run.pleas(all);
    assertThat(run.code()).as(run.err()).isZero();
    return Json.mapper().readTree(run.out());
  }

  /** Logits of all images, row by row, and the names that predict gives the columns. */
  private record Logits(List<Float> values, List<String> classes) {
    /** Of a source, which does not say what its classes are called. */
    static Logits of(String source, List<String> classes) throws IOException {
      Path model = EXAMPLE.resolve(source + ".safetensors");
      return new Logits(of(model, "--mean", "0.286", "--std", "0.353").values(), classes);
    }

    static Logits of(Path model, String... head) throws IOException {
      Path npy = folder.resolve(model.getFileName() + String.join("", head) + ".npy");
      List<Object> arguments = new ArrayList<>(List.of("predict", model, "-o", npy, "--force"));
      arguments.addAll(List.of(head));
      JsonNode written = json(arguments.toArray());
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
      List<Float> values = new ArrayList<>();
      for (bytes.position(128); bytes.hasRemaining(); ) {
        values.add(bytes.getFloat());
      }
      List<String> classes = new ArrayList<>();
      if (written.has("classes")) {
        written.get("classes").forEach(name -> classes.add(name.asText()));
        assertThat(values).hasSize(SAMPLES * classes.size());
      }
      return new Logits(values, classes);
    }

    Map<String, Double> row(int i) {
      Map<String, Double> row = new LinkedHashMap<>();
      for (int c = 0; c < classes.size(); c++) {
        row.put(classes.get(c), values.get(i * classes.size() + c).doubleValue());
      }
      return row;
    }
  }

  /** The names of the images' classes, from the labels' file. */
  private static List<String> truth() throws IOException {
    byte[] bytes;
    try (GZIPInputStream in =
        new GZIPInputStream(Files.newInputStream(EXAMPLE.resolve("test-labels-idx1-ubyte.gz")))) {
      bytes = in.readAllBytes();
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      names.add(DATA.get(bytes[8 + i]));
    }
    return names;
  }

  private static List<String> ranked(Map<String, Double> row) {
    return row.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What an evaluation should say, from the answers to all images. */
  private static void assertScore(
      JsonNode score, List<Map<String, Double>> joint, Map<String, List<Map<String, Double>>> heads)
      throws IOException {
    List<String> truth = truth();
    double top1 = 0;
    double top5 = 0;
    Map<String, double[]> tasks = new LinkedHashMap<>();
    for (int i = 0; i < SAMPLES; i++) {
      String label = truth.get(i);
      List<String> ranked = ranked(joint.get(i));
      top1 += ranked.get(0).equals(label) ? 1 : 0;
      top5 += ranked.subList(0, 5).contains(label) ? 1 : 0;
      for (String head : heads.keySet()) {
        Map<String, Double> own = heads.get(head).get(i);
        if (own.containsKey(label)) {
          double[] counts = tasks.computeIfAbsent(head, any -> new double[3]);
          counts[0]++;
          counts[1] += ranked.get(0).equals(label) ? 1 : 0;
          counts[2] += ranked(own).get(0).equals(label) ? 1 : 0;
        }
      }
    }
    assertThat(score.get("samples").asInt()).isEqualTo(SAMPLES);
    assertThat(score.get("top1").asDouble()).isCloseTo(top1 / SAMPLES, within(1e-12));
    assertThat(score.get("top5").asDouble()).isCloseTo(top5 / SAMPLES, within(1e-12));
    assertThat(score.get("tasks")).hasSize(heads.size());
    for (JsonNode task : score.get("tasks")) {
      double[] counts = tasks.get(task.get("name").asText());
      assertThat(task.get("samples").asDouble()).isEqualTo(counts[0]);
      assertThat(task.get("joint").asDouble()).isCloseTo(counts[1] / counts[0], within(1e-12));
      assertThat(task.get("known").asDouble()).isCloseTo(counts[2] / counts[0], within(1e-12));
    }
  }

  @Test
  void joint_separateHeads_isTheMeanOfTheLogitsOfThoseThatKnowAClass() throws IOException {
    Logits lo = Logits.of(separate, "--head", "lo");
    Logits hi = Logits.of(separate, "--head", "hi");
    Set<String> names = new LinkedHashSet<>(lo.classes());
    names.addAll(hi.classes());
    assertThat(names).hasSize(9);
    List<Map<String, Double>> joint = new ArrayList<>();
    List<Map<String, Double>> low = new ArrayList<>();
    List<Map<String, Double>> high = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      low.add(lo.row(i));
      high.add(hi.row(i));
      Map<String, Double> row = new LinkedHashMap<>();
      for (String name : names) {
        Double x = low.get(i).get(name);
        Double y = high.get(i).get(name);
        row.put(name, x == null ? y : y == null ? x : (x + y) / 2);
      }
      joint.add(row);
    }
    JsonNode score = json("eval", separate, "--joint", "--data-classes", String.join(",", DATA));
    assertScore(score, joint, Map.of("lo", low, "hi", high));
    assertThat(score.at("/classes/4/name").asText()).isEqualTo("both");
    assertThat(score.get("confusion")).isEqualTo(report(separate).at("/evaluation/0/confusion"));
    assertThat(score.get("tasks")).isEqualTo(report(separate).at("/evaluation/0/tasks"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"separate", "union"})
  void sweep_ensemble_isTheMeanOfTheLogitsOfTheSourcesThatKnowAClass(String heads)
      throws IOException {
    Path output = folder.resolve("sweep-" + heads);
    Run run =
        Run.pleas(
            "sweep",
            folder.resolve(heads + ".yaml"),
            "--budgets",
            "1.0,2.0",
            "--refit",
            "none",
            "-q",
            "-o",
            output);
    assertThat(run.code()).as(run.err()).isZero();

    Logits lo = Logits.of("lo", List.of("shirt", "trouser", "pullover", "dress", "both"));
    Logits hi = Logits.of("hi", List.of("both", "t", "sneaker", "bag", "boot"));
    List<String> truth = truth();
    double right = 0;
    for (int i = 0; i < SAMPLES; i++) {
      Map<String, Double> joint = new LinkedHashMap<>(lo.row(i));
      hi.row(i).forEach((name, logit) -> joint.merge(name, logit, (x, y) -> (x + y) / 2));
      right += ranked(joint).get(0).equals(truth.get(i)) ? 1 : 0;
    }
    JsonNode document = Json.mapper().readTree(output.resolve("sweep.json").toFile());
    JsonNode ensemble = document.get("ensemble");
    assertThat(ensemble.at("/accuracies/joint").asDouble())
        .isCloseTo(right / SAMPLES, within(1e-12));
    assertThat(ensemble.get("flops").asDouble()).isEqualTo(2);
    // A ResNet whose units are all kept apart is the ensemble.
    assertThat(ensemble.get("accuracies")).isEqualTo(document.at("/points/1/accuracies"));
    // With a head of its own lo answers alone, with one head for all all answer together.
    assertThat(ensemble.at("/accuracies/low").equals(document.at("/sources/0/accuracies/low")))
        .isEqualTo(heads.equals("separate"));
  }

  @Test
  void joint_union_looksAtTheOneOutputAndItsPartsForTheTasks() throws IOException {
    Logits all = Logits.of(union);
    assertThat(all.classes())
        .containsExactly(
            "shirt", "trouser", "pullover", "dress", "both", "t", "sneaker", "bag", "boot");
    List<Map<String, Double>> joint = new ArrayList<>();
    Map<String, List<Map<String, Double>>> heads = new LinkedHashMap<>();
    for (String task : List.of("lo", "hi")) {
      heads.put(task, new ArrayList<>());
    }
    for (int i = 0; i < SAMPLES; i++) {
      joint.add(all.row(i));
      Map<String, Double> low = new LinkedHashMap<>(all.row(i));
      low.keySet().retainAll(all.classes().subList(0, 5));
      Map<String, Double> high = new LinkedHashMap<>(all.row(i));
      high.keySet().retainAll(all.classes().subList(4, 9));
      heads.get("lo").add(low);
      heads.get("hi").add(high);
    }
    JsonNode score = json("eval", union, "--joint", "--data-classes", String.join(",", DATA));
    assertScore(score, joint, heads);
    // Without --joint the same, but for the tasks.
    JsonNode plain = json("eval", union, "--data-classes", String.join(",", DATA));
    assertThat(plain.get("confusion")).isEqualTo(score.get("confusion"));
    assertThat(plain.has("tasks")).isFalse();
    // One source's images, on the output for all.
    JsonNode low =
        json("eval", union, "--classes", "0-5", "--data-classes", String.join(",", DATA));
    assertThat(report(union).at("/evaluation/1/confusion")).isEqualTo(low.get("confusion"));
    assertThat(low.get("classes")).hasSize(9);
  }

  @Test
  void eval_headWithStoredLabels_needsNoClasses() throws IOException {
    JsonNode named =
        json("eval", separate, "--head", "lo", "--data-classes", String.join(",", DATA));
    assertThat(named.get("confusion")).isEqualTo(report(separate).at("/evaluation/1/confusion"));
    // 0 to 3 are lo's own in both; the class that both know has images of hi's, too.
    JsonNode numbered = json("eval", separate, "--head", "lo", "--classes", "0-4");
    for (int c = 0; c < 4; c++) {
      assertThat(named.at("/classes/" + c + "/name").asText()).isEqualTo(DATA.get(c));
    }
    assertThat(named.get("samples").asInt()).as("of its classes").isEqualTo(SAMPLES);
    assertThat(numbered.at("/classes/4/samples").asInt())
        .isLessThan(named.at("/classes/4/samples").asInt());
  }

  @Test
  void joint_classesForEachHead_areAsGoodAsALabelMap() throws IOException {
    JsonNode numbers =
        json("eval", separate, "--joint", "--classes", "lo=0-4", "--classes", "hi=5-9");
    Path map =
        Files.writeString(
            folder.resolve("numbers.json"),
            "{\"lo\": [0, 1, 2, 3, 4], \"hi\": [\"5\", \"6\", \"7\", \"8\", \"9\"]}");
    assertThat(json("eval", separate, "--joint", "--label-map", map)).isEqualTo(numbers);
    assertThat(numbers.get("classes")).hasSize(10);
  }

  @Test
  void inspectAndPredict_printClassNames() throws IOException {
    assertThat(Run.pleas("inspect", separate).out())
        .contains("classes       lo: shirt, trouser, pullover, dress, both\n")
        .contains("classes       hi: both, t, sneaker, bag, boot\n");
    assertThat(Json.mapper().readTree(Run.pleas("inspect", union, "--json").out()).get("labels"))
        .isEqualTo(Json.mapper().readTree(union.resolve("config.json").toFile()).get("labels"));
    Path npy = folder.resolve("l.npy");
    Run run =
        Run.pleas(
            "predict",
            separate,
            "--head",
            "hi",
            "--samples",
            2,
            "-q",
            "-o",
            npy,
            "--data",
            EXAMPLE.resolve(IMAGES));
    assertThat(run.out()).isEqualTo("Written: " + npy + "\nColumns: both, t, sneaker, bag, boot\n");
  }

  @Test
  void demo_sourcesInAnotherOrder_areMeasuredByName() throws IOException {
    Path b = Tiny.network(folder.resolve("b.safetensors"), 2, 1, 3);
    Tiny.network(folder.resolve("a.safetensors"), 1, 1, 3);
    Path images = Tiny.images(folder, "tiny", 4, 3);
    for (String name : List.of("same-labels", "different-labels")) {
      Files.writeString(
          folder.resolve(name + ".yaml"),
          """
          models: [{name: a, path: a.safetensors}, {name: b, path: b.safetensors}]
          labels: {a: [x, y, z], b: [z, x, y]}
          calibration: {data: tiny-images-idx3-ubyte.gz}
          evaluation: [{name: all, data: tiny-images-idx3-ubyte.gz}]
          """);
    }
    Path output = Files.createDirectory(folder.resolve("demo"));
    Run demo = Run.pleas("demo", "--examples", folder, "-o", output, "-q", "--json");
    assertThat(demo.code()).as(demo.err()).isZero();
    JsonNode row = Json.mapper().readTree(demo.out()).get(1);
    assertThat(row.get("network").asText()).isEqualTo("b");

    Path map = Files.writeString(folder.resolve("b.json"), "{\"logits\": [\"z\", \"x\", \"y\"]}");
    Run eval =
        Run.pleas(
            "eval",
            b,
            "-q",
            "--json",
            "--data",
            images,
            "--label-map",
            map,
            "--data-classes",
            "x,y,z");
    double expected = Json.mapper().readTree(eval.out()).get("top1").asDouble();
    assertThat(row.at("/accuracies/all").asDouble()).isEqualTo(expected);
    // By number it is another: what is compared above is not the same by chance.
    Run numbers = Run.pleas("eval", b, "-q", "--json", "--data", images);
    assertThat(Json.mapper().readTree(numbers.out()).get("top1").asDouble()).isNotEqualTo(expected);
  }

  @Test
  void eval_wrongOptions_sayWhatToDo() {
    refused(
        "--joint looks at all heads, --head at one; leave one of them out",
        "--joint",
        "--head",
        "lo");
    refused("give --classes once for each head, as HEAD=LIST", "--joint", "--classes", "0-4");
    refused("add --joint, or choose one with --head lo", "--classes", "lo=0-4");
    refused(
        "--classes: the classes of output hi are missing; expected those of: lo, hi",
        "--joint",
        "--classes",
        "lo=0-4");
    refused(
        "--classes hi: there is no class 10",
        "--joint",
        "--classes",
        "lo=0-4",
        "--classes",
        "hi=6-10");
    refused(
        "the network 9 (shirt, trouser, pullover, dress, both, …); name the data's classes",
        "--joint");
    refused("names of classes are given with --label-map", "--joint", "--labels", "labels.json");
  }

  private static void refused(String message, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("eval", separate, "-q"));
    all.addAll(List.of("--data", EXAMPLE.resolve(IMAGES)));
    all.addAll(List.of(arguments));
    Run run = Run.pleas(all.toArray());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(message);
  }

  @Test
  void eval_jointWithoutLabels_saysHowToGiveThem() {
    Path lo = EXAMPLE.resolve("lo.safetensors");
    Run run = Run.pleas("eval", lo, "--joint", "-q", "--data", EXAMPLE.resolve(IMAGES));
    assertThat(run.err())
        .isEqualTo(
            "pleas: "
                + lo
                + ": --joint needs to know the classes of the outputs logits: name them with"
                + " --label-map, or say for each output which classes of the data it knows, with"
                + " --classes HEAD=LIST"
                + System.lineSeparator());
  }

  private static JsonNode report(Path model) throws IOException {
    return Json.mapper().readTree(model.resolve("report.json").toFile());
  }
}
