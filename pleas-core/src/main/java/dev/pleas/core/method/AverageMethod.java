package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
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
    mean = Normalization.recalibrated(request, settings, mean, layouts);
    return new MergeResult(
        Heads.split(mean, layouts, heads, request.names()),
        new MergeReport(settings.all(), null, List.of(), List.of(), List.of(), notes));
  }
}
