package dev.pleas.backend.cholesky;

import java.util.Arrays;

/** Cholesky by definition, in plain loops. */
class PlainSolver extends CholeskySolver {
  @Override
  protected CholeskyFactor allocate(int p) {
    return new Factor(p);
  }

  @Override
  protected PanelProduct product(double[] x, int p, int q) {
    return new Product(x, p, q);
  }

  private static final class Factor implements CholeskyFactor {
    private final double[][] l;

    Factor(int p) {
      l = new double[p][];
    }

    @Override
    public void setRow(int i, double[] values) {
      l[i] = Arrays.copyOf(values, i + 1);
    }

    @Override
    public int factor() {
      for (int i = 0; i < l.length; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = l[i][j];
          for (int k = 0; k < j; k++) {
            sum -= l[i][k] * l[j][k];
          }
          if (j < i) {
            l[i][j] = sum / l[j][j];
          } else if (sum > 0) {
            l[i][i] = Math.sqrt(sum);
          } else {
            return i;
          }
        }
      }
      return l.length;
    }

    @Override
    public double pivot(int i) {
      return l[i][i] * l[i][i];
    }

    @Override
    public void solve(double[] b, int q) {
      int p = l.length;
      for (int j = 0; j < q; j++) {
        for (int i = 0; i < p; i++) {
          double sum = b[i * q + j];
          for (int k = 0; k < i; k++) {
            sum -= l[i][k] * b[k * q + j];
          }
          b[i * q + j] = sum / l[i][i];
        }
        for (int i = p - 1; i >= 0; i--) {
          double sum = b[i * q + j];
          for (int k = i + 1; k < p; k++) {
            sum -= l[k][i] * b[k * q + j];
          }
          b[i * q + j] = sum / l[i][i];
        }
      }
    }

    @Override
    public void close() {}
  }

  private static final class Product implements PanelProduct {
    private final double[] x;
    private final int p;
    private final int q;

    Product(double[] x, int p, int q) {
      this.x = x;
      this.p = p;
      this.q = q;
    }

    @Override
    public void multiply(double[] a, int first, int rows, double[] out) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < q; j++) {
          double sum = 0;
          for (int k = 0; k < p; k++) {
            sum += a[(first + i) * p + k] * x[k * q + j];
          }
          out[i * q + j] = sum;
        }
      }
    }

    @Override
    public void close() {}
  }
}
