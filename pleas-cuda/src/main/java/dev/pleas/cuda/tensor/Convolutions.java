package dev.pleas.cuda.tensor;

import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.backend.tensor.SharedMemory;
import jcuda.driver.CUdeviceptr;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions by cuDNN; where it is not installed or does not do the sizes, by products: patches
 * are laid out as columns, some samples at a time, and the weight [K, C·taps] multiplies them.
 * Pointwise ones are products anyway.
 */
final class Convolutions {
  /** Elements of patches held at a time, unless one sample alone needs more: 64 MiB. */
  private static final long PATCH_ELEMENTS = 1L << 24;

  private final Engine engine;
  private final Windows windows;
  private final @Nullable Dnn dnn;

  Convolutions(Engine engine, Windows windows, @Nullable Dnn dnn) {
    this.engine = engine;
    this.windows = windows;
    this.dnn = dnn;
  }

  boolean hasDnn() {
    return dnn != null;
  }

  /**
   * Convolves; to be used while the context is current.
   *
   * @param accumulate y += instead
   */
  void apply(
      ConvolutionForm form, DeviceBlock x, DeviceBlock weight, boolean accumulate, DeviceBlock y) {
    if (form.pointwise()) {
      multiply(form, form.samples(), weight, x.start(), accumulate, y.start());
    } else if (dnn == null || !dnn.convolve(form, engine, x, weight, accumulate, y)) {
      byProducts(form, x, weight, accumulate, y);
    }
  }

  private void byProducts(
      ConvolutionForm form, DeviceBlock x, DeviceBlock weight, boolean accumulate, DeviceBlock y) {
    long patches = (long) form.groups() * form.patch() * form.positions();
    int wave = (int) Math.min(form.samples(), Math.max(1, PATCH_ELEMENTS / patches));
    try (SharedMemory<DeviceBlock> columns = engine.memory(wave * patches)) {
      for (int n = 0; n < form.samples(); n += wave) {
        int count = Math.min(wave, form.samples() - n);
        windows.unfold(
            x.at(n * form.inputStep()),
            columns.data(),
            count * form.channels(),
            form.height(),
            form.width(),
            form.window());
        multiply(
            form, count, weight, columns.data().start(), accumulate, y.at(n * form.outputStep()));
      }
    }
  }

  /** Multiplies the patches of some samples, [samples, groups, patch, positions], by the weight. */
  private void multiply(
      ConvolutionForm form,
      int samples,
      DeviceBlock weight,
      CUdeviceptr columns,
      boolean accumulate,
      CUdeviceptr y) {
    int groups = form.groups();
    int filters = form.filters() / groups;
    Products.Form product =
        new Products.Form(filters, form.positions(), form.patch(), false, false, accumulate);
    long in = (long) form.patch() * form.positions();
    long out = (long) filters * form.positions();
    if (groups == 1) {
      engine.multiply(
          product,
          samples,
          Products.Matrices.one(weight.start()),
          new Products.Matrices(columns, in),
          new Products.Matrices(y, out));
      return;
    }
    for (int n = 0; n < samples; n++) {
      engine.multiply(
          product,
          groups,
          new Products.Matrices(weight.start(), (long) filters * form.patch()),
          new Products.Matrices(columns, in).from(n * groups),
          new Products.Matrices(y, out).from(n * groups));
    }
  }
}
