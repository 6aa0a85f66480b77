package dev.pleas.core.method;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.refit.LayerPass;
import dev.pleas.core.refit.RefitInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The plain mean of all weights, unit by unit as they stand: what every other method is held
 * against.
 */
final class AverageMethod implements MergeMethod {
  private static final List<MethodParameter> PARAMETERS =
      Stream.concat(
              Stream.of(HeadMode.PARAMETER, Normalization.PARAMETER),
              Calibration.PARAMETERS.stream())
          .toList();

  @Override
  public List<MethodParameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    SameArchitecture.requirePair(request);
    List<String> notes = new ArrayList<>();
    Set<String> heads = HeadMode.resolve(settings, request, notes);
    SameArchitecture.check(request.sources(), request.names(), heads);
    Model a = request.sources().get(0);
    Model b = request.sources().get(1);
    Layouts layouts = new Layouts(a.graph(), b.graph(), Map.of(), heads);
    Model mean = PartialMerge.merge(a, b, layouts);
    if (Normalization.recalibrates(settings) && hasBatchNorm(a.graph())) {
      mean = recalibrated(request, settings, mean, layouts);
    }
    return new MergeResult(
        Heads.split(mean, layouts, heads, request.names()),
        new MergeReport(settings.all(), null, List.of(), List.of(), List.of(), notes));
  }

  private static Model recalibrated(
      MergeRequest request, Settings settings, Model mean, Layouts layouts) {
    LayerPass pass =
        new LayerPass(
            request.sources().get(0),
            request.sources().get(1),
            mean,
            layouts,
            Calibration.batches(settings, request),
            request.tools(),
            new LayerPass.Settings(
                RefitInputs.NONE, false, true, 0, 0, Calibration.activationMemory(settings), 0));
    return pass.run(request.progress()).model();
  }

  private static boolean hasBatchNorm(Graph graph) {
    return graph.nodes().stream().anyMatch(node -> node.op() instanceof Op.BatchNorm);
  }
}
