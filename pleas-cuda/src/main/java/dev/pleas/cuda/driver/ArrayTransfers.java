package dev.pleas.cuda.driver;

import jcuda.driver.CUdeviceptr;

/**
 * Java arrays to and from a GPU. Each method is in order with the computation, and makes the
 * context current by itself.
 *
 * @param context of the GPU
 */
public record ArrayTransfers(CudaContext context) {
  /** Sends all of an array. */
  public void send(float[] values, CUdeviceptr to) {
    send(
        (target, from) ->
            target.asFloatBuffer().put(values, (int) (from / 4), target.remaining() / 4),
        to,
        4L * values.length);
  }

  /** Sends all of an array. */
  public void send(int[] values, CUdeviceptr to) {
    send(
        (target, from) ->
            target.asIntBuffer().put(values, (int) (from / 4), target.remaining() / 4),
        to,
        4L * values.length);
  }

  /**
   * Sends a part of an array.
   *
   * @param first of the part
   * @param count its length
   */
  public void send(double[] values, int first, int count, CUdeviceptr to) {
    send(
        (target, from) ->
            target.asDoubleBuffer().put(values, first + (int) (from / 8), target.remaining() / 8),
        to,
        8L * count);
  }

  private void send(Transfers.Source source, CUdeviceptr to, long bytes) {
    context.run(() -> context.transfers().send(source, to, bytes));
  }

  /** Fills an array. */
  public void fetch(CUdeviceptr from, float[] values) {
    fetch(
        from,
        4L * values.length,
        (source, to) -> source.asFloatBuffer().get(values, (int) (to / 4), source.remaining() / 4));
  }

  /** Fills an array. */
  public void fetch(CUdeviceptr from, int[] values) {
    fetch(
        from,
        4L * values.length,
        (source, to) -> source.asIntBuffer().get(values, (int) (to / 4), source.remaining() / 4));
  }

  /**
   * Fills the beginning of an array.
   *
   * @param count how many numbers
   */
  public void fetch(CUdeviceptr from, double[] values, int count) {
    fetch(
        from,
        8L * count,
        (source, to) ->
            source.asDoubleBuffer().get(values, (int) (to / 8), source.remaining() / 8));
  }

  private void fetch(CUdeviceptr from, long bytes, Transfers.Sink sink) {
    context.run(() -> context.transfers().fetch(from, bytes, sink));
  }
}
