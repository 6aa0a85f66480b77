// Entry points of the driver: memory and copies.
#include <cstring>

#include "internal.h"

using namespace standin;

namespace {

void* pointer(std::uint64_t address) { return reinterpret_cast<void*>(address); }

// Frees device (-1: pinned) memory. It goes even where the call reports an error, as that error is of
// something earlier; and it goes only when the device is done with all it was given.
int freeMemory(const Call& call, int kind, const void* at) {
  int status = call.ready();
  if (status == NOT_INITIALIZED || status == INVALID_CONTEXT || status == CONTEXT_IS_DESTROYED) {
    return status;
  }
  int device = -1;
  Found found = lookUp(at, &device);
  if (found != Found::ALIVE) {
    call.violation("%p %s", at, found == Found::FREED ? "was freed before" : "is not the beginning of an allocation");
    return INVALID_VALUE;
  }
  if (kind < 0 ? device >= 0 : device < 0) {
    call.violation("%p is %s memory", at, device < 0 ? "pinned" : "device");
    return INVALID_VALUE;
  }
  if (kind >= 0 && device != call.device()) {
    call.violation("%p is memory of device %d, but the current context is of device %d", at, device, call.device());
    return INVALID_VALUE;
  }
  runDevice(call.device());
  checkMemory(call.name(), false);
  release(at);
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  return sticky(call.device());
}

struct Copy {
  const Call& call;
  Stream* stream;
  Work work;

  Copy(const Call& of, void* handle) : call(of), stream(of.stream(handle)) { work.name = of.name(); }

  bool device(const char* what, std::uint64_t at, std::size_t bytes, std::size_t alignment = 1) {
    return call.span(work.spans, call.device(), what, pointer(at), bytes, alignment);
  }

  bool host(const char* what, const void* at, std::size_t bytes) {
    return call.span(work.spans, -1, what, at, bytes, 1);
  }

  int start(std::function<void()> body) {
    work.body = std::move(body);
    enqueue(stream, std::move(work));
    return SUCCESS;
  }
};

}  // namespace

extern "C" {

int cuMemGetInfo_v2(std::size_t* available, std::size_t* total) {
  Call call("cuMemGetInfo");
  if (call.failing()) {
    return INVALID_VALUE;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(available, "free") || !call.given(total, "total")) {
    return INVALID_VALUE;
  }
  const DeviceControl& device = control().devices[call.device()];
  *available = device.limit > device.used ? static_cast<std::size_t>(device.limit - device.used) : 0;
  *total = static_cast<std::size_t>(device.total);
  return SUCCESS;
}

int cuMemAlloc_v2(std::uint64_t* at, std::size_t bytes) {
  Call call("cuMemAlloc");
  if (call.failing()) {
    return OUT_OF_MEMORY;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(at, "pointer")) {
    return INVALID_VALUE;
  }
  if (bytes == 0) {
    call.violation("zero bytes asked for");
    return INVALID_VALUE;
  }
  void* made = nullptr;
  int status = allocate(call.device(), currentContext(), bytes, &made);
  if (status == SUCCESS) {
    *at = reinterpret_cast<std::uint64_t>(made);
  }
  return status;
}

int cuMemFree_v2(std::uint64_t at) {
  Call call("cuMemFree");
  return freeMemory(call, 0, pointer(at));
}

int cuMemAllocHost_v2(void** at, std::size_t bytes) {
  Call call("cuMemAllocHost");
  if (call.failing()) {
    return OUT_OF_MEMORY;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(at, "pointer")) {
    return INVALID_VALUE;
  }
  if (bytes == 0) {
    call.violation("zero bytes asked for");
    return INVALID_VALUE;
  }
  runDevice(call.device());
  checkMemory(call.name(), false);
  return allocate(-1, currentContext(), bytes, at);
}

int cuMemFreeHost(void* at) {
  Call call("cuMemFreeHost");
  return freeMemory(call, -1, at);
}

int cuMemcpyHtoDAsync_v2(std::uint64_t to, const void* from, std::size_t bytes, void* handle) {
  Call call("cuMemcpyHtoDAsync");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Copy copy(call, handle);
  if (copy.stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (!copy.device("destination", to, bytes) || !copy.host("source", from, bytes)) {
    return INVALID_VALUE;
  }
  return copy.start([=] { std::memcpy(pointer(to), from, bytes); });
}

int cuMemcpyDtoHAsync_v2(void* to, std::uint64_t from, std::size_t bytes, void* handle) {
  Call call("cuMemcpyDtoHAsync");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Copy copy(call, handle);
  if (copy.stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (!copy.host("destination", to, bytes) || !copy.device("source", from, bytes)) {
    return INVALID_VALUE;
  }
  return copy.start([=] { std::memcpy(to, pointer(from), bytes); });
}

int cuMemcpyDtoDAsync_v2(std::uint64_t to, std::uint64_t from, std::size_t bytes, void* handle) {
  Call call("cuMemcpyDtoDAsync");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Copy copy(call, handle);
  if (copy.stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (!copy.device("destination", to, bytes) || !copy.device("source", from, bytes)) {
    return INVALID_VALUE;
  }
  if (bytes != 0 && to < from + bytes && from < to + bytes) {
    call.violation("source and destination overlap");
    return INVALID_VALUE;
  }
  return copy.start([=] { std::memcpy(pointer(to), pointer(from), bytes); });
}

int cuMemsetD8Async(std::uint64_t at, unsigned char value, std::size_t count, void* handle) {
  Call call("cuMemsetD8Async");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Copy copy(call, handle);
  if (copy.stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (!copy.device("destination", at, count)) {
    return INVALID_VALUE;
  }
  return copy.start([=] { std::memset(pointer(at), value, count); });
}

int cuMemsetD32Async(std::uint64_t at, unsigned value, std::size_t count, void* handle) {
  Call call("cuMemsetD32Async");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Copy copy(call, handle);
  if (copy.stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (count > SIZE_MAX / 4 || !copy.device("destination", at, 4 * count, 4)) {
    return INVALID_VALUE;
  }
  return copy.start([=] {
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(static_cast<char*>(pointer(at)) + 4 * i, &value, 4);
    }
  });
}

}  // extern "C"
