package dev.pleas.core.moments;

import dev.pleas.api.error.DeviceMemoryException;
import java.util.function.Consumer;

/** What is done when the memory of a device runs out: the same with half as many samples. */
public final class SmallerBatches {
  private final Consumer<String> notes;
  private Batches batches;
  private long memoryBytes;

  /**
   * @param batches to begin with
   * @param memoryBytes how much may be kept of activations, to begin with
   * @param notes is told of every change
   */
  public SmallerBatches(Batches batches, long memoryBytes, Consumer<String> notes) {
    this.batches = batches;
    this.memoryBytes = memoryBytes;
    this.notes = notes;
  }

  /**
   * A part of a computation.
   *
   * @param <R> its result
   */
  @FunctionalInterface
  public interface Stage<R> {
    /**
     * Computes from the start.
     *
     * @param memoryBytes how much may be kept of activations
     */
    R run(Batches batches, long memoryBytes);
  }

  /**
   * Runs a stage; again from its start with batches of half the size, and half as much kept, as
   * long as a device runs out of memory. Later stages begin with what was right for this one.
   *
   * @throws DeviceMemoryException if there is no memory for one sample at a time
   */
  public <R> R run(Stage<R> stage) {
    while (true) {
      try {
        return stage.run(batches, memoryBytes);
      } catch (DeviceMemoryException e) {
        int size = smaller(Math.min(batches.size(), batches.samples().count()), e);
        notes.accept(note(batches.size(), size, e));
        batches = new Batches(batches.samples(), size);
        memoryBytes /= 2;
      }
    }
  }

  /**
   * Returns half a batch size.
   *
   * @throws DeviceMemoryException if a batch is one sample already
   */
  public static int smaller(int size, DeviceMemoryException e) {
    if (size <= 1) {
      throw new DeviceMemoryException(
          "even with one sample at a time: " + e.getMessage(),
          e.requestedBytes(),
          e.usedBytes(),
          e.limitBytes());
    }
    return size / 2;
  }

  /** Says that batches became smaller, and why. */
  public static String note(int before, int after, DeviceMemoryException e) {
    return "the device has too little memory for batches of "
        + before
        + " samples ("
        + mebibytes(e.requestedBytes())
        + " more were needed, "
        + mebibytes(e.usedBytes())
        + " of "
        + mebibytes(e.limitBytes())
        + " were in use); going on with batches of "
        + after;
  }

  private static String mebibytes(long bytes) {
    return ((bytes + (1 << 20) - 1) >> 20) + " MiB";
  }
}
