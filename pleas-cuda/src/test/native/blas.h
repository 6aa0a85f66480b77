// The mathematics behind the entry points: column-major matrices, as in BLAS. Every sum goes along k in
// one order whatever the sizes, so that results are the same from run to run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace standin {

/// A rows x columns copy of a matrix, or of the transpose of one, without gaps.
template <class T>
std::vector<T> packed(const T* a, std::size_t lda, bool transposed, std::size_t rows, std::size_t columns) {
  std::vector<T> copy(rows * columns);
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < rows; ++i) {
      copy[j * rows + i] = transposed ? a[i * lda + j] : a[j * lda + i];
    }
  }
  return copy;
}

/// C := alpha op(A) op(B) + beta C. C is not read where beta is zero.
template <class T>
void gemm(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a, std::size_t lda,
          const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
  constexpr std::size_t kRows = 128;
  constexpr std::size_t kColumns = 4;
  std::vector<T> left = packed(a, lda, ta, m, k);
  T sums[kColumns][kRows];
  for (std::size_t j0 = 0; j0 < n; j0 += kColumns) {
    std::size_t columns = std::min(kColumns, n - j0);
    for (std::size_t i0 = 0; i0 < m; i0 += kRows) {
      std::size_t rows = std::min(kRows, m - i0);
      for (std::size_t j = 0; j < columns; ++j) {
        std::fill(sums[j], sums[j] + rows, T(0));
      }
      for (std::size_t p = 0; p < k; ++p) {
        const T* from = &left[p * m + i0];
        for (std::size_t j = 0; j < columns; ++j) {
          T factor = tb ? b[p * ldb + j0 + j] : b[(j0 + j) * ldb + p];
          T* to = sums[j];
          for (std::size_t i = 0; i < rows; ++i) {
            to[i] += from[i] * factor;
          }
        }
      }
      for (std::size_t j = 0; j < columns; ++j) {
        T* to = c + (j0 + j) * ldc + i0;
        for (std::size_t i = 0; i < rows; ++i) {
          to[i] = beta == T(0) ? alpha * sums[j][i] : alpha * sums[j][i] + beta * to[i];
        }
      }
    }
  }
}

/// B := alpha op(A)^-1 B (left) or alpha B op(A)^-1; only the named triangle of A is read.
void trsm(bool left, bool upper, bool transposed, bool unit, std::size_t m, std::size_t n, double alpha,
          const double* a, std::size_t lda, double* b, std::size_t ldb);

/// Cholesky factor in the named triangle; 0, or the order of the first minor that is not positive.
int potrf(bool upper, std::size_t n, double* a, std::size_t lda);

}  // namespace standin
