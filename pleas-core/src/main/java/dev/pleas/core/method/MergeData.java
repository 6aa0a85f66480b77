package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.core.moments.SmallerBatches;
import dev.pleas.core.refit.LayerPass;
import dev.pleas.core.refit.RefitInputs;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a merge knows of activations: images, statistics that were collected earlier, or both. */
final class MergeData {
  static final MethodParameter DATA_FREE =
      new MethodParameter(
          "data-free",
          "false",
          "merge without any data: random images with the spectrum of natural ones stand in, batch"
              + " normalization statistics are taken over from the sources: true, false");

  private static final String AUTO = "auto";

  private final MergeRequest request;
  private final Settings settings;
  private final Consumer<String> notes;
  private @Nullable SmallerBatches images;

  /**
   * @param notes gets what a person should know
   */
  MergeData(MergeRequest request, Settings settings, Consumer<String> notes) {
    this.request = request;
    this.settings = settings;
    this.notes = notes;
  }

  /**
   * Refuses what cannot be done with the data that there is.
   *
   * @throws ConfigurationException if settings need images and there are statistics only
   * @throws DataException if there is nothing, or it does not fit the networks
   */
  void open(LayerPass.Settings how) {
    if (request.statistics() == null || hasImages()) {
      images = Calibration.stages(settings, request, how.ridge().leastBatches(), notes);
    } else if (how.inputs() == RefitInputs.MERGED) {
      throw new ConfigurationException(
          "refit = merged runs the merged network on images, and there are statistics only; give"
              + " images too, or set refit = sources");
    } else if (how.ridge().isAuto()) {
      throw new ConfigurationException(
          "ridge = auto judges on images that it holds out, and there are statistics only; give a"
              + " number for ridge, or images");
    }
  }

  /** Returns whether networks can be run on images. */
  boolean hasImages() {
    return request.calibration() != null;
  }

  /** Returns whether there are statistics and no images. */
  boolean statisticsOnly() {
    return request.statistics() != null && !hasImages();
  }

  /** Returns whether layers are fitted by statistics, not by images. */
  boolean fitsByStatistics(LayerPass.Settings how) {
    return request.statistics() != null && (how.inputs() == RefitInputs.SOURCES || !hasImages());
  }

  /**
   * Returns a way to run stages over the images.
   *
   * @throws DataException if there are none
   */
  SmallerBatches images() {
    if (images == null) {
      throw new DataException(
          "statistics are not enough for this: allocation = optimal runs the networks on images;"
              + " give some, or choose another allocation");
    }
    return images;
  }

  /** Reads whether a person wants layers fitted to inputs from the merged network. */
  static boolean fitsOnImages(Settings settings) {
    return !settings.text("refit").equals(AUTO)
        && settings.choice("refit", RefitInputs.class) == RefitInputs.MERGED;
  }

  /** Reads where the inputs of fits come from; by itself, from the best that there is. */
  static RefitInputs inputs(Settings settings, @Nullable MergeData data) {
    if (!settings.text("refit").equals(AUTO)) {
      return settings.choice("refit", RefitInputs.class);
    }
    // What the merged network gets wrong on images of another kind is not what it gets wrong on
    // those of its tasks; making up for it was measured to do harm.
    boolean elsewhere =
        Normalization.transfers(settings, false) && !settings.flag(DATA_FREE.name());
    RefitInputs inputs =
        elsewhere || (data != null && data.statisticsOnly())
            ? RefitInputs.SOURCES
            : RefitInputs.MERGED;
    settings.resolve("refit", Settings.option(inputs));
    return inputs;
  }
}
