package dev.pleas.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.permutation.Axis;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.merge.Lineage;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.cli.terminal.TextTable;
import dev.pleas.core.budget.Cost;
import dev.pleas.core.symmetry.Symmetry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what is in a checkpoint, from its headers. */
@Command(
    name = "inspect",
    description =
        "Shows a network's architecture, tensors, groups, widths and cost. Reads headers only.",
    footer = {
      "",
      "Examples:",
      "  pleas inspect resnet50.safetensors",
      "  pleas inspect resnet50.safetensors --input-size 160x160 --tensors",
      "  pleas inspect merged --json"
    })
final class InspectCommand extends PleasCommand {
  @Parameters(paramLabel = "MODEL", description = "A checkpoint, or a folder that a merge wrote.")
  private @Nullable Path model;

  @Option(
      names = "--input-size",
      paramLabel = "HxW",
      converter = InputSize.Converter.class,
      description = "Counts the cost for images of this size, or texts of so many words.")
  private @Nullable InputSize size;

  @Mixin private NetworkOptions network = new NetworkOptions();

  @Option(names = "--tensors", description = "Lists every tensor, too.")
  private boolean tensors;

  @Option(names = "--json", description = "Prints the result as JSON, tensors included.")
  private boolean json;

  /**
   * What there is to know.
   *
   * @param file what was inspected
   * @param architecture what a person calls it
   * @param inputs inputs and their shapes without the batch axis
   * @param outputs output names and the number of values of each
   * @param labels classes of the outputs, by name, where they are known
   * @param parameters trained parameters
   * @param multiplyAccumulates of convolutions, linear layers and attention, for one input
   * @param notes what was assumed because the checkpoint does not say it
   * @param groups the permutation groups
   * @param tensors all tensors, as they are stored
   * @param metadata the checkpoint's own
   * @param provenance what it was merged from, and how, or null
   */
  record Inspection(
      String file,
      String architecture,
      Map<String, Shape> inputs,
      Map<String, Long> outputs,
      @Nullable Map<String, List<String>> labels,
      long parameters,
      long multiplyAccumulates,
      List<String> notes,
      List<Group> groups,
      Map<String, TensorInfo> tensors,
      Map<String, String> metadata,
      @Nullable JsonNode provenance) {
    /**
     * A permutation group.
     *
     * @param name its name
     * @param width units
     * @param axes parameter axes that index them, as {@code conv1.weight:0}
     * @param values graph values whose channels they are
     */
    record Group(String name, int width, List<String> axes, List<String> values) {
      static Group of(PermutationSpec.Group group) {
        return new Group(
            group.name(),
            group.size(),
            group.axes().stream().map(Axis::toString).toList(),
            group.values());
      }
    }

    static Inspection of(LoadedModel model) {
      Graph graph = model.graph();
      Map<String, Long> outputs = new LinkedHashMap<>();
      graph
          .outputs()
          .forEach((name, value) -> outputs.put(name, graph.valueShape(value).elements()));
      NetworkLabels labels = model.labels();
      return new Inspection(
          model.path().toString(),
          graph.architecture(),
          graph.inputs(),
          outputs,
          labels == null ? null : labels.outputs(),
          Cost.parameters(graph),
          Cost.multiplyAccumulates(graph),
          model.network().notes(),
          Symmetry.derive(graph).groups().stream().map(Group::of).toList(),
          model.checkpoint().tensors(),
          model.checkpoint().metadata(),
          Lineage.read(model.checkpoint()));
    }
  }

  @Override
  void run(Session session) {
    try (LoadedModel loaded = session.load(Objects.requireNonNull(model), network.heads())) {
      Inspection inspection = Inspection.of(size == null ? loaded : size.apply(loaded));
      out().print(json ? Json.write(inspection) : text(inspection));
    }
  }

  private String text(Inspection all) {
    StringBuilder text = new StringBuilder();
    text.append("architecture  " + all.architecture() + "\n");
    text.append("input         " + joined(all.inputs()) + "\n");
    text.append("outputs       " + joined(all.outputs()) + "\n");
    if (all.labels() != null) {
      all.labels()
          .forEach(
              (output, classes) ->
                  text.append(
                      "classes       " + output + ": " + String.join(", ", classes) + "\n"));
    }
    text.append("parameters    " + Quantity.count(all.parameters()) + "\n");
    text.append(
        "FLOPs         "
            + Quantity.count(all.multiplyAccumulates())
            + " multiply-accumulates per input\n");
    long bytes = all.tensors().values().stream().mapToLong(TensorInfo::bytes).sum();
    String types =
        all.tensors().values().stream()
            .map(info -> info.dtype().name())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    text.append(
        "tensors       "
            + all.tensors().size()
            + " of "
            + types
            + ", "
            + Quantity.bytes(bytes)
            + "\n");
    all.notes().forEach(note -> text.append("note          " + note + "\n"));
    if (all.provenance() != null) {
      text.append(Lineage.text(all.provenance()));
    }
    text.append('\n');
    TextTable groups = new TextTable("group", ">width", ">axes", "values");
    for (Inspection.Group group : all.groups()) {
      int values = group.values().size();
      groups.row(
          group.name(),
          group.width(),
          group.axes().size(),
          values == 0
              ? ""
              : group.values().get(0) + (values > 1 ? " … " + group.values().get(values - 1) : ""));
    }
    text.append(groups);
    if (tensors) {
      TextTable list = new TextTable("tensor", "type", "shape");
      all.tensors().forEach((name, info) -> list.row(name, info.dtype(), info.shape()));
      text.append('\n').append(list);
    }
    return text.toString();
  }

  private static String joined(Map<String, ?> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
