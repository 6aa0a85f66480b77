// Entry points of cuBLAS. Scalars are host pointers; matrices are column-major.
#include <cstdlib>

#include "blas.h"
#include "library.h"

using namespace standin;

namespace {

enum BlasStatus {
  BLAS_SUCCESS = 0,
  BLAS_NOT_INITIALIZED = 1,
  BLAS_ALLOC_FAILED = 3,
  BLAS_INVALID_VALUE = 7,
  BLAS_EXECUTION_FAILED = 13,
  BLAS_INTERNAL_ERROR = 14
};

Registry<Library>& handles() {
  static auto& one = *new Registry<Library>(CUBLAS);
  return one;
}

// A matrix argument as it lies in memory: rows and columns as stored.
struct Matrix {
  const char* name;
  const void* at;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t leading;
  std::int64_t stride;
  std::size_t element;

  std::size_t extent(std::int64_t batches) const {
    if (rows <= 0 || columns <= 0 || batches <= 0) {
      return 0;
    }
    return static_cast<std::size_t>((batches - 1) * stride + (columns - 1) * leading + rows) * element;
  }
};

bool leadingAllowed(const Call& call, const Matrix& of) {
  if (of.leading < std::max<std::int64_t>(1, of.rows)) {
    call.violation("leading dimension %lld of %s is less than its %lld rows", static_cast<long long>(of.leading),
                   of.name, static_cast<long long>(of.rows));
    return false;
  }
  return true;
}

// Blocks of one matrix lie between each other in memory and yet apart: with one leading dimension and one
// batch, rows and columns are compared; else whole extents are.
bool matricesApart(const Call& call, const Matrix& written, const Matrix& read, std::int64_t batches) {
  auto w = reinterpret_cast<std::intptr_t>(written.at);
  auto r = reinterpret_cast<std::intptr_t>(read.at);
  if (written.leading == read.leading && batches == 1 && written.extent(1) != 0 && read.extent(1) != 0) {
    std::int64_t distance = (r - w) / static_cast<std::int64_t>(written.element);
    std::int64_t column = distance / written.leading;
    std::int64_t row = distance % written.leading;
    // The remainder's sign leaves two places where the second matrix can begin.
    auto meets = [&](std::int64_t i, std::int64_t j) {
      return i < written.rows && i + read.rows > 0 && j < written.columns && j + read.columns > 0;
    };
    if (!meets(row, column) && !meets(row + written.leading, column - 1) && !meets(row - written.leading, column + 1)) {
      return true;
    }
    call.violation("%s and %s overlap", written.name, read.name);
    return false;
  }
  return apart(call, written.name, written.at, written.extent(batches), read.name, read.at, read.extent(batches));
}

bool operation(const Call& call, int value, const char* what) {
  if (value < 0 || value > 2) {
    call.violation("%s is %d", what, value);
    return false;
  }
  return true;
}

bool oneOf(const Call& call, int value, const char* what) {
  if (value != 0 && value != 1) {
    call.violation("%s is %d", what, value);
    return false;
  }
  return true;
}

int begin(const Call& call) {
  int status = call.ready();
  return status == SUCCESS ? BLAS_SUCCESS : unusable(status) ? BLAS_NOT_INITIALIZED : BLAS_EXECUTION_FAILED;
}

template <class T>
int gemmCall(const Call& call, void* handle, int ta, int tb, int m, int n, int k, const T* alpha, const T* a, int lda,
             long long strideA, const T* b, int ldb, long long strideB, const T* beta, T* c, int ldc,
             long long strideC, int batches) {
  if (call.failing()) {
    return BLAS_EXECUTION_FAILED;
  }
  if (int status = begin(call)) {
    return status;
  }
  Stream* stream = streamOf(call, handles(), handle);
  if (stream == nullptr) {
    return BLAS_NOT_INITIALIZED;
  }
  if (!operation(call, ta, "transa") || !operation(call, tb, "transb")) {
    return BLAS_INVALID_VALUE;
  }
  if (m < 0 || n < 0 || k < 0 || batches < 0 || strideA < 0 || strideB < 0 || strideC < 0) {
    call.violation("a size is negative: m %d, n %d, k %d, strides %lld, %lld, %lld, batches %d", m, n, k, strideA,
                   strideB, strideC, batches);
    return BLAS_INVALID_VALUE;
  }
  if (!call.given(alpha, "alpha") || !call.given(beta, "beta")) {
    return BLAS_INVALID_VALUE;
  }
  Matrix ma{"A", a, ta == 0 ? m : k, ta == 0 ? k : m, lda, strideA, sizeof(T)};
  Matrix mb{"B", b, tb == 0 ? k : n, tb == 0 ? n : k, ldb, strideB, sizeof(T)};
  Matrix mc{"C", c, m, n, ldc, strideC, sizeof(T)};
  if (!leadingAllowed(call, ma) || !leadingAllowed(call, mb) || !leadingAllowed(call, mc)) {
    return BLAS_INVALID_VALUE;
  }
  if (m == 0 || n == 0 || batches == 0) {
    return BLAS_SUCCESS;
  }
  if (batches > 1 && static_cast<std::size_t>(strideC) * sizeof(T) < mc.extent(1)) {
    call.violation("stride %lld of C lets results overlap", strideC);
    return BLAS_INVALID_VALUE;
  }
  Work work;
  work.name = call.name();
  int device = call.device();
  if (!call.span(work.spans, device, "A", a, ma.extent(batches), sizeof(T)) ||
      !call.span(work.spans, device, "B", b, mb.extent(batches), sizeof(T)) ||
      !call.span(work.spans, device, "C", c, mc.extent(batches), sizeof(T)) ||
      !matricesApart(call, mc, ma, batches) || !matricesApart(call, mc, mb, batches)) {
    return BLAS_EXECUTION_FAILED;
  }
  // Host scalars are read at the call, as cuBLAS does.
  work.body = [=, alpha = *alpha, beta = *beta] {
    for (int i = 0; i < batches; ++i) {
      gemm<T>(ta != 0, tb != 0, static_cast<std::size_t>(m), static_cast<std::size_t>(n), static_cast<std::size_t>(k),
              alpha, a + i * strideA, static_cast<std::size_t>(lda), b + i * strideB, static_cast<std::size_t>(ldb),
              beta, c + i * strideC, static_cast<std::size_t>(ldc));
    }
  };
  enqueue(stream, std::move(work));
  return BLAS_SUCCESS;
}

}  // namespace

