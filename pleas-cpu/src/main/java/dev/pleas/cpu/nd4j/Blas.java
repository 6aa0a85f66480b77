package dev.pleas.cpu.nd4j;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasUpper;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_ssyrk;

import dev.pleas.cpu.tensor.Operand;
import dev.pleas.cpu.tensor.Parallel;
import dev.pleas.cpu.tensor.Product;
import org.bytedeco.openblas.presets.openblas;

/**
 * Products by OpenBLAS: many small ones side by side, each on one thread, or large ones in turn.
 */
final class Blas {
  private Blas() {}

  /** Computes the products; see {@link dev.pleas.cpu.tensor.CpuBackend}. */
  static void multiply(
      Product form,
      int count,
      Operand<NativeFloats> a,
      Operand<NativeFloats> b,
      Operand<NativeFloats> c) {
    if (count < Parallel.threads()) {
      for (int i = 0; i < count; i++) {
        one(form, i, a, b, c);
      }
      return;
    }
    openblas.blas_set_num_threads(1);
    try {
      int items = Math.min(count, 4 * Parallel.threads());
      Parallel.forEach(
          items,
          count * form.multiplications(),
          item -> {
            int end = (int) ((item + 1L) * count / items);
            for (int i = (int) ((long) item * count / items); i < end; i++) {
              one(form, i, a, b, c);
            }
          });
    } finally {
      openblas.blas_set_num_threads(Parallel.threads());
    }
  }

  private static void one(
      Product form,
      int i,
      Operand<NativeFloats> a,
      Operand<NativeFloats> b,
      Operand<NativeFloats> c) {
    float beta = form.accumulate() ? 1 : 0;
    int m = form.m();
    int n = form.n();
    int k = form.k();
    if (form.upper()) {
      cblas_ssyrk(
          CblasRowMajor,
          CblasUpper,
          form.transposedA() ? CblasTrans : CblasNoTrans,
          n,
          k,
          1f,
          a.data().pointer(a.at(i)),
          form.transposedA() ? n : k,
          beta,
          c.data().pointer(c.at(i)),
          n);
    } else {
      cblas_sgemm(
          CblasRowMajor,
          form.transposedA() ? CblasTrans : CblasNoTrans,
          form.transposedB() ? CblasTrans : CblasNoTrans,
          m,
          n,
          k,
          1f,
          a.data().pointer(a.at(i)),
          form.transposedA() ? m : k,
          b.data().pointer(b.at(i)),
          form.transposedB() ? k : n,
          beta,
          c.data().pointer(c.at(i)),
          n);
    }
  }
}
