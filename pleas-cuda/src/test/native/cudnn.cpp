// Entry points of cuDNN 9: convolution of float tensors in NCHW. Statuses are those of version 9.
#include "convolution.h"
#include "library.h"

using namespace standin;

namespace {

enum DnnStatus {
  DNN_SUCCESS = 0,
  DNN_NOT_INITIALIZED = 1001,
  DNN_BAD_PARAM = 2000,
  DNN_BAD_PARAM_NULL_POINTER = 2002,
  DNN_NOT_SUPPORTED = 3000,
  DNN_INTERNAL_ERROR = 4000,
  DNN_ALLOC_FAILED = 4003,
  DNN_EXECUTION_FAILED = 5000
};

struct Extents {
  bool set = false;
  int at[4] = {};

  std::size_t bytes() const {
    std::size_t all = sizeof(float);
    for (int one : at) {
      all *= static_cast<std::size_t>(one);
    }
    return all;
  }
};

struct Tensor : Extents {};
struct Filter : Extents {};

struct Geometry {
  bool set = false;
  int pad[2] = {};
  int stride[2] = {};
  int dilation[2] = {};
  int groups = 1;
};

Registry<Library>& handles() {
  static auto& one = *new Registry<Library>(CUDNN);
  return one;
}

Registry<Tensor>& tensors() {
  static auto& one = *new Registry<Tensor>(TENSOR_DESCRIPTOR);
  return one;
}

Registry<Filter>& filters() {
  static auto& one = *new Registry<Filter>(FILTER_DESCRIPTOR);
  return one;
}

Registry<Geometry>& geometries() {
  static auto& one = *new Registry<Geometry>(CONVOLUTION_DESCRIPTOR);
  return one;
}

int begin(const Call& call) {
  int status = call.ready();
  return status == SUCCESS ? DNN_SUCCESS : unusable(status) ? DNN_NOT_INITIALIZED : DNN_EXECUTION_FAILED;
}

template <class T>
int createDescriptor(const Call& call, Registry<T>& descriptors, void** handle) {
  if (call.failing()) {
    return DNN_ALLOC_FAILED;
  }
  if (!call.given(handle, "descriptor")) {
    return DNN_BAD_PARAM_NULL_POINTER;
  }
  descriptors.add(T(), handle);
  return DNN_SUCCESS;
}

template <class T>
T* descriptor(const Call& call, Registry<T>& descriptors, void* handle, const char* what) {
  T* found = descriptors.find(handle);
  if (found == nullptr) {
    call.violation("%s descriptor %p is unknown or destroyed", what, handle);
  }
  return found;
}

template <class T>
int destroyDescriptor(const Call& call, Registry<T>& descriptors, void* handle, const char* what) {
  if (descriptor(call, descriptors, handle, what) == nullptr) {
    return DNN_BAD_PARAM;
  }
  descriptors.remove(handle);
  return call.failing() ? DNN_INTERNAL_ERROR : DNN_SUCCESS;
}

int setExtents(const Call& call, Extents* of, int format, int type, const int (&sizes)[4]) {
  if (of == nullptr) {
    return DNN_BAD_PARAM;
  }
  if (call.failing()) {
    return DNN_BAD_PARAM;
  }
  if (format != 0 || type != 0) {
    call.violation("format %d and type %d: the stand-in knows NCHW and float", format, type);
    return DNN_NOT_SUPPORTED;
  }
  for (int i = 0; i < 4; ++i) {
    if (sizes[i] <= 0) {
      call.violation("extent %d is %d", i, sizes[i]);
      return DNN_BAD_PARAM;
    }
    of->at[i] = sizes[i];
  }
  of->set = true;
  return DNN_SUCCESS;
}

int outExtent(int in, int filter, int pad, int stride, int dilation) {
  int seen = in + 2 * pad - ((filter - 1) * dilation + 1);
  return seen < 0 ? 0 : seen / stride + 1;
}

// The whole shape of a convolution, if all descriptors agree.
int shapeOf(const Call& call, void* xHandle, void* filterHandle, void* geometryHandle, void* yHandle,
            Convolution& shape) {
  Tensor* x = descriptor(call, tensors(), xHandle, "x");
  Filter* w = descriptor(call, filters(), filterHandle, "filter");
  Geometry* of = descriptor(call, geometries(), geometryHandle, "convolution");
  Tensor* y = descriptor(call, tensors(), yHandle, "y");
  if (x == nullptr || w == nullptr || of == nullptr || y == nullptr) {
    return DNN_BAD_PARAM;
  }
  if (!x->set || !w->set || !of->set || !y->set) {
    call.violation("a descriptor was never set");
    return DNN_BAD_PARAM;
  }
  if (x->at[1] % of->groups != 0 || w->at[0] % of->groups != 0 || w->at[1] != x->at[1] / of->groups) {
    call.violation("%d channels, filters [%d, %d] and %d groups do not fit", x->at[1], w->at[0], w->at[1], of->groups);
    return DNN_BAD_PARAM;
  }
  int height = outExtent(x->at[2], w->at[2], of->pad[0], of->stride[0], of->dilation[0]);
  int width = outExtent(x->at[3], w->at[3], of->pad[1], of->stride[1], of->dilation[1]);
  if (y->at[0] != x->at[0] || y->at[1] != w->at[0] || y->at[2] != height || y->at[3] != width) {
    call.violation("the output is [%d, %d, %d, %d], but the convolution gives [%d, %d, %d, %d]", y->at[0], y->at[1],
                   y->at[2], y->at[3], x->at[0], w->at[0], height, width);
    return DNN_BAD_PARAM;
  }
  shape = {x->at[0],   x->at[1],   x->at[2],      x->at[3],      w->at[0],         w->at[2],         w->at[3],  height,
           width,      of->pad[0], of->pad[1],    of->stride[0], of->stride[1],    of->dilation[0],  of->dilation[1],
           of->groups};
  return DNN_SUCCESS;
}

// Algorithm 1 keeps offsets of its input; how many bytes does not matter, as long as there are some.
std::size_t workspaceOf(int algorithm, const Convolution& shape) {
  return algorithm == 1 ? 256 + static_cast<std::size_t>(shape.c) * static_cast<std::size_t>(shape.r * shape.s) * 4 : 0;
}

int algorithmAllowed(int algorithm) { return algorithm == 0 || algorithm == 1 ? DNN_SUCCESS : DNN_NOT_SUPPORTED; }

}  // namespace