extern "C" {

int cublasCreate_v2(void** handle) {
  Call call("cublasCreate");
  if (call.failing()) {
    return BLAS_ALLOC_FAILED;
  }
  if (int status = call.ready()) {
    return unusable(status) ? BLAS_NOT_INITIALIZED : BLAS_INTERNAL_ERROR;
  }
  if (!call.given(handle, "handle")) {
    return BLAS_INVALID_VALUE;
  }
  addLibrary(handles(), handle);
  return BLAS_SUCCESS;
}

int cublasDestroy_v2(void* handle) {
  Call call("cublasDestroy");
  int status = call.ready();
  if (unusable(status) || libraryOf(call, handles(), handle) == nullptr) {
    return BLAS_NOT_INITIALIZED;
  }
  // cublasDestroy waits for the device.
  runDevice(call.device());
  removeLibrary(handles(), handle);
  return call.failing() || status != SUCCESS ? BLAS_EXECUTION_FAILED : BLAS_SUCCESS;
}

int cublasSetStream_v2(void* handle, void* stream) {
  Call call("cublasSetStream");
  if (call.failing()) {
    return BLAS_INTERNAL_ERROR;
  }
  if (int status = begin(call)) {
    return status;
  }
  Library* library = libraryOf(call, handles(), handle);
  if (library == nullptr) {
    return BLAS_NOT_INITIALIZED;
  }
  return setStream(call, library, stream) ? BLAS_SUCCESS : BLAS_INVALID_VALUE;
}

int cublasGetVersion_v2(void* handle, int* version) {
  Call call("cublasGetVersion");
  if (call.failing()) {
    return BLAS_INVALID_VALUE;
  }
  if (handle != nullptr && handles().find(handle) == nullptr) {
    call.violation("handle %p is unknown or destroyed", handle);
    return BLAS_NOT_INITIALIZED;
  }
  if (!call.given(version, "version")) {
    return BLAS_INVALID_VALUE;
  }
  *version = 120601;
  return BLAS_SUCCESS;
}

int cublasSgemm_v2(void* handle, int ta, int tb, int m, int n, int k, const float* alpha, const float* a, int lda,
                   const float* b, int ldb, const float* beta, float* c, int ldc) {
  Call call("cublasSgemm");
  return gemmCall<float>(call, handle, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

int cublasSgemmStridedBatched(void* handle, int ta, int tb, int m, int n, int k, const float* alpha, const float* a,
                              int lda, long long strideA, const float* b, int ldb, long long strideB,
                              const float* beta, float* c, int ldc, long long strideC, int batches) {
  Call call("cublasSgemmStridedBatched");
  return gemmCall<float>(call, handle, ta, tb, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c, ldc, strideC,
                         batches);
}

int cublasDgemm_v2(void* handle, int ta, int tb, int m, int n, int k, const double* alpha, const double* a, int lda,
                   const double* b, int ldb, const double* beta, double* c, int ldc) {
  Call call("cublasDgemm");
  return gemmCall<double>(call, handle, ta, tb, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

int cublasDtrsm_v2(void* handle, int side, int uplo, int transposed, int diagonal, int m, int n, const double* alpha,
                   const double* a, int lda, double* b, int ldb) {
  Call call("cublasDtrsm");
  if (call.failing()) {
    return BLAS_EXECUTION_FAILED;
  }
  if (int status = begin(call)) {
    return status;
  }
  Stream* stream = streamOf(call, handles(), handle);
  if (stream == nullptr) {
    return BLAS_NOT_INITIALIZED;
  }
  if (!oneOf(call, side, "side") || !oneOf(call, uplo, "uplo") || !operation(call, transposed, "trans") ||
      !oneOf(call, diagonal, "diag")) {
    return BLAS_INVALID_VALUE;
  }
  if (m < 0 || n < 0) {
    call.violation("a size is negative: m %d, n %d", m, n);
    return BLAS_INVALID_VALUE;
  }
  int order = side == 0 ? m : n;
  Matrix ma{"A", a, order, order, lda, 0, sizeof(double)};
  Matrix mb{"B", b, m, n, ldb, 0, sizeof(double)};
  if (!call.given(alpha, "alpha") || !leadingAllowed(call, ma) || !leadingAllowed(call, mb)) {
    return BLAS_INVALID_VALUE;
  }
  if (m == 0 || n == 0) {
    return BLAS_SUCCESS;
  }
  Work work;
  work.name = call.name();
  if (!call.span(work.spans, call.device(), "A", a, ma.extent(1), sizeof(double)) ||
      !call.span(work.spans, call.device(), "B", b, mb.extent(1), sizeof(double)) || !matricesApart(call, mb, ma, 1)) {
    return BLAS_EXECUTION_FAILED;
  }
  work.body = [=, alpha = *alpha] {
    trsm(side == 0, uplo == 1, transposed != 0, diagonal == 1, static_cast<std::size_t>(m),
         static_cast<std::size_t>(n), alpha, a, static_cast<std::size_t>(lda), b, static_cast<std::size_t>(ldb));
  };
  enqueue(stream, std::move(work));
  return BLAS_SUCCESS;
}

int cublasDcopy_v2(void* handle, int n, const double* x, int incx, double* y, int incy) {
  Call call("cublasDcopy");
  if (call.failing()) {
    return BLAS_EXECUTION_FAILED;
  }
  if (int status = begin(call)) {
    return status;
  }
  Stream* stream = streamOf(call, handles(), handle);
  if (stream == nullptr) {
    return BLAS_NOT_INITIALIZED;
  }
  if (n < 0) {
    call.violation("n is %d", n);
    return BLAS_INVALID_VALUE;
  }
  if (n == 0) {
    return BLAS_SUCCESS;
  }
  if (incy == 0) {
    call.violation("incy is zero: every element goes to one place");
    return BLAS_INVALID_VALUE;
  }
  auto extent = [n](int increment) {
    return (static_cast<std::size_t>(n - 1) * static_cast<std::size_t>(std::abs(increment)) + 1) * sizeof(double);
  };
  Work work;
  work.name = call.name();
  // Interleaved vectors are apart although their extents are not: only plain ones are compared.
  if (!call.span(work.spans, call.device(), "x", x, extent(incx), sizeof(double)) ||
      !call.span(work.spans, call.device(), "y", y, extent(incy), sizeof(double)) ||
      (incx == 1 && incy == 1 && !apart(call, "x", x, extent(1), "y", y, extent(1)))) {
    return BLAS_EXECUTION_FAILED;
  }
  work.body = [=] {
    // A negative increment goes backwards from the end, as in BLAS.
    std::ptrdiff_t from = incx < 0 ? std::ptrdiff_t{1 - n} * incx : 0;
    std::ptrdiff_t to = incy < 0 ? std::ptrdiff_t{1 - n} * incy : 0;
    for (int i = 0; i < n; ++i, from += incx, to += incy) {
      y[to] = x[from];
    }
  };
  enqueue(stream, std::move(work));
  return BLAS_SUCCESS;
}

}  // extern "C"
