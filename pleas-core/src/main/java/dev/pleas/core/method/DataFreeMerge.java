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
 * A merge without any data. In place of images come random ones ({@link SyntheticImages}), on which
 * the sources run with batch normalization statistics that fit them, so that every layer sees
 * features of the means and deviations that it was trained for, whatever the images are. The merged
 * network's statistics are then taken over from the sources' own.
 */
final class DataFreeMerge {
  private static final int SAMPLES = 512;

  private final MergeRequest request;
  private final Settings settings;

  DataFreeMerge(MergeRequest request, Settings settings) {
    this.request = request;
    this.settings = settings;
  }

  MergeResult run() {
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
    MergeRequest synthetic =
        request.withCalibration(new SyntheticImages(shape, SAMPLES, request.seed()));
    List<Model> elsewhere =
        Calibration.stages(settings, synthetic, 1, request.progress()::note)
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
    return new PleasMerge(synthetic, settings, elsewhere).run();
  }
}
