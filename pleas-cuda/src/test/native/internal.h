// What the files of libcuda.so.1 share among themselves.
#pragma once

#include <deque>

#include "core.h"

namespace standin {

struct Stream {
  void* handle;
  void* context;
  int device;
  std::deque<Work> queue;
};

struct Event {
  void* context;
  int device;
  std::shared_ptr<Marker> latest;
};

/// Whether cuInit has succeeded once.
extern bool initialised;

Registry<std::unique_ptr<Stream>>& streams();
Registry<Event>& events();

/// The device of a live primary context, or -1.
int contextDevice(void* context);

/// What memory knows. A device of -1 stands for pinned host memory.
int allocate(int device, void* context, std::size_t bytes, void** at);
/// What lies exactly at an address: 0 nothing, 1 freed before, 2 alive.
enum class Found { NOTHING, FREED, ALIVE };
Found lookUp(const void* at, int* device);
void release(const void* at);
std::size_t liveIn(void* context);
void releaseAllIn(void* context);
/// Looks at guard zones and, up to a budget, at freed memory; everything where thorough.
void checkMemory(const char* function, bool thorough);
/// Something ran: the next check has something to find.
void memoryTouched();
bool spanAlive(const Span& span);

int unloadModulesIn(void* context);

}  // namespace standin
