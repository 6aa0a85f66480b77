package dev.pleas.core.method;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.api.model.Model;
import dev.pleas.core.moments.SmallerBatches;
import dev.pleas.core.refit.RegressionMean;
import dev.pleas.core.refit.RowSampling;
import java.util.List;
import java.util.stream.Stream;

/**
 * RegMean (arXiv:2212.09849): least squares without permutations, for networks with a common
 * ancestor.
 */
final class RegMeanMethod implements PlannedMethod {
  private static final MethodParameter OFF_DIAGONAL =
      new MethodParameter(
          "off-diagonal",
          "0.9",
          "factor of the entries of each Gram matrix off its diagonal, from 0 to 1");

  static final List<MethodParameter> PARAMETERS =
      Stream.concat(
              Stream.of(
                  OFF_DIAGONAL,
                  OutputHeads.PARAMETER,
                  Normalization.PARAMETER,
                  Calibration.ROWS_PER_COLUMN),
              Calibration.PARAMETERS.stream())
          .toList();

  @Override
  public List<MethodParameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public PlannedMerge plan(PlanRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    settings.real(OFF_DIAGONAL.name(), 0, 1);
    Calibration.rowsPerColumn(settings);
    return MeanOfSources.plan(request, settings);
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    double offDiagonal = settings.real(OFF_DIAGONAL.name(), 0, 1);
    MeanOfSources mean = MeanOfSources.of(request, settings);
    SmallerBatches stages = Calibration.stages(settings, request, 1, mean.notes()::add);
    Stopwatch stopwatch = new Stopwatch();
    Model regressed =
        stopwatch.time(
            "regression",
            () ->
                stages.run(
                    (batches, memory) ->
                        new RegressionMean(
                                mean.request().sources(),
                                batches,
                                request.tools(),
                                offDiagonal,
                                new RowSampling(
                                    batches.samples().count(),
                                    Calibration.rowsPerColumn(settings),
                                    request.seed()),
                                memory)
                            .apply(
                                mean.model(),
                                mean.heads().nodes(),
                                request.progress(),
                                mean.notes()::add)));
    return new MergeResult(
        mean.finish(settings, regressed),
        new MergeReport(
            settings.all(),
            null,
            List.of(),
            List.of(),
            List.of(),
            stopwatch.stages(),
            mean.notes()));
  }
}
