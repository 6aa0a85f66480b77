package dev.pleas.cli;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.Workspace;
import dev.pleas.cli.plan.PlanDocument;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.cli.terminal.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what a merge would make and take. */
@Command(
    name = "plan",
    description = {
      "Tells what a merge would make and cost, without making it.",
      "Takes the options of 'pleas merge', and refuses what that would refuse. Reads headers only:"
          + " no weights, and no more of the images than their size. The size is exact; memory and"
          + " time are estimates, the time by a measurement of about a second."
    },
    footer = {
      "",
      "Examples:",
      "  pleas plan recipe.yaml",
      "  pleas plan recipe.yaml --flops 1.5 --allocation stages --json",
      "  pleas plan -m a=first.safetensors -m b=second.safetensors --params 1.2 --no-time"
    })
final class PlanCommand extends PleasCommand {
  @Mixin private MergeOptions options = new MergeOptions();

  @Option(names = "--no-time", description = "Leaves out the estimate of the time.")
  private boolean noTime;

  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    MergeSettings settings = options.settings(spec(), null);
    MergePlan plan = settings.plan();
    try (Workspace workspace =
        Workspace.survey(session, plan, options.tools(), progress(how.quiet))) {
      PlanDocument document = PlanDocument.of(workspace, settings.storage().dtype(), !noTime);
      out().print(how.json ? Json.write(document) : text(document));
    }
  }

  private static String text(PlanDocument plan) {
    StringBuilder text = new StringBuilder();
    text.append(
        "A merge of "
            + String.join(", ", plan.sources())
            + " ("
            + plan.architecture()
            + ") by "
            + plan.method()
            + " would make\n\n");
    if (!plan.groups().isEmpty()) {
      TextTable groups = new TextTable("group", ">size", ">merged", ">apart", ">width");
      for (PlanDocument.Group group : plan.groups()) {
        groups.row(group.name(), group.size(), group.merged(), group.apart(), group.width());
      }
      text.append(groups).append('\n');
    }
    MergeReport.Cost cost = plan.cost();
    TextTable sizes = new TextTable("", ">one source", ">result", ">as stored", "");
    sizes.row(
        "FLOPs",
        Quantity.large(plan.source().multiplyAccumulates()),
        Quantity.ratio(cost.flops()),
        Quantity.ratio(cost.denseFlops()),
        Quantity.large(plan.merged().multiplyAccumulates()) + " multiply-accumulates");
    sizes.row(
        "parameters",
        Quantity.large(plan.source().parameters()),
        Quantity.ratio(cost.parameters()),
        Quantity.ratio((double) plan.merged().parameters() / plan.source().parameters()),
        Quantity.large(plan.merged().parameters()));
    text.append(sizes).append('\n');
    text.append("on disk     " + Quantity.bytes(plan.checkpointBytes()) + "\n");
    text.append(
        "memory      about "
            + Quantity.bytes(plan.memory().backendBytes())
            + " on the backend, "
            + Quantity.bytes(plan.memory().heapBytes())
            + " of Java's heap\n");
    if (plan.time() != null) {
      text.append(
          "time        about "
              + Quantity.seconds(plan.time().totalNanos())
              + " with "
              + Quantity.count(plan.samples())
              + " samples\n");
    }
    plan.notes().forEach(note -> text.append("note        " + note + "\n"));
    return text.toString();
  }
}