extern "C" {

std::size_t cudnnGetVersion() { return 90400; }

const char* cudnnGetErrorString(int status) {
  switch (status) {
    case DNN_SUCCESS: return "CUDNN_STATUS_SUCCESS";
    case DNN_NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
    case DNN_BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
    case DNN_BAD_PARAM_NULL_POINTER: return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
    case DNN_NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
    case DNN_INTERNAL_ERROR: return "CUDNN_STATUS_INTERNAL_ERROR";
    case DNN_ALLOC_FAILED: return "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED";
    case DNN_EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
    default: return "CUDNN_UNKNOWN_STATUS";
  }
}

int cudnnCreate(void** handle) {
  Call call("cudnnCreate");
  if (call.failing()) {
    return DNN_ALLOC_FAILED;
  }
  if (int status = begin(call)) {
    return status;
  }
  if (!call.given(handle, "handle")) {
    return DNN_BAD_PARAM_NULL_POINTER;
  }
  addLibrary(handles(), handle);
  return DNN_SUCCESS;
}

int cudnnDestroy(void* handle) {
  Call call("cudnnDestroy");
  int status = call.ready();
  if (unusable(status) || libraryOf(call, handles(), handle) == nullptr) {
    return DNN_NOT_INITIALIZED;
  }
  // cudnnDestroy waits for the device.
  runDevice(call.device());
  removeLibrary(handles(), handle);
  return call.failing() || status != SUCCESS ? DNN_EXECUTION_FAILED : DNN_SUCCESS;
}

int cudnnSetStream(void* handle, void* stream) {
  Call call("cudnnSetStream");
  if (call.failing()) {
    return DNN_INTERNAL_ERROR;
  }
  if (int status = begin(call)) {
    return status;
  }
  Library* library = libraryOf(call, handles(), handle);
  if (library == nullptr) {
    return DNN_NOT_INITIALIZED;
  }
  return setStream(call, library, stream) ? DNN_SUCCESS : DNN_BAD_PARAM;
}

int cudnnCreateTensorDescriptor(void** handle) {
  Call call("cudnnCreateTensorDescriptor");
  return createDescriptor(call, tensors(), handle);
}

int cudnnSetTensor4dDescriptor(void* handle, int format, int type, int n, int c, int h, int w) {
  Call call("cudnnSetTensor4dDescriptor");
  return setExtents(call, descriptor(call, tensors(), handle, "tensor"), format, type, {n, c, h, w});
}

int cudnnDestroyTensorDescriptor(void* handle) {
  Call call("cudnnDestroyTensorDescriptor");
  return destroyDescriptor(call, tensors(), handle, "tensor");
}

int cudnnCreateFilterDescriptor(void** handle) {
  Call call("cudnnCreateFilterDescriptor");
  return createDescriptor(call, filters(), handle);
}

int cudnnSetFilter4dDescriptor(void* handle, int type, int format, int k, int c, int h, int w) {
  Call call("cudnnSetFilter4dDescriptor");
  return setExtents(call, descriptor(call, filters(), handle, "filter"), format, type, {k, c, h, w});
}

int cudnnDestroyFilterDescriptor(void* handle) {
  Call call("cudnnDestroyFilterDescriptor");
  return destroyDescriptor(call, filters(), handle, "filter");
}

int cudnnCreateConvolutionDescriptor(void** handle) {
  Call call("cudnnCreateConvolutionDescriptor");
  return createDescriptor(call, geometries(), handle);
}

int cudnnDestroyConvolutionDescriptor(void* handle) {
  Call call("cudnnDestroyConvolutionDescriptor");
  return destroyDescriptor(call, geometries(), handle, "convolution");
}

int cudnnSetConvolution2dDescriptor(void* handle, int padHeight, int padWidth, int strideHeight, int strideWidth,
                                    int dilationHeight, int dilationWidth, int mode, int type) {
  Call call("cudnnSetConvolution2dDescriptor");
  Geometry* of = descriptor(call, geometries(), handle, "convolution");
  if (of == nullptr || call.failing()) {
    return DNN_BAD_PARAM;
  }
  if (padHeight < 0 || padWidth < 0 || strideHeight <= 0 || strideWidth <= 0 || dilationHeight <= 0 ||
      dilationWidth <= 0) {
    call.violation("padding %d, %d, stride %d, %d, dilation %d, %d", padHeight, padWidth, strideHeight, strideWidth,
                   dilationHeight, dilationWidth);
    return DNN_BAD_PARAM;
  }
  if (mode != 1 || type != 0) {
    call.violation("mode %d and type %d: the stand-in knows cross-correlation in float", mode, type);
    return DNN_NOT_SUPPORTED;
  }
  of->pad[0] = padHeight;
  of->pad[1] = padWidth;
  of->stride[0] = strideHeight;
  of->stride[1] = strideWidth;
  of->dilation[0] = dilationHeight;
  of->dilation[1] = dilationWidth;
  of->set = true;
  return DNN_SUCCESS;
}

int cudnnSetConvolutionGroupCount(void* handle, int groups) {
  Call call("cudnnSetConvolutionGroupCount");
  Geometry* of = descriptor(call, geometries(), handle, "convolution");
  if (of == nullptr || call.failing()) {
    return DNN_BAD_PARAM;
  }
  if (groups <= 0) {
    call.violation("%d groups", groups);
    return DNN_BAD_PARAM;
  }
  of->groups = groups;
  return DNN_SUCCESS;
}

int cudnnSetConvolutionMathType(void* handle, int type) {
  Call call("cudnnSetConvolutionMathType");
  if (descriptor(call, geometries(), handle, "convolution") == nullptr || call.failing()) {
    return DNN_BAD_PARAM;
  }
  if (type < 0 || type > 3) {
    call.violation("math type %d", type);
    return DNN_BAD_PARAM;
  }
  return DNN_SUCCESS;
}

int cudnnGetConvolutionForwardWorkspaceSize(void* handle, void* x, void* filter, void* geometry, void* y,
                                            int algorithm, std::size_t* bytes) {
  Call call("cudnnGetConvolutionForwardWorkspaceSize");
  if (call.failing()) {
    // Asked by name it says that it does not do these sizes, which is no error.
    return control().failFunction[0] == '\0' ? DNN_INTERNAL_ERROR : DNN_NOT_SUPPORTED;
  }
  if (int status = begin(call)) {
    return status;
  }
  if (libraryOf(call, handles(), handle) == nullptr) {
    return DNN_NOT_INITIALIZED;
  }
  Convolution shape{};
  if (int status = shapeOf(call, x, filter, geometry, y, shape)) {
    return status;
  }
  if (!call.given(bytes, "size")) {
    return DNN_BAD_PARAM_NULL_POINTER;
  }
  if (int status = algorithmAllowed(algorithm)) {
    return status;
  }
  *bytes = workspaceOf(algorithm, shape);
  return DNN_SUCCESS;
}

int cudnnConvolutionForward(void* handle, const float* alpha, void* xDescriptor, const float* x, void* filterDescriptor,
                            const float* filter, void* geometry, int algorithm, void* workspace, std::size_t size,
                            const float* beta, void* yDescriptor, float* y) {
  Call call("cudnnConvolutionForward");
  if (call.failing()) {
    return DNN_EXECUTION_FAILED;
  }
  if (int status = begin(call)) {
    return status;
  }
  Stream* stream = streamOf(call, handles(), handle);
  if (stream == nullptr) {
    return DNN_NOT_INITIALIZED;
  }
  if (!call.given(alpha, "alpha") || !call.given(beta, "beta") || !call.given(x, "x") || !call.given(filter, "filter") ||
      !call.given(y, "y")) {
    return DNN_BAD_PARAM_NULL_POINTER;
  }
  Convolution shape{};
  if (int status = shapeOf(call, xDescriptor, filterDescriptor, geometry, yDescriptor, shape)) {
    return status;
  }
  if (int status = algorithmAllowed(algorithm)) {
    return status;
  }
  std::size_t needed = workspaceOf(algorithm, shape);
  if (size < needed) {
    call.violation("workspace of %zu bytes, %zu are needed", size, needed);
    return DNN_BAD_PARAM;
  }
  std::size_t xBytes = tensors().find(xDescriptor)->bytes();
  std::size_t filterBytes = filters().find(filterDescriptor)->bytes();
  std::size_t yBytes = tensors().find(yDescriptor)->bytes();
  Work work;
  work.name = call.name();
  int device = call.device();
  if (!call.span(work.spans, device, "x", x, xBytes, sizeof(float)) ||
      !call.span(work.spans, device, "filter", filter, filterBytes, sizeof(float)) ||
      !call.span(work.spans, device, "y", y, yBytes, sizeof(float)) ||
      !call.span(work.spans, device, "workspace", workspace, size, 1) ||
      !apart(call, "y", y, yBytes, "x", x, xBytes) || !apart(call, "y", y, yBytes, "filter", filter, filterBytes) ||
      !apart(call, "workspace", workspace, size, "x", x, xBytes) ||
      !apart(call, "workspace", workspace, size, "filter", filter, filterBytes) ||
      !apart(call, "workspace", workspace, size, "y", y, yBytes)) {
    return DNN_EXECUTION_FAILED;
  }
  work.body = [=, alpha = *alpha, beta = *beta] {
    // A workspace holds nothing that anybody may rely on.
    if (needed != 0) {
      fillWithNaN(workspace, needed);
    }
    convolve(shape, alpha, x, filter, beta, y);
  };
  enqueue(stream, std::move(work));
  return DNN_SUCCESS;
}

}  // extern "C"
