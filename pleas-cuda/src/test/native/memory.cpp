// Memory of devices and pinned memory of the host: guard zones, NaN in what is fresh, quarantine.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "internal.h"

namespace standin {
namespace {

constexpr std::size_t kAlignment = 256;
constexpr std::size_t kGuard = 512;
constexpr std::size_t kQuarantineBytes = std::size_t{64} << 20;
constexpr std::size_t kQuarantineBudget = std::size_t{1} << 20;
// A signalling NaN as float, so that reading a guard zone shows as well, and that adding to one changes it
// (a quiet NaN would stay as it is); huge as a double and as an index.
constexpr std::uint32_t kGuardWord = 0x7FB5A5A5;

struct Allocation {
  std::uint64_t id;
  char* data;
  std::size_t bytes;
  int device;
  void* context;
  const char* place() const { return device < 0 ? "pinned memory" : "device memory"; }
};

bool touched = false;

std::map<std::uintptr_t, Allocation>& alive() {
  static auto& one = *new std::map<std::uintptr_t, Allocation>;
  return one;
}

std::deque<Allocation>& quarantine() {
  static auto& one = *new std::deque<Allocation>;
  return one;
}

std::size_t quarantined = 0;

std::size_t padded(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// A guard byte depends on its address only, so that words read at any alignment are the pattern's.
unsigned char guardByte(std::uintptr_t at) {
  return static_cast<unsigned char>(kGuardWord >> (8 * (at & 3)));
}

std::size_t guardAfter(const Allocation& of) { return padded(of.bytes) - of.bytes + kGuard; }

void paintGuard(char* from, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    from[i] = static_cast<char>(guardByte(reinterpret_cast<std::uintptr_t>(from + i)));
  }
}

// Where a guard zone was written, or -1.
std::ptrdiff_t written(const char* from, std::size_t bytes) {
  std::size_t i = 0;
  while (i < bytes && (reinterpret_cast<std::uintptr_t>(from + i) & 3) != 0) {
    if (static_cast<unsigned char>(from[i]) != guardByte(reinterpret_cast<std::uintptr_t>(from + i))) {
      return static_cast<std::ptrdiff_t>(i);
    }
    ++i;
  }
  for (; i + 4 <= bytes; i += 4) {
    std::uint32_t word;
    std::memcpy(&word, from + i, 4);
    if (word != kGuardWord) {
      return static_cast<std::ptrdiff_t>(i);
    }
  }
  return -1;
}

void checkGuards(const char* function, const Allocation& of) {
  std::ptrdiff_t before = written(of.data - kGuard, kGuard);
  std::ptrdiff_t after = written(of.data + of.bytes, guardAfter(of));
  if (before >= 0) {
    recordViolation(function, "%s of %zu bytes was written %zu bytes before its beginning", of.place(), of.bytes,
                    kGuard - static_cast<std::size_t>(before));
    paintGuard(of.data - kGuard, kGuard);
  }
  if (after >= 0) {
    recordViolation(function, "%s of %zu bytes was written %zd bytes past its end", of.place(), of.bytes, after);
    paintGuard(of.data + of.bytes, guardAfter(of));
  }
  if ((before >= 0 || after >= 0) && of.device >= 0) {
    stick(of.device, ILLEGAL_ADDRESS);
  }
}

// Whether all bytes are 0xFF: the first is, and each is like the one before it, which memcmp finds fast.
bool untouched(const Allocation& of) {
  return of.bytes == 0 ||
         (of.data[0] == static_cast<char>(0xFF) && std::memcmp(of.data, of.data + 1, of.bytes - 1) == 0);
}

void checkFreed(const char* function, const Allocation& of) {
  if (untouched(of)) {
    return;
  }
  const char* end = of.data + of.bytes;
  const char* at = std::find_if(static_cast<const char*>(of.data), end, [](char c) { return c != static_cast<char>(0xFF); });
  if (at != end) {
    recordViolation(function, "%s of %zu bytes was written at byte %zd after it was freed", of.place(), of.bytes,
                    at - of.data);
    fillWithNaN(of.data, of.bytes);
  }
}

void evict(const char* function) {
  Allocation oldest = quarantine().front();
  quarantine().pop_front();
  quarantined -= oldest.bytes;
  checkFreed(function, oldest);
  std::free(oldest.data - kGuard);
}

const Allocation* holding(std::uintptr_t at) {
  auto next = alive().upper_bound(at);
  if (next == alive().begin()) {
    return nullptr;
  }
  const Allocation& candidate = std::prev(next)->second;
  // One past the end belongs to nobody.
  return at - reinterpret_cast<std::uintptr_t>(candidate.data) < candidate.bytes ? &candidate : nullptr;
}

const Allocation* freedHolding(std::uintptr_t at) {
  for (const Allocation& freed : quarantine()) {
    if (at - reinterpret_cast<std::uintptr_t>(freed.data) < freed.bytes) {
      return &freed;
    }
  }
  return nullptr;
}

// At the end of the process everything is looked at once more. No test reads the block any more.
struct AtExit {
  ~AtExit() {
    std::int64_t before = control().violationCount;
    checkMemory("exit", true);
    if (control().violationCount != before) {
      std::fprintf(stderr, "stand-in: memory was written out of bounds or after it was freed, and no test looked\n");
    }
  }
} atExit;

}  // namespace

void fillWithNaN(void* at, std::size_t bytes) { std::memset(at, 0xFF, bytes); }

void memoryTouched() { touched = true; }

int allocate(int device, void* context, std::size_t bytes, void** at) {
  DeviceControl* owner = device < 0 ? nullptr : &control().devices[device];
  // A device gives memory in whole blocks, so many small tensors use more than they hold.
  std::size_t charged = padded(bytes);
  if (bytes > (std::size_t{1} << 40) ||
      (owner != nullptr && owner->used + static_cast<std::int64_t>(charged) > owner->limit)) {
    return OUT_OF_MEMORY;
  }
  void* block = nullptr;
  if (posix_memalign(&block, kAlignment, charged + 2 * kGuard) != 0) {
    return OUT_OF_MEMORY;
  }
  static std::uint64_t ids = 0;
  Allocation made{++ids, static_cast<char*>(block) + kGuard, bytes, device, context};
  paintGuard(made.data - kGuard, kGuard);
  paintGuard(made.data + bytes, guardAfter(made));
  fillWithNaN(made.data, bytes);
  alive().emplace(reinterpret_cast<std::uintptr_t>(made.data), made);
  if (owner != nullptr) {
    owner->used += static_cast<std::int64_t>(charged);
    owner->peak = std::max(owner->peak, owner->used);
  }
  countLive(device < 0 ? PINNED_MEMORY : DEVICE_MEMORY, 1);
  *at = made.data;
  return SUCCESS;
}

Found lookUp(const void* at, int* device) {
  auto address = reinterpret_cast<std::uintptr_t>(at);
  auto found = alive().find(address);
  if (found != alive().end()) {
    *device = found->second.device;
    return Found::ALIVE;
  }
  return freedHolding(address) != nullptr ? Found::FREED : Found::NOTHING;
}

void release(const void* at) {
  auto found = alive().find(reinterpret_cast<std::uintptr_t>(at));
  Allocation freed = found->second;
  alive().erase(found);
  checkGuards("free", freed);
  fillWithNaN(freed.data, freed.bytes);
  if (freed.device >= 0) {
    control().devices[freed.device].used -= static_cast<std::int64_t>(padded(freed.bytes));
  }
  countLive(freed.device < 0 ? PINNED_MEMORY : DEVICE_MEMORY, -1);
  quarantine().push_back(freed);
  quarantined += freed.bytes;
  while (quarantined > kQuarantineBytes) {
    evict("free");
  }
}

std::size_t liveIn(void* context) {
  return static_cast<std::size_t>(
      std::count_if(alive().begin(), alive().end(), [&](const auto& entry) { return entry.second.context == context; }));
}

void releaseAllIn(void* context) {
  std::vector<void*> all;
  for (auto& [address, allocation] : alive()) {
    if (allocation.context == context) {
      all.push_back(allocation.data);
    }
  }
  for (void* at : all) {
    release(at);
  }
}

void checkMemory(const char* function, bool thorough) {
  if (!touched && !thorough) {
    return;
  }
  touched = false;
  for (auto& [address, allocation] : alive()) {
    checkGuards(function, allocation);
  }
  // The newest first: what was freed a moment ago is what somebody still writes to.
  std::size_t looked = 0;
  for (auto freed = quarantine().rbegin(); freed != quarantine().rend(); ++freed) {
    looked += freed->bytes;
    if (looked > kQuarantineBudget && !thorough) {
      break;
    }
    checkFreed(function, *freed);
  }
}

bool spanAlive(const Span& span) {
  const Allocation* holder = holding(span.at);
  return holder != nullptr && holder->id == span.allocation;
}

bool Call::span(std::vector<Span>& spans, int device, const char* what, const void* at, std::size_t bytes,
                std::size_t alignment) const {
  if (bytes == 0) {
    return true;
  }
  auto address = reinterpret_cast<std::uintptr_t>(at);
  const Allocation* holder = holding(address);
  if (holder == nullptr) {
    violation("%s: %p is %s", what, at,
              freedHolding(address) != nullptr ? "freed memory"
              : device < 0                     ? "not pinned memory"
                                               : "no device memory");
    return false;
  }
  if (holder->device != device) {
    violation("%s: %p is %s of device %d, not of device %d", what, at, holder->place(), holder->device, device);
    return false;
  }
  std::size_t left = holder->bytes - (address - reinterpret_cast<std::uintptr_t>(holder->data));
  if (bytes > left) {
    violation("%s: %zu bytes are touched, %zu are left of the allocation of %zu", what, bytes, left, holder->bytes);
    return false;
  }
  if (address % alignment != 0) {
    violation("%s: %p is not aligned to %zu bytes", what, at, alignment);
    return false;
  }
  spans.push_back({what, address, bytes, holder->id});
  return true;
}

}  // namespace standin
