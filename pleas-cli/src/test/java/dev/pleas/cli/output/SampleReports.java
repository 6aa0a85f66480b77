package dev.pleas.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeReport.Group;
import dev.pleas.api.merge.MergeReport.Layer;
import dev.pleas.api.merge.MergeReport.Normalization;
import dev.pleas.api.merge.MergeReport.SimilarityMatrix;
import dev.pleas.api.merge.MergeReport.Spread;
import dev.pleas.api.merge.MergeReport.Stage;
import dev.pleas.api.merge.MergeReport.Units;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.merge.Baseline;
import dev.pleas.cli.merge.MemoryWatch;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.preflight.Preflight;
import dev.pleas.cli.session.ChosenTools.Choice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reports of merges that never were. */
final class SampleReports {
  private static final String HASH = "0123456789abcdef".repeat(4);

  private SampleReports() {}

  /** A method that reports nothing, not evaluated: as {@code average} is. */
  static ReportDocument bare() {
    return report("a", "b", List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  }

  /** Everything there is, for so many groups, layers and normalizations. */
  static ReportDocument full(int groups) {
    return full("a", "b", "layer", groups);
  }

  /** Names that try to leave the place where they are put. */
  static ReportDocument hostile() {
    String name = "</script><script>alert('x')</script><img src=x onerror=alert(1)>{{name}}";
    return full(name + 1, name + 2, name, 3);
  }

  private static ReportDocument full(String a, String b, String name, int count) {
    SplittableRandom random = new SplittableRandom(1);
    List<Group> groups = new ArrayList<>();
    List<Layer> layers = new ArrayList<>();
    List<Normalization> normalizations = new ArrayList<>();
    List<ReportDocument.Width> widths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String layer = name + (i / 3 + 1) + "." + i % 3 + ".conv";
      int size = 8 << (4 * i / count);
      List<Double> before = random.doubles(size, -0.2, 0.3).boxed().toList();
      List<Double> after = random.doubles(size, 0.2, 0.9).boxed().toList();
      boolean heads = i == 1;
      groups.add(
          new Group(
              layer,
              size,
              size - i % 4,
              size + i % 4,
              mean(before),
              mean(after),
              heads ? List.of() : before,
              after,
              List.of(units(size), units(size)),
              i == 2 ? new SimilarityMatrix(2, matrix(random), matrix(random)) : null));
      double error = random.nextDouble();
      // An error that is not known, and one that is 0.
      layers.add(
          new Layer(
              layer,
              100,
              200,
              9 * size,
              i == 0 ? Double.NaN : error,
              i == 2 ? 0 : error / 99,
              1e-4,
              12));
      normalizations.add(
          new Normalization(
              layer + ".bn", size, Spread.of(0, 0.01, 0.2), Spread.of(0.3, 0.8, 1.1)));
      widths.add(new ReportDocument.Width(layer, size, size + i % 4));
    }
    return report(
        a,
        b,
        List.of(score("all " + name, 0.9, 10, null), score("first " + name, 0.8, 200, a)),
        List.of(
            new Baseline(
                a,
                List.of(
                    score("all " + name, 0.92, 10, null), score("first " + name, 0.81, 200, null))),
            new Baseline(b, List.of(score("all " + name, 0.91, 10, null)))),
        widths,
        groups,
        layers,
        normalizations);
  }

  private static ReportDocument report(
      String a,
      String b,
      List<Score> scores,
      List<Baseline> baselines,
      List<ReportDocument.Width> widths,
      List<Group> groups,
      List<Layer> layers,
      List<Normalization> normalizations) {
    Map<String, ReportDocument.Size> sources = new LinkedHashMap<>();
    sources.put(a, new ReportDocument.Size(1000, 20_000));
    sources.put(b, new ReportDocument.Size(1000, 20_000));
    Map<String, String> settings = new LinkedHashMap<>();
    if (!groups.isEmpty()) {
      settings.put("budget", "1.2");
      settings.put("similarity", "correlation");
    }
    Choice tool = new Choice("id", "what it is", "some.jar", "1.0", "the only one");
    return new ReportDocument(
        ReportDocument.FORMAT,
        "network",
        Map.of("input", Shape.of(3, 8, 8)),
        Map.of("logits", 10L),
        new ReportDocument.Size(1200, 24_000),
        sources,
        groups.isEmpty() ? null : new MergeReport.Cost(1.2, 1.25, 1.2),
        new Preflight.Summary(9, 0, 0, 0, 0, 0, 0, List.of(), List.of(), List.of(), List.of()),
        scores,
        baselines,
        widths,
        groups,
        layers,
        normalizations,
        List.of(new Stage("reading networks", 30_000_000), new Stage("refit", 61_000_000_000L)),
        new MemoryWatch.Peak(1 << 20, 1 << 25, null),
        groups.isEmpty() ? List.of() : List.of("a note of " + a),
        List.of("pleas", "merge", "-m", a + "=it's here.safetensors"),
        new Provenance(
            "0",
            tool,
            settings,
            7,
            Map.of("backend", tool),
            List.of(source(a, nested()), source(b, null)),
            null,
            null,
            new Provenance.Environment("17", "Linux", 2)));
  }

  private static Provenance.Source source(String name, @Nullable JsonNode origin) {
    return new Provenance.Source(name, name + ".safetensors", 4096, HASH, "network", origin);
  }

  /** Where a source comes from that was merged itself. */
  private static JsonNode nested() {
    return Json.mapper()
        .valueToTree(
            Map.of(
                "method",
                Map.of("id", "pleas"),
                "settings",
                Map.of("budget", "1.5"),
                "sources",
                List.of(source("grandmother", null), source("grandfather", null))));
  }

  private static Score score(String name, double top1, int classes, @Nullable String head) {
    return new Score(
        name,
        head,
        1000,
        top1,
        null,
        IntStream.range(0, classes)
            .mapToObj(c -> new Score.ClassScore("class " + c, 100, top1 - 0.01 * (c % 7)))
            .toList(),
        List.of(),
        head == null ? null : List.of(new Score.TaskScore("task", 500, 0.7, 0.8)));
  }

  private static Units units(int size) {
    return new Units(IntStream.range(0, size).boxed().toList(), List.of());
  }

  private static List<List<Double>> matrix(SplittableRandom random) {
    return IntStream.range(0, 12)
        .mapToObj(i -> random.doubles(12, -1, 1).boxed().toList())
        .toList();
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
