package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.SyntheticImages;
import dev.pleas.core.normalization.Recalibration;
import java.util.List;

/**
 * A merge on other data than the sources were trained on: other images, or random ones ({@link
 * SyntheticImages}) where there are none. The sources run with batch normalization statistics that
 * fit that data, so that every layer sees features of the means and deviations that it was trained
 * for, whatever the data is. The merged network's statistics are then taken over from the sources'
 * own.
 */
final class ElsewhereMerge {
  private static final int SYNTHETIC_SAMPLES = 512;

  private final MergeRequest request;
  private final Settings settings;

  ElsewhereMerge(MergeRequest request, Settings settings) {
    this.request = request;
    this.settings = settings;
  }

  /**
   * Returns the request with random images for calibration.
   *
   * @throws ConfigurationException if it has data, or the networks take no images
   */
  static MergeRequest withoutData(MergeRequest request) {
    if (request.calibration() != null || request.statistics() != null) {
      throw new ConfigurationException(
          "data-free = true uses no data, and there is some; leave one of the two away");
    }
    Graph graph = request.sources().get(0).graph();
    Shape shape = graph.valueShape(graph.onlyInput());
    if (shape.rank() != 3) {
      throw new ConfigurationException(
          "data-free = true makes images, and the networks take inputs of shape "
              + shape
              + "; give calibration data");
    }
    return request.withCalibration(new SyntheticImages(shape, SYNTHETIC_SAMPLES, request.seed()));
  }

  /**
   * Refuses settings with which statistics collected earlier are of no use.
   *
   * @throws ConfigurationException if networks are to be run with other normalization statistics
   */
  static void refuseStatistics(Settings settings) {
    if (Normalization.transfers(settings, settings.flag(MergeData.DATA_FREE.name()))) {
      throw new ConfigurationException(
          "normalization = transfer runs the networks with other statistics of batch normalization"
              + " than they have when moments are collected, so none are kept; give images to"
              + " the merge");
    }
  }

  MergeResult run() {
    if (request.statistics() != null) {
      refuseStatistics(settings);
    }
    List<Model> elsewhere =
        Calibration.stages(settings, request, 1, request.progress()::note)
            .run(
                (batches, memory) ->
                    request.sources().stream()
                        .map(
                            source ->
                                Recalibration.of(
                                    source,
                                    batches,
                                    request.tools().backend(),
                                    memory,
                                    request.progress()))
                        .toList());
    return new PleasMerge(request, settings, elsewhere).run();
  }
}
