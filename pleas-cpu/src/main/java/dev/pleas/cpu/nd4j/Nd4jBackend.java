package dev.pleas.cpu.nd4j;

import dev.pleas.api.graph.Window;
import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.cpu.tensor.CpuBackend;
import dev.pleas.cpu.tensor.Operand;
import dev.pleas.cpu.tensor.Parallel;
import dev.pleas.cpu.tensor.Product;
import org.jspecify.annotations.Nullable;

/** Tensors outside the Java heap, computed by native libraries. */
final class Nd4jBackend extends CpuBackend<NativeFloats> {
  private final Nd4jLibrary library;
  private final NativePool pool = new NativePool();
  private final NativeConvolution convolution;

  Nd4jBackend(Nd4jLibrary library) {
    this.library = library;
    this.convolution = new NativeConvolution(library.operations());
  }

  @Override
  public String description() {
    return "ND4J " + library.version() + ", " + Parallel.threads() + " threads";
  }

  @Override
  protected NativeFloats allocate(long elements) {
    return pool.take(elements);
  }

  @Override
  protected void free(NativeFloats memory) {
    pool.giveBack(memory);
  }

  @Override
  protected long blockBytes() {
    return pool.bytes();
  }

  @Override
  protected void trim() {
    pool.trim();
  }

  @Override
  protected void multiply(
      Product form,
      int count,
      Operand<NativeFloats> a,
      Operand<NativeFloats> b,
      Operand<NativeFloats> c) {
    Blas.multiply(form, count, a, b, c);
  }

  @Override
  protected void convolve(
      ConvolutionForm form,
      NativeFloats x,
      NativeFloats weight,
      @Nullable NativeFloats bias,
      NativeFloats y) {
    // ND4J's convolution has no groups, and pads dilated windows in a way that oneDNN refuses. A
    // window of one tap leaves nothing but a product.
    Window window = form.window();
    boolean dilated = window.dilationHeight() > 1 || window.dilationWidth() > 1;
    if (form.groups() > 1 || dilated || window.taps() == 1) {
      super.convolve(form, x, weight, bias, y);
    } else {
      convolution.apply(form, x, weight, bias, y);
    }
  }
}
