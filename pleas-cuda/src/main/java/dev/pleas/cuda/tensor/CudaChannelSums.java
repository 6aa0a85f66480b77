package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.ChannelSums;
import dev.pleas.backend.tensor.SharedMemory;
import jcuda.driver.CUdeviceptr;

/**
 * Channel sums on a GPU, in float64 throughout: two operations for each value read. Where float64
 * is slow, 1/64 of float32 at worst, that takes some three times as long as reading alone, a small
 * part of what computed the values. Sums split into two float32 numbers would be faster there, but
 * their squares overflow beyond 1.8e19 and vanish below 1e-23.
 */
final class CudaChannelSums implements ChannelSums<DeviceBlock> {
  /** Threads for each channel. */
  private static final int LANES = 128;

  private final Engine engine;
  private final int channels;

  /** 2×C float64 numbers: sums, then sums of squares. */
  private final SharedMemory<DeviceBlock> sums;

  CudaChannelSums(Engine engine, int channels) {
    this.engine = engine;
    this.channels = channels;
    this.sums = engine.zeros(2L * channels);
  }

  @Override
  public void add(DeviceBlock x, int samples, int positions) {
    // Two float64 numbers for each lane of each channel.
    try (SharedMemory<DeviceBlock> memory = engine.memory(4L * LANES * channels)) {
      CUdeviceptr partials = memory.data().start();
      engine.launch(
          "channel_partials",
          (long) channels * LANES,
          x.start(),
          partials,
          samples,
          channels,
          (long) positions,
          LANES);
      engine.launch(
          "channel_totals", 2L * channels, partials, sums.data().start(), channels, LANES);
    }
  }

  @Override
  public double[] sums() {
    return engine.doubles(sums.data().start(), channels);
  }

  @Override
  public double[] squares() {
    return engine.doubles(sums.data().at(2L * channels), channels);
  }

  @Override
  public void close() {
    sums.close();
  }
}
