package dev.pleas.backend.cholesky;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Estimates ‖B‖₁ of a symmetric matrix B that is known by its products with vectors, here an
 * inverse known by solves: the power method of Hager for the 1-norm with Higham's safeguards
 * (Higham, <i>FORTRAN codes for estimating the one-norm of a real or complex matrix</i>, ACM TOMS
 * 14, 1988; LAPACK's {@code dlacn2}). A lower bound, almost always within a factor of 3, for at
 * most 11 products.
 */
final class InverseNorm {
  private static final int MOST_STEPS = 5;

  private InverseNorm() {}

  /**
   * @param n the number of rows and columns, at least 1
   * @param multiply replaces a vector x by B·x
   */
  static double estimate(int n, Consumer<double[]> multiply) {
    double[] x = new double[n];
    Arrays.fill(x, 1.0 / n);
    multiply.accept(x);
    double estimate = norm1(x);
    if (n == 1) {
      return estimate;
    }
    boolean[] signs = signs(x);
    int column = steepest(signs, multiply, x);
    for (int step = 1; step < MOST_STEPS; step++) {
      Arrays.fill(x, 0);
      x[column] = 1;
      multiply.accept(x);
      double previous = estimate;
      estimate = Math.max(previous, norm1(x));
      boolean[] newSigns = signs(x);
      if (Arrays.equals(newSigns, signs) || !(estimate > previous)) {
        break;
      }
      signs = newSigns;
      int steeper = steepest(signs, multiply, x);
      if (Math.abs(x[column]) == Math.abs(x[steeper])) {
        break;
      }
      column = steeper;
    }
    return Math.max(estimate, alternating(n, multiply, x));
  }

  /** Sets x to B·signs, the gradient of ‖B·x‖₁, and returns where it is largest. */
  private static int steepest(boolean[] signs, Consumer<double[]> multiply, double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = signs[i] ? 1 : -1;
    }
    multiply.accept(x);
    int largest = 0;
    for (int i = 1; i < x.length; i++) {
      if (Math.abs(x[i]) > Math.abs(x[largest])) {
        largest = i;
      }
    }
    return largest;
  }

  /** A vector without structure in common with most B: catches what the gradient misses. */
  private static double alternating(int n, Consumer<double[]> multiply, double[] x) {
    for (int i = 0; i < n; i++) {
      double magnitude = 1 + (double) i / (n - 1);
      x[i] = i % 2 == 0 ? magnitude : -magnitude;
    }
    multiply.accept(x);
    return 2 * norm1(x) / (3.0 * n);
  }

  private static boolean[] signs(double[] x) {
    boolean[] signs = new boolean[x.length];
    for (int i = 0; i < x.length; i++) {
      signs[i] = x[i] >= 0;
    }
    return signs;
  }

  private static double norm1(double[] x) {
    double sum = 0;
    for (double value : x) {
      sum += Math.abs(value);
    }
    return sum;
  }
}
