package dev.pleas.core.method;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.api.merge.Statistics;
import dev.pleas.core.alignment.Similarity;
import dev.pleas.core.normalization.FoldedNormalization;
import java.util.List;
import java.util.stream.Stream;

/**
 * PLeaS (arXiv:2407.02447): units are matched by their activations, the best-matched merged as far
 * as the budget demands, and every layer's weights set by least squares.
 */
final class PleasMethod implements PlannedMethod {
  private static final MethodParameter FOLD =
      new MethodParameter(
          "fold-normalization",
          "false",
          "draw batch normalizations into the convolutions before them while merging, so that what"
              + " comes after them is averaged and fitted: true, false");

  private static final List<MethodParameter> OWN =
      List.of(
          new MethodParameter(
              "alignment",
              "activations",
              "what says that two units are alike: activations (on the calibration data), weights,"
                  + " both"),
          new MethodParameter(
              "weight-share", "0.5", "share of the weights in alignment = both, from 0 to 1"),
          new MethodParameter(
              "similarity",
              "distance",
              "how alike the activations of two units are: " + Settings.options(Similarity.class)),
          new MethodParameter(
              "refit",
              "auto",
              "inputs of the least-squares fits: merged (the network merged so far), sources (the"
                  + " paper's), none (no fit); auto is merged, or sources where there are statistics"
                  + " and no data, or with normalization = transfer"),
          Targets.PARAMETER,
          new MethodParameter(
              "ridge",
              "0.0001",
              "pull towards the initial weights, relative to the mean square of the inputs: at least"
                  + " 0, or auto (chosen for each layer on a fifth of the batches)"),
          new MethodParameter(
              "exclude",
              "",
              "layers that keep their averaged weights, as layer1.*,fc; * and ? are wildcards"),
          new MethodParameter(
              "passes",
              "1",
              "how often all layers are fitted; each pass pulls towards the weights of the one"
                  + " before"),
          OutputHeads.PARAMETER,
          Normalization.OR_STATISTICS,
          FOLD,
          MergeData.DATA_FREE,
          new MethodParameter(
              "check-symmetry",
              "true",
              "prove the derived permutation symmetry on both networks before merging: true, false"),
          Calibration.ROWS_PER_COLUMN,
          GroupReports.PARAMETER);

  static final List<MethodParameter> PARAMETERS =
      Stream.of(Budget.PARAMETERS, OWN, Calibration.PARAMETERS).flatMap(List::stream).toList();

  @Override
  public List<MethodParameter> parameters() {
    return PARAMETERS;
  }

  @Override
  public PlannedMerge plan(PlanRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    if (!settings.flag(FOLD.name())) {
      return new PleasPlan(request, settings).plan();
    }
    List<Graph> folded =
        request.sources().stream().map(graph -> FoldedNormalization.fold(graph)).toList();
    PlannedMerge plan =
        new PleasPlan(
                new PlanRequest(folded, request.names(), request.labels(), request.parameters()),
                settings)
            .plan();
    Graph result = FoldedNormalization.unfold(plan.result(), request.sources().get(0));
    return new PlannedMerge(plan.settings(), plan.cost(), plan.groups(), result, plan.notes());
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    if (!settings.flag(FOLD.name())) {
      return merge(request, settings);
    }
    MergeResult result = merge(folded(request), settings);
    Graph graph = request.sources().get(0).graph();
    return new MergeResult(FoldedNormalization.unfold(result.model(), graph), result.report());
  }

  private static MergeResult merge(MergeRequest request, Settings settings) {
    boolean dataFree = settings.flag(MergeData.DATA_FREE.name());
    MergeRequest with = dataFree ? ElsewhereMerge.withoutData(request) : request;
    return Normalization.transfers(settings, dataFree)
        ? new ElsewhereMerge(with, settings).run()
        : new PleasMerge(with, settings).run();
  }

  private static MergeRequest folded(MergeRequest request) {
    return request.withSources(
        request.sources().stream().map(model -> FoldedNormalization.fold(model)).toList());
  }

  @Override
  public void statistics(MergeRequest request, Statistics.Sink sink) {
    Settings settings = new Settings(PARAMETERS, request.parameters());
    ElsewhereMerge.refuseStatistics(settings);
    boolean folds = settings.flag(FOLD.name());
    PleasStatistics.collect(folds ? folded(request) : request, settings, sink);
  }
}
