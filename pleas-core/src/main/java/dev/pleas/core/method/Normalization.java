package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.refit.LayerPass;
import java.util.function.Consumer;

/** What becomes of batch normalization statistics. */
enum Normalization {
  /** Set from the calibration data. */
  RECALIBRATE,
  /** Taken over from the sources' own, by how they change between their data and this. */
  TRANSFER,
  /** Averaged like other vectors, and left so. */
  NONE;

  private static final String AUTO = "auto";

  static final MethodParameter PARAMETER =
      new MethodParameter(
          "normalization",
          "recalibrate",
          "batch normalization statistics: recalibrate (from the calibration data), none");

  /**
   * The same where there may be statistics instead of data. What the layers give on mixed inputs of
   * the sources is not what they give in the merged network, and the deeper the less so: of
   * statistics alone the sources' means are the better guess.
   */
  static final MethodParameter OR_STATISTICS =
      new MethodParameter(
          PARAMETER.name(),
          AUTO,
          PARAMETER.description()
              + " (means of the sources'), transfer (from the sources, where the calibration data is"
              + " of another kind than they were trained on); auto is recalibrate, none where there"
              + " are statistics and no data, transfer without data");

  /**
   * Reads {@link #OR_STATISTICS}.
   *
   * @param statisticsOnly whether there are statistics and no data
   */
  static boolean recalibrates(Settings settings, boolean statisticsOnly) {
    if (settings.text(PARAMETER.name()).equals(AUTO)) {
      settings.resolve(PARAMETER.name(), Settings.option(statisticsOnly ? NONE : RECALIBRATE));
    }
    return settings.choice(PARAMETER.name(), Normalization.class) != NONE;
  }

  /** Reads whether {@link #OR_STATISTICS} is {@link #TRANSFER}; by itself, without data. */
  static boolean transfers(Settings settings, boolean dataFree) {
    if (dataFree && settings.text(PARAMETER.name()).equals(AUTO)) {
      settings.resolve(PARAMETER.name(), Settings.option(TRANSFER));
    }
    return settings.text(PARAMETER.name()).equals(Settings.option(TRANSFER));
  }

  /** Reads {@link #PARAMETER}. */
  static boolean recalibrates(Settings settings) {
    Normalization chosen = settings.choice(PARAMETER.name(), Normalization.class);
    if (chosen == TRANSFER) {
      throw new ConfigurationException(
          "normalization = transfer is for the method pleas; use recalibrate or none");
    }
    return chosen == RECALIBRATE;
  }

  /** Returns the network with statistics set from the data, if that is wanted and it has any. */
  static Model recalibrated(
      MergeRequest request,
      Settings settings,
      Model merged,
      Layouts layouts,
      Consumer<String> notes) {
    boolean has = merged.graph().nodes().stream().anyMatch(n -> n.op() instanceof Op.BatchNorm);
    if (!recalibrates(settings) || !has) {
      return merged;
    }
    LayerPass.Settings pass = LayerPass.Settings.ofStatistics();
    return Calibration.stages(settings, request, 1, notes)
        .run(
            (batches, memory) ->
                new LayerPass(
                        request.sources(), merged, layouts, batches, request.tools(), pass, memory)
                    .run(request.progress()))
        .model();
  }
}
