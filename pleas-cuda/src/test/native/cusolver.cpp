// Entry points of cuSOLVER: Cholesky factors.
#include <algorithm>

#include "blas.h"
#include "library.h"

using namespace standin;

namespace {

enum SolverStatus {
  SOLVER_SUCCESS = 0,
  SOLVER_NOT_INITIALIZED = 1,
  SOLVER_ALLOC_FAILED = 2,
  SOLVER_INVALID_VALUE = 3,
  SOLVER_EXECUTION_FAILED = 6,
  SOLVER_INTERNAL_ERROR = 7
};

Registry<Library>& handles() {
  static auto& one = *new Registry<Library>(CUSOLVER);
  return one;
}

int begin(const Call& call) {
  int status = call.ready();
  return status == SUCCESS ? SOLVER_SUCCESS : unusable(status) ? SOLVER_NOT_INITIALIZED : SOLVER_INTERNAL_ERROR;
}

// Doubles of workspace for a matrix of order n.
int workspaceOf(int n) { return 64 + 16 * n; }

bool matrixAllowed(const Call& call, int uplo, int n, int lda) {
  if (uplo != 0 && uplo != 1) {
    call.violation("uplo is %d", uplo);
    return false;
  }
  if (n < 0 || lda < std::max(1, n)) {
    call.violation("n is %d and lda is %d", n, lda);
    return false;
  }
  return true;
}

std::size_t extentOf(int n, int lda) {
  return n == 0 ? 0 : (static_cast<std::size_t>(n - 1) * static_cast<std::size_t>(lda) + static_cast<std::size_t>(n)) * 8;
}

}  // namespace

extern "C" {

int cusolverDnCreate(void** handle) {
  Call call("cusolverDnCreate");
  if (call.failing()) {
    return SOLVER_ALLOC_FAILED;
  }
  if (int status = begin(call)) {
    return status;
  }
  if (!call.given(handle, "handle")) {
    return SOLVER_INVALID_VALUE;
  }
  addLibrary(handles(), handle);
  return SOLVER_SUCCESS;
}

int cusolverDnDestroy(void* handle) {
  Call call("cusolverDnDestroy");
  int status = call.ready();
  if (unusable(status) || libraryOf(call, handles(), handle) == nullptr) {
    return SOLVER_NOT_INITIALIZED;
  }
  removeLibrary(handles(), handle);
  return call.failing() || status != SUCCESS ? SOLVER_INTERNAL_ERROR : SOLVER_SUCCESS;
}

int cusolverDnSetStream(void* handle, void* stream) {
  Call call("cusolverDnSetStream");
  if (call.failing()) {
    return SOLVER_INTERNAL_ERROR;
  }
  if (int status = begin(call)) {
    return status;
  }
  Library* library = libraryOf(call, handles(), handle);
  if (library == nullptr) {
    return SOLVER_NOT_INITIALIZED;
  }
  return setStream(call, library, stream) ? SOLVER_SUCCESS : SOLVER_INVALID_VALUE;
}

int cusolverDnDpotrf_bufferSize(void* handle, int uplo, int n, double* a, int lda, int* size) {
  Call call("cusolverDnDpotrf_bufferSize");
  if (call.failing()) {
    return SOLVER_INTERNAL_ERROR;
  }
  if (int status = begin(call)) {
    return status;
  }
  if (libraryOf(call, handles(), handle) == nullptr) {
    return SOLVER_NOT_INITIALIZED;
  }
  if (!matrixAllowed(call, uplo, n, lda) || !call.given(size, "size")) {
    return SOLVER_INVALID_VALUE;
  }
  // The matrix may be null here: it is not touched. What is given must be one.
  std::vector<Span> spans;
  if (a != nullptr && !call.span(spans, call.device(), "A", a, extentOf(n, lda), sizeof(double))) {
    return SOLVER_INVALID_VALUE;
  }
  *size = workspaceOf(n);
  return SOLVER_SUCCESS;
}

int cusolverDnDpotrf(void* handle, int uplo, int n, double* a, int lda, double* workspace, int size, int* info) {
  Call call("cusolverDnDpotrf");
  if (call.failing()) {
    return SOLVER_INTERNAL_ERROR;
  }
  if (int status = begin(call)) {
    return status;
  }
  Stream* stream = streamOf(call, handles(), handle);
  if (stream == nullptr) {
    return SOLVER_NOT_INITIALIZED;
  }
  if (!matrixAllowed(call, uplo, n, lda) || !call.given(info, "devInfo")) {
    return SOLVER_INVALID_VALUE;
  }
  if (size < workspaceOf(n)) {
    call.violation("workspace of %d doubles, %d are needed", size, workspaceOf(n));
    return SOLVER_INVALID_VALUE;
  }
  std::size_t matrix = extentOf(n, lda);
  std::size_t work8 = static_cast<std::size_t>(size) * sizeof(double);
  Work work;
  work.name = call.name();
  int device = call.device();
  if (!call.span(work.spans, device, "A", a, matrix, sizeof(double)) ||
      !call.span(work.spans, device, "workspace", workspace, work8, sizeof(double)) ||
      !call.span(work.spans, device, "devInfo", info, sizeof(int), sizeof(int)) ||
      !apart(call, "A", a, matrix, "workspace", workspace, work8) ||
      !apart(call, "A", a, matrix, "devInfo", info, sizeof(int)) ||
      !apart(call, "workspace", workspace, work8, "devInfo", info, sizeof(int))) {
    return SOLVER_EXECUTION_FAILED;
  }
  work.body = [=] {
    // A workspace holds nothing that anybody may rely on.
    fillWithNaN(workspace, work8);
    *info = potrf(uplo == 1, static_cast<std::size_t>(n), a, static_cast<std::size_t>(lda));
  };
  enqueue(stream, std::move(work));
  return SOLVER_SUCCESS;
}

}  // extern "C"
