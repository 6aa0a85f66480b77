#include "blas.h"

#include <cmath>

namespace standin {

void trsm(bool left, bool upper, bool transposed, bool unit, std::size_t m, std::size_t n, double alpha,
          const double* a, std::size_t lda, double* b, std::size_t ldb) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < m; ++i) {
      b[j * ldb + i] = alpha == 0 ? 0 : alpha * b[j * ldb + i];
    }
  }
  if (alpha == 0) {
    return;
  }
  std::size_t order = left ? m : n;
  // op(A) as a matrix of its own: what is left are two cases that go along columns.
  std::vector<double> t = packed(a, lda, transposed, order, order);
  bool up = upper != transposed;
  for (std::size_t step = 0; step < order; ++step) {
    if (left) {
      // Rows from the one that stands alone: its solution leaves all the others.
      std::size_t k = up ? order - 1 - step : step;
      const double* column = &t[k * order];
      std::size_t from = up ? 0 : k + 1;
      std::size_t to = up ? k : order;
      for (std::size_t j = 0; j < n; ++j) {
        double* x = b + j * ldb;
        if (!unit) {
          x[k] /= column[k];
        }
        for (std::size_t i = from; i < to; ++i) {
          x[i] -= x[k] * column[i];
        }
      }
    } else {
      // Columns of X T = B: T upper gives the first one first.
      std::size_t k = up ? step : order - 1 - step;
      const double* column = &t[k * order];
      double* x = b + k * ldb;
      std::size_t from = up ? 0 : k + 1;
      std::size_t to = up ? k : order;
      for (std::size_t p = from; p < to; ++p) {
        const double* known = b + p * ldb;
        for (std::size_t i = 0; i < m; ++i) {
          x[i] -= known[i] * column[p];
        }
      }
      if (!unit) {
        for (std::size_t i = 0; i < m; ++i) {
          x[i] /= column[k];
        }
      }
    }
  }
}

int potrf(bool upper, std::size_t n, double* a, std::size_t lda) {
  // The lower factor, column by column; an upper one is its transpose.
  std::vector<double> l = packed(a, lda, upper, n, n);
  int info = 0;
  for (std::size_t j = 0; j < n && info == 0; ++j) {
    double* column = &l[j * n];
    for (std::size_t k = 0; k < j; ++k) {
      const double* known = &l[k * n];
      for (std::size_t i = j; i < n; ++i) {
        column[i] -= known[i] * known[j];
      }
    }
    if (!(column[j] > 0)) {
      info = static_cast<int>(j) + 1;
      break;
    }
    double root = std::sqrt(column[j]);
    for (std::size_t i = j; i < n; ++i) {
      column[i] /= root;
    }
  }
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      // Nobody may use a factor that is none.
      double value = info == 0 ? l[j * n + i] : std::nan("");
      (upper ? a[i * lda + j] : a[j * lda + i]) = value;
    }
  }
  return info;
}

}  // namespace standin
