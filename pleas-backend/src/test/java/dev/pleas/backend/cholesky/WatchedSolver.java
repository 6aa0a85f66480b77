package dev.pleas.backend.cholesky;

import java.util.ArrayList;
import java.util.List;

/** Notes what it is asked for, and fails from some call on. */
final class WatchedSolver extends PlainSolver {
  private final int firstFailure;
  private final List<String> calls = new ArrayList<>();
  private int open;

  /**
   * @param firstFailure the index of the call that fails, as do all after it
   */
  WatchedSolver(int firstFailure) {
    this.firstFailure = firstFailure;
  }

  List<String> calls() {
    return calls;
  }

  /** How many factors and products have not been closed. */
  int open() {
    return open;
  }

  private void called(String what) {
    calls.add(what);
    if (calls.size() > firstFailure) {
      throw new IllegalStateException(what);
    }
  }

  @Override
  protected CholeskyFactor allocate(int p) {
    called("allocate");
    open++;
    CholeskyFactor factor = super.allocate(p);
    return new CholeskyFactor() {
      @Override
      public void setRow(int i, double[] values) {
        called("setRow " + i);
        factor.setRow(i, values);
      }

      @Override
      public int factor() {
        called("factor");
        return factor.factor();
      }

      @Override
      public double pivot(int i) {
        called("pivot");
        return factor.pivot(i);
      }

      @Override
      public void solve(double[] b, int q) {
        called("solve");
        factor.solve(b, q);
      }

      @Override
      public void close() {
        open--;
        called("close factor");
      }
    };
  }

  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    called("product");
    open++;
    PanelProduct product = super.product(x, p, q);
    return new PanelProduct() {
      @Override
      public void multiply(double[] a, int first, int rows, double[] out) {
        called("multiply");
        product.multiply(a, first, rows, out);
      }

      @Override
      public void close() {
        open--;
        called("close product");
      }
    };
  }
}
