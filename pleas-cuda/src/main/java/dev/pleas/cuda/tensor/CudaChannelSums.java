package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.ChannelSums;
import dev.pleas.backend.tensor.SharedMemory;

/**
 * Channel sums on a GPU, in float64 throughout: two operations for each value read. Where float64
 * is slow, 1/64 of float32 at worst, that takes some three times as long as reading alone, a small
 * part of what computed the values. Sums split into two float32 numbers would be faster there, but
 * their squares overflow beyond 1.8e19 and vanish below 1e-23.
 */
final class CudaChannelSums implements ChannelSums<DeviceBlock> {
  /** Threads for each channel. */
  private static final int LANES = 128;

  private final CudaKernels kernels;
  private final int channels;

  /** 2×C float64 numbers: sums, then sums of squares. */
  private final SharedMemory<DeviceBlock> sums;

  CudaChannelSums(CudaKernels kernels, int channels) {
    this.kernels = kernels;
    this.channels = channels;
    this.sums = kernels.zeros(2L * channels);
  }

  @Override
  public void add(DeviceBlock x, int samples, int positions) {
    kernels.addChannels(x, samples, channels, positions, LANES, sums.data().start());
  }

  @Override
  public double[] sums() {
    return kernels.readDoubles(sums.data().start(), channels);
  }

  @Override
  public double[] squares() {
    return kernels.readDoubles(sums.data().at(2L * channels), channels);
  }

  @Override
  public void close() {
    sums.close();
  }
}
