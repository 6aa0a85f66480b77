#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "internal.h"

namespace standin {
namespace {

std::recursive_mutex& mutex() {
  static std::recursive_mutex& one = *new std::recursive_mutex;
  return one;
}

// Counts of functions live in a table of the block; where each one stands is remembered here.
std::int64_t* functionCalls(const char* name) {
  static auto& slots = *new std::map<std::string, int>;
  Control& block = control();
  auto found = slots.find(name);
  if (found == slots.end()) {
    if (block.functionCount >= kFunctions) {
      return nullptr;
    }
    int slot = static_cast<int>(block.functionCount);
    std::snprintf(block.functions[slot].name, sizeof block.functions[slot].name, "%s", name);
    __atomic_store_n(&block.functionCount, slot + 1, __ATOMIC_RELEASE);
    found = slots.emplace(name, slot).first;
  }
  return &block.functions[found->second].calls;
}

bool decideFailure(const char* function) {
  Control& block = control();
  bool failing = std::strncmp(block.failFunction, function, sizeof block.failFunction) == 0;
  if (block.failCountdown > 0 && --block.failCountdown == 0) {
    failing = true;
  }
  if (failing) {
    std::snprintf(block.failedFunction, sizeof block.failedFunction, "%s", function);
    __atomic_add_fetch(&block.failures, 1, __ATOMIC_RELEASE);
  }
  return failing;
}

void record(const char* function, const char* format, va_list arguments) {
  // A thread that ends, or the process, comes here without a call.
  std::lock_guard<std::recursive_mutex> lock(mutex());
  char text[512];
  int used = std::snprintf(text, sizeof text, "%s: ", function);
  std::vsnprintf(text + used, sizeof text - used, format, arguments);
  Control& block = control();
  std::size_t length = std::strlen(text);
  std::size_t at = static_cast<std::size_t>(block.violationBytes);
  // What does not fit is still counted.
  if (at + length + 1 <= kViolationBytes) {
    std::memcpy(block.violations + at, text, length);
    block.violations[at + length] = '\n';
    __atomic_store_n(&block.violationBytes, static_cast<std::int64_t>(at + length + 1), __ATOMIC_RELEASE);
  }
  __atomic_add_fetch(&block.violationCount, 1, __ATOMIC_RELEASE);
}

}  // namespace

void countFunction(const char* name) {
  if (std::int64_t* calls = functionCalls(name)) {
    ++*calls;
  }
}

Call::Call(const char* function) : lock_(mutex()), function_(function), failing_(false) {
  Control& block = control();
  __atomic_add_fetch(&block.calls, 1, __ATOMIC_RELEASE);
  countFunction(function);
  failing_ = decideFailure(function);
}

void Call::violation(const char* format, ...) const {
  va_list arguments;
  va_start(arguments, format);
  record(function_, format, arguments);
  va_end(arguments);
}

void recordViolation(const char* function, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  record(function, format, arguments);
  va_end(arguments);
}

bool Call::given(const void* pointer, const char* what) const {
  if (pointer == nullptr) {
    violation("%s is null", what);
  }
  return pointer != nullptr;
}

int Call::ready() const {
  if (!initialised) {
    violation("called before cuInit");
    return NOT_INITIALIZED;
  }
  void* context = currentContext();
  if (context == nullptr) {
    violation("no context is current");
    return INVALID_CONTEXT;
  }
  int device = contextDevice(context);
  if (device < 0) {
    violation("the current context is destroyed");
    return CONTEXT_IS_DESTROYED;
  }
  return sticky(device);
}

int Call::device() const { return contextDevice(currentContext()); }

Stream* Call::stream(void* handle) const {
  if (handle == nullptr) {
    violation("the default stream orders itself with all others: use a stream of one's own");
    return nullptr;
  }
  std::unique_ptr<Stream>* found = streams().find(handle);
  if (found == nullptr) {
    violation("stream %p is unknown or destroyed", handle);
    return nullptr;
  }
  if ((*found)->context != currentContext()) {
    violation("stream of device %d, but the current context is of device %d", (*found)->device, device());
    return nullptr;
  }
  return found->get();
}

void* newHandle(Kind kind) {
  // No address of this process: whoever looks behind a handle fails at once.
  static std::uintptr_t next = 1;
  return reinterpret_cast<void*>((std::uintptr_t{0x5A} << 40) + (static_cast<std::uintptr_t>(kind) << 36) + 16 * next++);
}

void countLive(Kind kind, int by) {
  if (kind != FUNCTION) {
    __atomic_add_fetch(&control().live[kind], by, __ATOMIC_RELEASE);
  }
}

int sticky(int device) { return static_cast<int>(control().devices[device].sticky); }

void stick(int device, int status) {
  if (sticky(device) == SUCCESS) {
    control().devices[device].sticky = status;
  }
}

}  // namespace standin
