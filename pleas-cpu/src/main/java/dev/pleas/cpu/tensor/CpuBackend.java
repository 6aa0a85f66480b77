package dev.pleas.cpu.tensor;

import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.backend.tensor.KernelBackend;
import dev.pleas.backend.tensor.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * A tensor backend on the CPU. Every operation that is not a product is done here; a subclass
 * brings the memory and the matrix product, and a better convolution if it has one.
 *
 * @param <F> the memory
 */
public abstract class CpuBackend<F extends Floats> extends KernelBackend<F> {
  private final CpuKernels<F> kernels = new CpuKernels<>(this);
  private final ConvolutionByProduct<F> byProduct = new ConvolutionByProduct<>(this);
  private long hostBytes;

  /** For subclasses. */
  protected CpuBackend() {}

  /** Returns the bytes of all blocks of memory that were allocated and not given back. */
  protected abstract long blockBytes();

  /**
   * Computes {@code count} products Cᵢ = Aᵢ·Bᵢ, on all processors. Bits depend neither on the
   * number of threads nor on {@code count}.
   *
   * @param form what is done to each
   * @param c distinct and apart from a and b
   */
  protected abstract void multiply(
      Product form, int count, Operand<F> a, Operand<F> b, Operand<F> c);

  /**
   * Computes a convolution. This method lays out patches and multiplies.
   *
   * @param form the sizes; none is 0
   * @param x [N, C, H, W]
   * @param weight [K, C / groups, kernelHeight, kernelWidth]
   * @param bias [K], or null
   * @param y gets [N, K, H′, W′]
   */
  protected void convolve(ConvolutionForm form, F x, F weight, @Nullable F bias, F y) {
    byProduct.apply(form, x, weight, bias, y);
  }

  @Override
  protected final Kernels<F> kernels() {
    return kernels;
  }

  @Override
  protected final long allocatedBytes() {
    return blockBytes() + hostBytes;
  }

  /** Counts memory of accumulators on the Java heap. */
  final synchronized void countHostBytes(long more) {
    hostBytes += more;
  }
}
