package dev.pleas.cli.output;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeReport.Group;
import dev.pleas.api.merge.MergeReport.Normalization;
import dev.pleas.api.merge.MergeReport.SimilarityMatrix;
import dev.pleas.api.merge.MergeReport.Spread;
import dev.pleas.cli.terminal.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parts of a merge's report that have charts; those without content are left out. */
final class ReportSections {
  /**
   * Below this share of what the mean of units that have nothing in common keeps, 1 / N of the
   * variance, a batch normalization's input has collapsed.
   */
  private static final double COLLAPSED = 0.5;

  private ReportSections() {}

  static List<Section> of(ReportDocument report) {
    return Stream.of(
            AccuracyFigures.section(report),
            similarity(report),
            matrix(report),
            widths(report),
            errors(report),
            normalization(report),
            resources(report))
        .filter(section -> !section.figures().isEmpty())
        .toList();
  }

  private static Section similarity(ReportDocument report) {
    List<Group> groups =
        report.groups().stream().filter(group -> !group.similarities().isEmpty()).toList();
    List<Figure> figures = new ArrayList<>();
    if (!groups.isEmpty()) {
      figures.add(similarities(groups));
    }
    String measure = report.provenance().settings().get("similarity");
    return new Section(
        "Similarity of matched units",
        List.of(
            "How alike the units are that go together"
                + (measure == null ? "" : " (by " + measure + ")")
                + ": of equal index before, matched after. Higher is better."),
        figures);
  }

  /** Distances and products have no scale: a group's are shown relative to its mean before. */
  private static Figure similarities(List<Group> groups) {
    boolean bounded =
        groups.stream()
            .flatMap(group -> group.similarities().stream())
            .allMatch(similarity -> Math.abs(similarity) <= 1 + 1e-6);
    List<@Nullable Spread> before = new ArrayList<>();
    List<Spread> after = new ArrayList<>();
    List<@Nullable Double> means = new ArrayList<>();
    Table table =
        new Table(
            "Group",
            ">Mean before",
            ">matched",
            ">Least before",
            ">matched",
            ">Median before",
            ">matched");
    for (Group group : groups) {
      double scale =
          bounded || group.similarityBefore() == 0 ? 1 : Math.abs(group.similarityBefore());
      Spread old =
          group.similaritiesBefore().isEmpty() ? null : spread(group.similaritiesBefore(), 1);
      Spread now = spread(group.similarities(), 1);
      before.add(old == null ? null : spread(group.similaritiesBefore(), scale));
      after.add(spread(group.similarities(), scale));
      means.add(old == null ? group.similarityBefore() / scale : null);
      table.row(
          group.name(),
          Quantity.significant(group.similarityBefore()),
          Quantity.significant(group.similarityAfter()),
          old == null ? "–" : Quantity.significant(old.min()),
          Quantity.significant(now.min()),
          old == null ? "–" : Quantity.significant(old.median()),
          Quantity.significant(now.median()));
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("groups", groups.stream().map(Group::name).toList());
    data.put("before", boxes(before));
    data.put("after", boxes(after));
    data.put("means", means);
    data.put("axis", bounded ? "similarity" : "similarity, relative to the mean before");
    return new Figure(
        "similarity",
        "similarity",
        "",
        "Similarities of the units of each group, as box plots: least, quartiles, greatest; before"
            + " and after matching"
            + (bounded ? "." : ", relative to the size of the group's mean before matching."),
        data,
        table);
  }

  private static Spread spread(List<Double> values, double scale) {
    return Spread.of(values.stream().mapToDouble(value -> value / scale).toArray());
  }

  private static Section matrix(ReportDocument report) {
    List<Figure> figures = new ArrayList<>();
    for (Group group : report.groups()) {
      SimilarityMatrix matrix = group.matrix();
      if (matrix != null) {
        figures.addAll(matrices(report, group, matrix));
      }
    }
    return new Section("Similarity matrix", List.of(), figures);
  }

  private static List<Figure> matrices(
      ReportDocument report, Group group, SimilarityMatrix matrix) {
    double[] all =
        Stream.of(matrix.before(), matrix.after())
            .flatMap(List::stream)
            .flatMap(List::stream)
            .mapToDouble(Double::doubleValue)
            .toArray();
    List<String> names = List.copyOf(report.sources().keySet());
    List<Figure> figures = new ArrayList<>();
    for (boolean after : new boolean[] {false, true}) {
      List<List<Double>> values = after ? matrix.after() : matrix.before();
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("values", values);
      data.put("block", matrix.block());
      data.put("min", DoubleStream.of(all).min().orElse(0));
      data.put("max", DoubleStream.of(all).max().orElse(0));
      data.put("rows", "units of " + names.get(0));
      data.put("columns", "units of " + names.get(1) + (after ? ", matched" : ""));
      figures.add(
          new Figure(
              after ? "matrix-after" : "matrix-before",
              "matrix",
              group.name() + (after ? ", matched" : ", before"),
              "Similarity of every pair of units of "
                  + group.name()
                  + (after
                      ? ", those that go together on the diagonal."
                      : ", in the order of the sources.")
                  + (matrix.block() == 1
                      ? ""
                      : " Each cell is a mean over "
                          + matrix.block()
                          + " by "
                          + matrix.block()
                          + " units."),
              data,
              diagonal(values, matrix.block())));
    }
    return figures;
  }

  /** What the eye sees in a matrix: whether the diagonal stands out from the rest. */
  private static Table diagonal(List<List<Double>> values, int block) {
    double[] on = new double[values.size()];
    List<Double> off = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      for (int j = 0; j < values.size(); j++) {
        if (i == j) {
          on[i] = values.get(i).get(i);
        } else {
          off.add(values.get(i).get(j));
        }
      }
    }
    Table table = new Table("Cells of " + block + " × " + block, ">Least", ">Median", ">Greatest");
    row(table, "on the diagonal", Spread.of(on));
    if (!off.isEmpty()) {
      row(table, "beside it", spread(off, 1));
    }
    return table;
  }

