package dev.pleas.cli.output;

import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.terminal.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Accuracy of the sources and of the merged network, one figure or two for each evaluation. */
final class AccuracyFigures {
  /** More classes than this are in the table only. */
  private static final int MOST_CLASSES = 120;

  private static final String MERGED = "merged";

  private AccuracyFigures() {}

  static Section section(ReportDocument report) {
    List<Figure> figures = new ArrayList<>();
    for (int i = 0; i < report.evaluation().size(); i++) {
      Score merged = report.evaluation().get(i);
      Map<String, Score> networks = networks(report, merged);
      figures.add(overall("accuracy-" + i, merged, networks));
      if (merged.classes().size() <= MOST_CLASSES) {
        figures.add(perClass("classes-" + i, merged, networks));
      }
    }
    return new Section("Accuracy", List.of(), figures);
  }

  /** Everything measured on the same images, the merged network last. */
  private static Map<String, Score> networks(ReportDocument report, Score merged) {
    Map<String, Score> networks = new LinkedHashMap<>();
    report
        .baselines()
        .forEach(
            baseline ->
                baseline.evaluation().stream()
                    .filter(score -> score.name().equals(merged.name()))
                    .forEach(score -> networks.put(baseline.name(), score)));
    networks.put(networks.containsKey(MERGED) ? MERGED + " network" : MERGED, merged);
    return networks;
  }

  /** The merged network's name. */
  private static String last(Map<String, Score> networks) {
    return List.copyOf(networks.keySet()).get(networks.size() - 1);
  }

  private static Figure overall(String id, Score merged, Map<String, Score> networks) {
    Table table = new Table("Network", ">Images", ">Top 1", ">Top 5");
    List<Map<String, Object>> data = new ArrayList<>();
    networks.forEach(
        (name, score) -> {
          table.row(
              name,
              Quantity.count(score.samples()),
              Quantity.percent(score.top1()),
              score.top5() == null ? "–" : Quantity.percent(score.top5()));
          data.add(
              Map.of("name", name, "accuracy", score.top1(), MERGED, name.equals(last(networks))));
        });
    // All heads together: each task by itself, and what knowing the task would be worth.
    for (Score.TaskScore task :
        Objects.requireNonNullElse(merged.tasks(), List.<Score.TaskScore>of())) {
      Map<String, Double> rows = new LinkedHashMap<>();
      rows.put(task.name() + ", all classes", task.joint());
      rows.put(task.name() + ", task known", task.known());
      rows.forEach(
          (name, share) -> {
            table.row(name, Quantity.count(task.samples()), Quantity.percent(share), "–");
            data.add(Map.of("name", name, "accuracy", share, MERGED, true));
          });
    }
    return new Figure(
        id,
        "accuracy",
        merged.name(),
        "Top-1 accuracy on "
            + Quantity.count(merged.samples())
            + " images"
            + (merged.head() == null ? "" : ", with the head " + merged.head())
            + ".",
        Map.of("networks", data),
        table);
  }

  private static Figure perClass(String id, Score merged, Map<String, Score> networks) {
    List<String> headings = new ArrayList<>(List.of("Class", ">Images"));
    networks.keySet().forEach(name -> headings.add(">" + name));
    Table table = new Table(headings.toArray(String[]::new));
    // One output over all classes is compared with a source on the classes that both know.
    Map<String, Map<String, Score.ClassScore>> byName = new LinkedHashMap<>();
    networks.forEach(
        (name, score) ->
            byName.put(
                name,
                score.classes().stream()
                    .collect(Collectors.toMap(Score.ClassScore::name, c -> c, (a, b) -> a))));
    List<String> classes =
        merged.classes().stream()
            .map(Score.ClassScore::name)
            .filter(name -> byName.values().stream().allMatch(of -> of.containsKey(name)))
            .toList();
    Map<String, List<Double>> accuracies = new LinkedHashMap<>();
    byName.forEach(
        (name, of) ->
            accuracies.put(
                name,
                classes.stream().map(c -> Objects.requireNonNull(of.get(c)).accuracy()).toList()));
    for (int c = 0; c < classes.size(); c++) {
      int row = c;
      List<Object> cells = new ArrayList<>(List.of(classes.get(c)));
      merged.classes().stream()
          .filter(one -> one.name().equals(classes.get(row)))
          .findFirst()
          .ifPresent(one -> cells.add(Quantity.count(one.samples())));
      accuracies.values().forEach(list -> cells.add(Quantity.percent(list.get(row))));
      table.row(cells.toArray());
    }
    List<Map<String, Object>> data = new ArrayList<>();
    networks.forEach(
        (name, score) ->
            data.add(
                Map.of(
                    "name",
                    name,
                    MERGED,
                    name.equals(last(networks)),
                    "accuracies",
                    Objects.requireNonNull(accuracies.get(name)))));
    return new Figure(
        id,
        "classes",
        merged.name() + ", class by class",
        "Accuracy on the images of each class.",
        Map.of("classes", classes, "networks", data),
        table);
  }
}
