// Entry points of the driver: version, devices, contexts.
#include <cstdio>

#include "context.h"
#include "internal.h"

using namespace standin;

namespace {

// SUCCESS if the driver is initialised and the device exists.
int deviceExists(const Call& call, int device) {
  if (!initialised) {
    call.violation("called before cuInit");
    return NOT_INITIALIZED;
  }
  if (device < 0 || device >= control().deviceCount || device >= kDevices) {
    call.violation("device %d does not exist", device);
    return INVALID_DEVICE;
  }
  return SUCCESS;
}

struct Named {
  int status;
  const char* name;
  const char* text;
};

const Named kNames[] = {
    {SUCCESS, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {34, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"},
    {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
    {NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {UNKNOWN, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

const Named* named(int status) {
  for (const Named& candidate : kNames) {
    if (candidate.status == status) {
      return &candidate;
    }
  }
  return nullptr;
}

}  // namespace

extern "C" {

int cuGetErrorName(int status, const char** text) {
  const Named* found = named(status);
  *text = found == nullptr ? nullptr : found->name;
  return found == nullptr ? INVALID_VALUE : SUCCESS;
}

int cuGetErrorString(int status, const char** text) {
  const Named* found = named(status);
  *text = found == nullptr ? nullptr : found->text;
  return found == nullptr ? INVALID_VALUE : SUCCESS;
}

int cuInit(unsigned flags) {
  Call call("cuInit");
  if (call.failing()) {
    return UNKNOWN;
  }
  if (flags != 0) {
    call.violation("flags are %u, not 0", flags);
    return INVALID_VALUE;
  }
  if (control().initStatus != SUCCESS) {
    return static_cast<int>(control().initStatus);
  }
  if (control().deviceCount == 0) {
    return NO_DEVICE;
  }
  initialised = true;
  return SUCCESS;
}

int cuDriverGetVersion(int* version) {
  Call call("cuDriverGetVersion");
  if (call.failing() || !call.given(version, "version")) {
    return INVALID_VALUE;
  }
  *version = static_cast<int>(control().driverVersion);
  return SUCCESS;
}

int cuDeviceGetCount(int* count) {
  Call call("cuDeviceGetCount");
  if (call.failing() || !call.given(count, "count")) {
    return INVALID_VALUE;
  }
  if (!initialised) {
    call.violation("called before cuInit");
    return NOT_INITIALIZED;
  }
  *count = static_cast<int>(control().deviceCount);
  return SUCCESS;
}

int cuDeviceGet(int* device, int ordinal) {
  Call call("cuDeviceGet");
  if (call.failing()) {
    return INVALID_DEVICE;
  }
  if (!call.given(device, "device")) {
    return INVALID_VALUE;
  }
  int status = deviceExists(call, ordinal);
  if (status == SUCCESS) {
    *device = ordinal;
  }
  return status;
}

int cuDeviceGetName(char* name, int length, int device) {
  Call call("cuDeviceGetName");
  if (call.failing()) {
    return INVALID_VALUE;
  }
  if (int status = deviceExists(call, device)) {
    return status;
  }
  if (!call.given(name, "name") || length <= 0) {
    return INVALID_VALUE;
  }
  std::snprintf(name, static_cast<std::size_t>(length), "%s", control().devices[device].name);
  return SUCCESS;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  Call call("cuDeviceGetAttribute");
  if (call.failing() || !call.given(value, "value")) {
    return INVALID_VALUE;
  }
  if (int status = deviceExists(call, device)) {
    return status;
  }
  const DeviceControl& found = control().devices[device];
  switch (attribute) {
    case 16:  // multiprocessors
      *value = 16;
      return SUCCESS;
    case 75:
      *value = static_cast<int>(found.major);
      return SUCCESS;
    case 76:
      *value = static_cast<int>(found.minor);
      return SUCCESS;
    case 87:  // how many times faster float is than double
      *value = found.major >= 8 && found.minor == 0 ? 2 : 64;
      return SUCCESS;
    default:
      call.violation("attribute %d is not known to the stand-in", attribute);
      return INVALID_VALUE;
  }
}

int cuDeviceTotalMem_v2(std::size_t* bytes, int device) {
  Call call("cuDeviceTotalMem");
  if (call.failing() || !call.given(bytes, "bytes")) {
    return INVALID_VALUE;
  }
  if (int status = deviceExists(call, device)) {
    return status;
  }
  *bytes = static_cast<std::size_t>(control().devices[device].total);
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  Call call("cuDevicePrimaryCtxRetain");
  if (call.failing()) {
    return OUT_OF_MEMORY;
  }
  if (!call.given(context, "context")) {
    return INVALID_VALUE;
  }
  if (int status = deviceExists(call, device)) {
    return status;
  }
  if (int status = sticky(device)) {
    return status;
  }
  *context = retain(device);
  return SUCCESS;
}

int cuDevicePrimaryCtxRelease_v2(int device) {
  Call call("cuDevicePrimaryCtxRelease");
  if (int status = deviceExists(call, device)) {
    return status;
  }
  int status = sticky(device);
  if (!release(call.name(), device)) {
    call.violation("device %d: released more often than retained", device);
    return INVALID_CONTEXT;
  }
  return call.failing() ? static_cast<int>(LAUNCH_FAILED) : status;
}

int cuCtxPushCurrent_v2(void* context) {
  Call call("cuCtxPushCurrent");
  if (call.failing()) {
    return INVALID_CONTEXT;
  }
  if (!initialised) {
    call.violation("called before cuInit");
    return NOT_INITIALIZED;
  }
  if (contextDevice(context) < 0) {
    call.violation("context %p is unknown or destroyed", context);
    return INVALID_CONTEXT;
  }
  push(context);
  return SUCCESS;
}

int cuCtxPopCurrent_v2(void** context) {
  Call call("cuCtxPopCurrent");
  if (currentContext() == nullptr) {
    call.violation("no context was pushed on this thread");
    return INVALID_CONTEXT;
  }
  void* top = currentContext();
  pop();
  if (context != nullptr) {
    *context = top;
  }
  return call.failing() ? INVALID_CONTEXT : SUCCESS;
}

int cuCtxGetCurrent(void** context) {
  Call call("cuCtxGetCurrent");
  if (call.failing() || !call.given(context, "context")) {
    return INVALID_VALUE;
  }
  if (!initialised) {
    call.violation("called before cuInit");
    return NOT_INITIALIZED;
  }
  *context = currentContext();
  return SUCCESS;
}

}  // extern "C"
