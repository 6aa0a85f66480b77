// What the stand-in libraries share. libcuda.so.1 holds it and exports it to the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "control.h"
#include "status.h"

namespace standin {

/// A stretch of memory that an operation touches, and the allocation that held it at the call.
struct Span {
  const char* what;
  std::uintptr_t at;
  std::size_t bytes;
  std::uint64_t allocation;
};

struct Stream;

/// One recording of an event.
struct Marker {
  Stream* stream;
  bool done;
};

/// One piece of work in a stream: it waits for another stream, marks an event, or computes.
struct Work {
  const char* name;
  std::vector<Span> spans;
  std::function<void()> body;
  std::shared_ptr<Marker> waits;
  std::shared_ptr<Marker> marks;
  std::uint64_t sequence = 0;
};

/// One call of an entry point: holds the lock, counts, decides whether the call fails on demand.
class Call {
 public:
  explicit Call(const char* function);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Whether the test asked for this call to fail.
  bool failing() const { return failing_; }

  /// Records that the caller broke a rule.
  void violation(const char* format, ...) const __attribute__((format(printf, 2, 3)));

  /// Records that a pointer must not be null; true if it is not.
  bool given(const void* pointer, const char* what) const;

  /// SUCCESS if the driver is initialised, a live context is current and no error sticks.
  int ready() const;

  /// The device of the current context; after ready() only.
  int device() const;

  /// Checks that a range lies in one live allocation of a device (or, for device -1, of pinned
  /// host memory) and is aligned, and adds it to spans. Nothing is touched where bytes is zero.
  bool span(std::vector<Span>& spans, int device, const char* what, const void* at, std::size_t bytes,
            std::size_t alignment) const;

  /// The live stream of the current device, or null after a recorded violation.
  Stream* stream(void* handle) const;

  const char* name() const { return function_; }

 private:
  std::lock_guard<std::recursive_mutex> lock_;
  const char* function_;
  bool failing_;
};

/// A new handle: never used before and never again, so that a stale one is known for what it is.
void* newHandle(Kind kind);
void countLive(Kind kind, int by);

/// Objects by handle, with their count in the control block.
template <class T>
class Registry {
 public:
  explicit Registry(Kind kind) : kind_(kind) {}

  T* add(T value, void** handle) {
    *handle = newHandle(kind_);
    countLive(kind_, 1);
    return &objects_.emplace(*handle, std::move(value)).first->second;
  }

  T* find(void* handle) {
    auto found = objects_.find(handle);
    return found == objects_.end() ? nullptr : &found->second;
  }

  void remove(void* handle) {
    if (objects_.erase(handle) != 0) {
      countLive(kind_, -1);
    }
  }

  std::map<void*, T>& all() { return objects_; }

 private:
  Kind kind_;
  std::map<void*, T> objects_;
};

/// Counts a use of something that has no entry point of its own, as a kernel.
void countFunction(const char* name);

/// Records a violation outside an entry point, as at execution or at the end of the process.
void recordViolation(const char* function, const char* format, ...) __attribute__((format(printf, 2, 3)));

/// Adds work to a stream; nothing runs before somebody waits.
void enqueue(Stream* stream, Work work);
void runStream(Stream* stream);
void runDevice(int device);
void runUntil(const std::shared_ptr<Marker>& marker);
int streamDevice(const Stream* stream);
void* streamHandle(const Stream* stream);

/// Status that sticks to a device after an error of execution.
int sticky(int device);
void stick(int device, int status);

/// The context that is current on this thread, or null.
void* currentContext();

/// Counts handles of a library that need a context alive.
void contextUser(void* context, int by);

/// Fills memory with NaN of every width, so that whoever relies on it is found.
void fillWithNaN(void* at, std::size_t bytes);

}  // namespace standin
