package dev.pleas.cpu.tensor;

/**
 * The form of a matrix product C = A·B of row-major matrices, A m×k and B k×n.
 *
 * @param m rows of A and C
 * @param n columns of B and C
 * @param k columns of A, rows of B
 * @param transposedA A is stored as its transpose, k×m
 * @param transposedB B is stored as its transpose, n×k
 * @param accumulate C += A·B instead
 * @param upper only elements (i, j) of C with i ≤ j are wanted, the others may get any value; for B
 *     = Aᵀ in the same memory, with m = n
 */
public record Product(
    int m,
    int n,
    int k,
    boolean transposedA,
    boolean transposedB,
    boolean accumulate,
    boolean upper) {
  /** Returns the form C = A·B, nothing transposed. */
  public static Product of(int m, int n, int k) {
    return new Product(m, n, k, false, false, false, false);
  }

  /** Returns the form C += A·B, nothing transposed. */
  public static Product adding(int m, int n, int k) {
    return new Product(m, n, k, false, false, true, false);
  }

  /** Returns how many multiplications it takes. */
  public long multiplications() {
    return (long) m * n * k;
  }
}
