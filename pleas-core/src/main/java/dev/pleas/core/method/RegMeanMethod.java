package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.model.Model;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.refit.RegressionMean;
import dev.pleas.core.refit.RowSampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * RegMean (arXiv:2212.09849): least squares without permutations, for networks with a common
 * ancestor.
 */
final class RegMeanMethod implements MergeMethod {
  private static final MethodParameter OFF_DIAGONAL =
      new MethodParameter(
          "off-diagonal",
          "0.9",
          "factor of the entries of each Gram matrix off its diagonal, from 0 to 1");

  static final List<MethodParameter> PARAMETERS =
      Stream.concat(
              Stream.of(
                  OFF_DIAGONAL,
                  HeadMode.PARAMETER,
                  Normalization.PARAMETER,
                  Calibration.ROWS_PER_COLUMN),
              Calibration.PARAMETERS.stream())
          .toList();

  @Override
  public List<MethodParameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    double offDiagonal = settings.real(OFF_DIAGONAL.name(), 0, 1);
    SameArchitecture.requirePair(request);
    List<String> notes = new ArrayList<>();
    Set<String> heads = HeadMode.resolve(settings, request, notes);
    SameArchitecture.check(request.sources(), request.names(), heads);
    Model a = request.sources().get(0);
    Model b = request.sources().get(1);
    Batches batches = Calibration.batches(settings, request);
    Layouts layouts = new Layouts(a.graph(), b.graph(), Map.of(), heads);
    RegressionMean regression =
        new RegressionMean(
            request.sources(),
            batches,
            request.tools(),
            offDiagonal,
            new RowSampling(
                batches.samples().count(), Calibration.rowsPerColumn(settings), request.seed()),
            Calibration.activationMemory(settings));
    Stopwatch stopwatch = new Stopwatch();
    Model mean = PartialMerge.merge(a, b, layouts);
    Model regressed =
        stopwatch.time(
            "regression", () -> regression.apply(mean, heads, request.progress(), notes::add));
    Model finished = Normalization.recalibrated(request, settings, regressed, layouts);
    return new MergeResult(
        Heads.split(finished, layouts, heads, request.names()),
        new MergeReport(settings.all(), null, List.of(), List.of(), stopwatch.stages(), notes));
  }
}
