package dev.pleas.core.method;

import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.moments.SmallerBatches;
import java.util.List;
import java.util.function.Consumer;

/** The settings by which networks are run on calibration data, read from a request. */
final class Calibration {
  /** Activations of a batch should take about this much memory on the backend. */
  private static final long BATCH_BYTES = 256L << 20;

  private static final int LARGEST_BATCH = 128;

  private static final MethodParameter BATCH_SIZE =
      new MethodParameter(
          "batch-size", "0", "samples run at a time; 0 to choose by the size of the network");

  private static final MethodParameter ACTIVATION_MEMORY =
      new MethodParameter(
          "activation-memory-mib",
          "2048",
          "MiB of activations to keep between layers; batches beyond are recomputed");

  static final MethodParameter ROWS_PER_COLUMN =
      new MethodParameter(
          "rows-per-column",
          "100",
          "sample positions down to about this many rows for each column of a least-squares system;"
              + " 0 to use all");

  static final List<MethodParameter> PARAMETERS = List.of(BATCH_SIZE, ACTIVATION_MEMORY);

  private Calibration() {}

  /**
   * Returns the request's data in batches.
   *
   * @throws ConfigurationException if there are too few batches
   * @throws DataException if there is none or it does not fit the network
   */
  private static Batches batches(Settings settings, MergeRequest request, int least) {
    Graph graph = request.sources().get(0).graph();
    Samples samples = request.calibration();
    if (samples == null || samples.count() == 0) {
      throw new DataException(
          "no calibration data: this method runs both networks on some inputs; give it some");
    }
    Shape expected = graph.valueShape(graph.onlyInput());
    if (!samples.shape().equals(expected)) {
      throw new DataException(
          "calibration data: the networks expect inputs "
              + expected
              + ", found "
              + samples.shape());
    }
    Batches batches = new Batches(samples, batchSize(settings, graph, samples.count() / least));
    if (batches.count() < least) {
      throw new ConfigurationException(
          "ridge = auto holds out every "
              + least
              + "th batch, so it needs "
              + least
              + " batches or more, found "
              + batches.count()
              + " of "
              + batches.size()
              + " samples; give more calibration data, a smaller batch-size, or a number for ridge");
    }
    return batches;
  }

  /** Returns what is set, or how many samples fit the memory of a batch, up to {@code most}. */
  private static int batchSize(Settings settings, Graph graph, int most) {
    long size = settings.whole(BATCH_SIZE.name(), 0, 1 << 20);
    if (size == 0) {
      long elements = graph.valueShapes().values().stream().mapToLong(Shape::elements).sum();
      long bytes = Math.max(1, elements * Float.BYTES);
      size = Math.min(LARGEST_BATCH, BATCH_BYTES / bytes);
      size = Math.max(1, Math.min(size, most));
      settings.resolve(BATCH_SIZE.name(), Long.toString(size));
    }
    return (int) size;
  }

  /**
   * Checks these settings where there is no data, and chooses the size of batches.
   *
   * @throws ConfigurationException if one is out of range
   */
  static void check(Settings settings, PlanRequest request) {
    batchSize(settings, request.sources().get(0), Integer.MAX_VALUE);
    activationMemory(settings);
  }

  /**
   * Returns a way to run stages over the request's data that goes on with smaller batches where the
   * memory of a device runs out.
   *
   * @param leastBatches how many batches there must be
   * @param notes gets what a person should know
   */
  static SmallerBatches stages(
      Settings settings, MergeRequest request, int leastBatches, Consumer<String> notes) {
    return new SmallerBatches(
        batches(settings, request, leastBatches),
        activationMemory(settings),
        note -> {
          request.progress().note(note);
          notes.accept(note);
        });
  }

  /** Returns to how many rows for each column positions are sampled down; 0 for all. */
  static int rowsPerColumn(Settings settings) {
    return (int) settings.whole(ROWS_PER_COLUMN.name(), 0, Integer.MAX_VALUE);
  }

  /** Returns how many bytes of activations may be kept between layers. */
  private static long activationMemory(Settings settings) {
    return settings.whole(ACTIVATION_MEMORY.name(), 0, 1L << 30) << 20;
  }
}
