// What the libraries above the driver have in common: a handle in a context, with a stream.
#pragma once

#include "core.h"

namespace standin {

struct Library {
  void* context;
  void* stream;
};


inline Library* libraryOf(const Call& call, Registry<Library>& handles, void* handle) {
  Library* found = handles.find(handle);
  if (found == nullptr) {
    call.violation("handle %p is unknown or destroyed", handle);
    return nullptr;
  }
  if (found->context != currentContext()) {
    call.violation("the handle belongs to another context than the current one, of device %d", call.device());
    return nullptr;
  }
  return found;
}

inline Stream* streamOf(const Call& call, Registry<Library>& handles, void* handle) {
  Library* found = libraryOf(call, handles, handle);
  return found == nullptr ? nullptr : call.stream(found->stream);
}

inline void addLibrary(Registry<Library>& handles, void** handle) {
  handles.add(Library{currentContext(), nullptr}, handle);
  contextUser(currentContext(), 1);
}

inline void removeLibrary(Registry<Library>& handles, void* handle) {
  contextUser(handles.find(handle)->context, -1);
  handles.remove(handle);
}

inline bool setStream(const Call& call, Library* library, void* stream) {
  if (stream != nullptr && call.stream(stream) == nullptr) {
    return false;
  }
  library->stream = stream;
  return true;
}

/// Errors after which nothing can be destroyed: the caller is not in a place to do so.
inline bool unusable(int status) {
  return status == NOT_INITIALIZED || status == INVALID_CONTEXT || status == CONTEXT_IS_DESTROYED;
}

/// Records if two stretches of memory overlap.
inline bool apart(const Call& call, const char* one, const void* a, std::size_t aBytes, const char* other,
                  const void* b, std::size_t bBytes) {
  auto p = reinterpret_cast<std::uintptr_t>(a);
  auto q = reinterpret_cast<std::uintptr_t>(b);
  if (aBytes != 0 && bBytes != 0 && p < q + bBytes && q < p + aBytes) {
    call.violation("%s and %s overlap", one, other);
    return false;
  }
  return true;
}

}  // namespace standin