  private static void row(Table table, String what, Spread spread) {
    table.row(
        what,
        Quantity.significant(spread.min()),
        Quantity.significant(spread.median()),
        Quantity.significant(spread.max()));
  }

  private static Section widths(ReportDocument report) {
    List<ReportDocument.Width> widths = report.widths();
    Table table = new Table("Layer", ">Each source", ">Merged");
    widths.forEach(width -> table.row(width.layer(), width.source(), width.merged()));
    Figure figure =
        new Figure(
            "widths",
            "widths",
            "",
            "Output channels or features of each layer with weights, in execution order.",
            Map.of(
                "layers", widths.stream().map(ReportDocument.Width::layer).toList(),
                "source", widths.stream().map(ReportDocument.Width::source).toList(),
                "merged", widths.stream().map(ReportDocument.Width::merged).toList()),
            table);
    boolean same = widths.stream().allMatch(width -> width.source() == width.merged());
    return new Section(
        "Width against depth",
        same ? List.of("The merged network is as wide as each source.") : List.of(),
        widths.isEmpty() ? List.of() : List.of(figure));
  }

  private static Section errors(ReportDocument report) {
    List<MergeReport.Layer> layers = report.layers();
    Table table =
        new Table(
            "Layer",
            ">Error before",
            ">after",
            ">Unknowns",
            ">Rows used",
            ">available",
            ">Ridge",
            ">Condition");
    layers.forEach(
        layer ->
            table.row(
                layer.name(),
                Quantity.significant(layer.errorBefore()),
                Quantity.significant(layer.errorAfter()),
                Quantity.count(layer.unknowns()),
                Quantity.count(layer.rows()),
                Quantity.count(layer.rowsAvailable()),
                Quantity.significant(layer.ridge()),
                Quantity.significant(layer.conditionEstimate())));
    Figure figure =
        new Figure(
            "errors",
            "errors",
            "",
            "Squared error of each refitted layer on the calibration data, relative to the variance"
                + " of its targets, with the initial and with the fitted weights.",
            Map.of(
                "layers", layers.stream().map(MergeReport.Layer::name).toList(),
                "before", finite(layers.stream().mapToDouble(MergeReport.Layer::errorBefore)),
                "after", finite(layers.stream().mapToDouble(MergeReport.Layer::errorAfter))),
            table);
    return new Section(
        "Least-squares error", List.of(), layers.isEmpty() ? List.of() : List.of(figure));
  }

