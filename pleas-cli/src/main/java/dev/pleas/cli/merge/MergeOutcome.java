package dev.pleas.cli.merge;

import dev.pleas.api.merge.MergeReport.Stage;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.preflight.Preflight;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.models.data.Preprocessing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a merge.
 *
 * @param result the merged network and the method's report
 * @param sources the networks it was merged from; open, and not owned
 * @param names of the sources
 * @param labels the classes of the merged network's outputs, or null
 * @param preflight how the sources' tensors compare
 * @param preprocessing what was done to the calibration images, or null
 * @param scores of the merged network, one per evaluation of the plan
 * @param baselines what to compare them with: the sources, each on the tasks it has learned
 * @param stages the method's, and those before and after it
 * @param notes the method's, and why an evaluation could not be done
 * @param memory the largest amounts of memory
 * @param provenance where it comes from
 */
public record MergeOutcome(
    MergeResult result,
    List<LoadedModel> sources,
    List<String> names,
    @Nullable NetworkLabels labels,
    Preflight preflight,
    @Nullable Preprocessing preprocessing,
    List<Score> scores,
    List<Baseline> baselines,
    List<Stage> stages,
    List<String> notes,
    MemoryWatch.Peak memory,
    Provenance provenance) {}
