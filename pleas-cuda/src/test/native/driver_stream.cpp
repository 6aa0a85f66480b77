// Entry points of the driver: streams and events.
#include "internal.h"

using namespace standin;

namespace {

Event* event(const Call& call, void* handle) {
  Event* found = events().find(handle);
  if (found == nullptr) {
    call.violation("event %p is unknown or destroyed", handle);
  }
  return found;
}

// Errors after which nothing can be destroyed: the caller is not in a place to do so.
bool unusable(int status) {
  return status == NOT_INITIALIZED || status == INVALID_CONTEXT || status == CONTEXT_IS_DESTROYED;
}

}  // namespace

extern "C" {

int cuStreamCreate(void** handle, unsigned flags) {
  Call call("cuStreamCreate");
  if (call.failing()) {
    return OUT_OF_MEMORY;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(handle, "stream")) {
    return INVALID_VALUE;
  }
  if (flags > 1) {
    call.violation("flags %u", flags);
    return INVALID_VALUE;
  }
  auto* made = streams().add(std::make_unique<Stream>(), handle);
  (*made)->handle = *handle;
  (*made)->context = currentContext();
  (*made)->device = call.device();
  return SUCCESS;
}

int cuStreamDestroy_v2(void* handle) {
  Call call("cuStreamDestroy");
  int status = call.ready();
  if (unusable(status)) {
    return status;
  }
  Stream* stream = call.stream(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  runStream(stream);
  checkMemory(call.name(), false);
  streams().remove(handle);
  return call.failing() ? static_cast<int>(LAUNCH_FAILED) : sticky(call.device());
}

int cuStreamSynchronize(void* handle) {
  Call call("cuStreamSynchronize");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Stream* stream = call.stream(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  runStream(stream);
  checkMemory(call.name(), false);
  return sticky(call.device());
}

int cuStreamWaitEvent(void* handle, void* eventHandle, unsigned flags) {
  Call call("cuStreamWaitEvent");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Stream* stream = call.stream(handle);
  Event* waited = event(call, eventHandle);
  if (stream == nullptr || waited == nullptr) {
    return INVALID_HANDLE;
  }
  if (flags != 0) {
    call.violation("flags %u", flags);
    return INVALID_VALUE;
  }
  // The recording that is the latest now: what is recorded later is not waited for.
  if (waited->latest && !waited->latest->done) {
    Work work;
    work.name = call.name();
    work.waits = waited->latest;
    enqueue(stream, std::move(work));
  }
  return SUCCESS;
}

int cuEventCreate(void** handle, unsigned flags) {
  Call call("cuEventCreate");
  if (call.failing()) {
    return OUT_OF_MEMORY;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(handle, "event")) {
    return INVALID_VALUE;
  }
  if (flags > 3) {
    call.violation("flags %u", flags);
    return INVALID_VALUE;
  }
  events().add(Event{currentContext(), call.device(), nullptr}, handle);
  return SUCCESS;
}

int cuEventDestroy_v2(void* handle) {
  Call call("cuEventDestroy");
  int status = call.ready();
  if (unusable(status)) {
    return status;
  }
  if (event(call, handle) == nullptr) {
    return INVALID_HANDLE;
  }
  events().remove(handle);
  return call.failing() ? static_cast<int>(LAUNCH_FAILED) : status;
}

int cuEventRecord(void* handle, void* streamHandle) {
  Call call("cuEventRecord");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Stream* stream = call.stream(streamHandle);
  Event* recorded = event(call, handle);
  if (stream == nullptr || recorded == nullptr) {
    return INVALID_HANDLE;
  }
  if (recorded->context != stream->context) {
    call.violation("event of device %d in a stream of device %d", recorded->device, stream->device);
    return INVALID_HANDLE;
  }
  recorded->latest = std::make_shared<Marker>(Marker{stream, false});
  Work work;
  work.name = call.name();
  work.marks = recorded->latest;
  enqueue(stream, std::move(work));
  return SUCCESS;
}

int cuEventSynchronize(void* handle) {
  Call call("cuEventSynchronize");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Event* waited = event(call, handle);
  if (waited == nullptr) {
    return INVALID_HANDLE;
  }
  runUntil(waited->latest);
  checkMemory(call.name(), false);
  return sticky(waited->device);
}

int cuEventQuery(void* handle) {
  Call call("cuEventQuery");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Event* asked = event(call, handle);
  if (asked == nullptr) {
    return INVALID_HANDLE;
  }
  return asked->latest && !asked->latest->done ? NOT_READY : SUCCESS;
}

}  // extern "C"
