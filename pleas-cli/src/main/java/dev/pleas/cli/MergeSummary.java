package dev.pleas.cli;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.output.MergeWriter;
import dev.pleas.cli.output.ReportDocument;
import dev.pleas.cli.terminal.Quantity;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** What a merge tells on the terminal. */
final class MergeSummary {
  private MergeSummary() {}

  static String of(ReportDocument report, Path folder) {
    StringBuilder text = new StringBuilder();
    text.append(
        "Merged "
            + String.join(", ", report.sources().keySet())
            + " ("
            + report.architecture()
            + ") by "
            + report.provenance().method().id()
            + "\n");
    MergeReport.Cost cost = report.cost();
    if (cost != null) {
      text.append(
          "  FLOPs "
              + Quantity.ratio(cost.flops())
              + ", parameters "
              + Quantity.ratio(cost.parameters())
              + " of one source ("
              + Quantity.count(report.merged().parameters())
              + " parameters stored)\n");
    }
    for (Score score : report.evaluation()) {
      text.append(
          "  accuracy on "
              + score.name()
              + ": "
              + Quantity.percent(score.top1())
              + " of "
              + Quantity.count(score.samples())
              + " images"
              + (score.tasks() == null ? "" : ", all heads together")
              + "\n");
      for (Score.TaskScore task :
          Objects.requireNonNullElse(score.tasks(), List.<Score.TaskScore>of())) {
        text.append(
            "    "
                + task.name()
                + ": "
                + Quantity.percent(task.joint())
                + " of "
                + Quantity.count(task.samples())
                + " images; "
                + Quantity.percent(task.known())
                + " when the task is known\n");
      }
    }
    report.notes().forEach(note -> text.append("  note: " + note + "\n"));
    long nanos = report.stages().stream().mapToLong(MergeReport.Stage::elapsedNanos).sum();
    text.append("  took " + Quantity.seconds(nanos) + "\n");
    text.append("Written: " + folder + " (report: " + folder.resolve(MergeWriter.PAGE) + ")\n");
    return text.toString();
  }
}
