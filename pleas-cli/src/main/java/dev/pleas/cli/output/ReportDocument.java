package dev.pleas.cli.output;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.merge.Baseline;
import dev.pleas.cli.merge.MemoryWatch;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.preflight.Preflight;
import dev.pleas.core.budget.Cost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code report.json} says.
 *
 * @param format {@link #FORMAT}
 * @param architecture what a person calls the network
 * @param inputs inputs and their shapes without the batch axis
 * @param outputs output names and the number of values of each
 * @param merged size of the merged network
 * @param sources sizes of the sources, by name
 * @param cost cost relative to one source, or null
 * @param preflight how the sources' tensors compare
 * @param evaluation accuracy of the merged network
 * @param baselines accuracy of what the merged network is compared with
 * @param widths per layer with weights, in execution order: how wide it is
 * @param groups per permutation group: widths, similarity before and after
 * @param layers per refitted layer: least-squares error before and after
 * @param normalizations per batch normalization: how much of the sources' variance is left
 * @param stages how long each stage took
 * @param memory the largest amounts of memory
 * @param notes what a person should know
 * @param command the words of the command line that repeats the merge, in the folder where it was
 *     given
 * @param provenance where the network comes from
 */
public record ReportDocument(
    String format,
    String architecture,
    Map<String, Shape> inputs,
    Map<String, Long> outputs,
    Size merged,
    Map<String, Size> sources,
    MergeReport.@Nullable Cost cost,
    Preflight.Summary preflight,
    List<Score> evaluation,
    List<Baseline> baselines,
    List<Width> widths,
    List<MergeReport.Group> groups,
    List<MergeReport.Layer> layers,
    List<MergeReport.Normalization> normalizations,
    List<MergeReport.Stage> stages,
    MemoryWatch.Peak memory,
    List<String> notes,
    List<String> command,
    Provenance provenance) {
  /** Name and version of the file's format. */
  public static final String FORMAT = "pleas-report/2";

  /**
   * How large a network is, zero blocks included.
   *
   * @param parameters trained values
   * @param multiplyAccumulates for one input
   */
  public record Size(long parameters, long multiplyAccumulates) {
    /** Measures a network. */
    public static Size of(Graph graph) {
      return new Size(Cost.parameters(graph), Cost.multiplyAccumulates(graph));
    }
  }

  /**
   * How wide a layer is.
   *
   * @param layer its node
   * @param source output channels or features in each source
   * @param merged the same in the merged network
   */
  public record Width(String layer, int source, int merged) {
    /** Measures those layers with weights that the merged network has under the same name. */
    static List<Width> of(Graph source, Graph merged) {
      Set<String> names = merged.nodes().stream().map(Node::name).collect(Collectors.toSet());
      return source.nodes().stream()
          .filter(node -> node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear)
          .map(Node::name)
          .filter(names::contains)
          .map(name -> new Width(name, width(source, name), width(merged, name)))
          .toList();
    }

    private static int width(Graph graph, String node) {
      return graph.valueShape(node).dim(0);
    }
  }

  /** Describes an outcome. */
  static ReportDocument of(MergeOutcome outcome, List<String> command) {
    Graph graph = outcome.result().model().graph();
    Map<String, Long> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> outputs.put(name, graph.valueShape(value).elements()));
    Map<String, Size> sources = new LinkedHashMap<>();
    for (int i = 0; i < outcome.names().size(); i++) {
      sources.put(outcome.names().get(i), Size.of(outcome.sources().get(i).graph()));
    }
    MergeReport report = outcome.result().report();
    return new ReportDocument(
        FORMAT,
        graph.architecture(),
        graph.inputs(),
        outputs,
        Size.of(graph),
        sources,
        report.cost(),
        outcome.preflight().summary(),
        outcome.scores(),
        outcome.baselines(),
        Width.of(outcome.sources().get(0).graph(), graph),
        report.groups(),
        report.layers(),
        report.normalizations(),
        outcome.stages(),
        outcome.memory(),
        outcome.notes(),
        command,
        outcome.provenance());
  }
}
