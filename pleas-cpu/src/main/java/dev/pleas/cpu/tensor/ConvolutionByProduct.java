package dev.pleas.cpu.tensor;

import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.backend.tensor.SharedMemory;
import org.jspecify.annotations.Nullable;

/**
 * Convolution as matrix products: patches are laid out as columns, a few samples at a time, and the
 * weight [K, C·taps] multiplies them. Pointwise convolutions multiply the input as it lies.
 */
final class ConvolutionByProduct<F extends Floats> {
  /** Elements of patch matrices held at a time, unless one sample alone needs more: 8 MiB. */
  private static final long PATCH_ELEMENTS = 1L << 21;

  private final CpuBackend<F> backend;

  ConvolutionByProduct(CpuBackend<F> backend) {
    this.backend = backend;
  }

  void apply(ConvolutionForm form, F x, F weight, @Nullable F bias, F y) {
    int positions = form.positions();
    if (bias != null) {
      float[] values = new float[form.filters()];
      bias.read(0, values, 0, values.length);
      Elementwise.fill(values, y, form.samples(), positions);
    }
    int rows = form.filters() / form.groups();
    Product product = new Product(rows, positions, form.patch(), false, false, bias != null, false);
    if (form.pointwise()) {
      multiply(form, product, form.samples(), weight, x, 0, y, 0);
      return;
    }
    long patches = (long) form.groups() * form.patch() * positions;
    int wave =
        (int)
            Math.min(
                form.samples(),
                Math.max(Parallel.threads(), PATCH_ELEMENTS / Math.max(1, patches)));
    try (SharedMemory<F> scratch = new SharedMemory<>(backend, wave * patches)) {
      for (int n = 0; n < form.samples(); n += wave) {
        int count = Math.min(wave, form.samples() - n);
        Patches.unfold(
            x,
            n * form.inputStep(),
            scratch.data(),
            count * form.channels(),
            form.height(),
            form.width(),
            form.window());
        multiply(form, product, count, weight, scratch.data(), 0, y, n * form.outputStep());
      }
    }
  }

  private void multiply(
      ConvolutionForm form,
      Product product,
      int samples,
      F weight,
      F in,
      long inAt,
      F y,
      long yAt) {
    int groups = form.groups();
    long weightStep = (long) product.m() * product.k();
    long inStep = (long) product.k() * product.n();
    long outStep = (long) product.m() * product.n();
    if (groups == 1) {
      backend.multiply(
          product,
          samples,
          new Operand<>(weight, 0, 0),
          new Operand<>(in, inAt, inStep),
          new Operand<>(y, yAt, outStep));
      return;
    }
    for (int n = 0; n < samples; n++) {
      backend.multiply(
          product,
          groups,
          new Operand<>(weight, 0, weightStep),
          new Operand<>(in, inAt + n * (groups * inStep), inStep),
          new Operand<>(y, yAt + n * (groups * outStep), outStep));
    }
  }
}