  private static Section normalization(ReportDocument report) {
    List<Normalization> all = report.normalizations();
    Table table =
        new Table(
            "Normalization",
            ">Units",
            ">Least before",
            ">median",
            ">greatest",
            ">Least after",
            ">median",
            ">greatest");
    for (Normalization norm : all) {
      Spread before = norm.before();
      table.row(
          norm.name(),
          norm.units(),
          before == null ? "–" : Quantity.significant(before.min()),
          before == null ? "–" : Quantity.significant(before.median()),
          before == null ? "–" : Quantity.significant(before.max()),
          Quantity.significant(norm.after().min()),
          Quantity.significant(norm.after().median()),
          Quantity.significant(norm.after().max()));
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("layers", all.stream().map(Normalization::name).toList());
    data.put("before", boxes(all.stream().map(Normalization::before).toList()));
    data.put("after", boxes(all.stream().map(Normalization::after).toList()));
    Figure figure =
        new Figure(
            "variance",
            "variance",
            "",
            "Variance of the merged network's units where a batch normalization looks at them, over"
                + " the mean variance of the source units that they come from, as box plots. 1 is"
                + " marked; the mean of "
                + report.sources().size()
                + " units that have nothing in common has 1/"
                + report.sources().size()
                + ".",
            data,
            table);
    return new Section(
        "Variance at batch normalizations",
        collapse(all, report.sources().size()),
        all.isEmpty() ? List.of() : List.of(figure));
  }

  /** Says where variance has collapsed (REPAIR, arXiv:2211.08403). */
  static List<String> collapse(List<Normalization> all, int sources) {
    double least = COLLAPSED / sources;
    List<String> before =
        all.stream()
            .filter(norm -> norm.before() != null && norm.before().median() < least)
            .map(Normalization::name)
            .toList();
    List<String> after =
        all.stream()
            .filter(norm -> norm.after().median() < least)
            .map(Normalization::name)
            .toList();
    String share = Quantity.percent(least);
    List<String> remarks = new ArrayList<>();
    if (all.stream().anyMatch(norm -> norm.before() != null)) {
      remarks.add(
          before.isEmpty()
              ? "With the initial (averaged) weights no variance collapses: every median ratio is at"
                  + " least "
                  + share
                  + "."
              : "With the initial (averaged) weights variance collapses: the median ratio is below "
                  + share
                  + " at "
                  + some(before, all)
                  + ".");
    }
    remarks.add(
        after.isEmpty()
            ? "In the result no variance collapses: every median ratio is at least " + share + "."
            : "In the result variance collapses: the median ratio is below "
                + share
                + " at "
                + some(after, all)
                + ". Batch normalization restores the scale there, not the signal: units were merged"
                + " that do not go together. A larger budget keeps more of them apart.");
    return remarks;
  }

  private static String some(List<String> names, List<Normalization> all) {
    String listed = String.join(", ", names.subList(0, Math.min(4, names.size())));
    return names.size()
        + " of "
        + all.size()
        + " normalizations ("
        + listed
        + (names.size() > 4 ? ", …" : "")
        + ")";
  }

  private static Section resources(ReportDocument report) {
    List<MergeReport.Stage> stages = report.stages();
    Table table = new Table("Stage", ">Time");
    stages.forEach(stage -> table.row(stage.name(), Quantity.seconds(stage.elapsedNanos())));
    long nanos = stages.stream().mapToLong(MergeReport.Stage::elapsedNanos).sum();
    Long process = report.memory().processBytes();
    String remark =
        Quantity.seconds(nanos)
            + " in all. Largest amounts of memory: tensors of the backend "
            + Quantity.bytes(report.memory().backendBytes())
            + ", Java heap "
            + Quantity.bytes(report.memory().heapBytes())
            + (process == null ? "." : ", the whole process " + Quantity.bytes(process) + ".");
    Figure figure =
        new Figure(
            "stages",
            "stages",
            "",
            "Time that each stage took.",
            Map.of(
                "stages", stages.stream().map(MergeReport.Stage::name).toList(),
                "seconds", stages.stream().map(stage -> stage.elapsedNanos() / 1e9).toList()),
            table);
    return new Section("Time and memory", List.of(remark), List.of(figure));
  }

  /** Five numbers each, or null. */
  private static List<@Nullable List<Double>> boxes(List<? extends @Nullable Spread> spreads) {
    List<@Nullable List<Double>> boxes = new ArrayList<>();
    for (Spread s : spreads) {
      boxes.add(
          s == null
              ? null
              : List.of(s.min(), s.lowerQuartile(), s.median(), s.upperQuartile(), s.max()));
    }
    return boxes;
  }

  /** Numbers as JSON knows them. */
  private static List<@Nullable Double> finite(DoubleStream values) {
    List<@Nullable Double> list = new ArrayList<>();
    values.forEach(value -> list.add(Double.isFinite(value) ? value : null));
    return list;
  }
}
