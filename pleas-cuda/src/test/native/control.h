// The control block: what a test sets and reads. Its layout is fixed and known to StandIn.java as well.
#pragma once

#include <cstdint>

namespace standin {

constexpr int kDevices = 8;
constexpr int kFunctions = 256;
constexpr int kViolationBytes = 16384;
constexpr std::int64_t kMagic = 0x504C414353544E31;

/// What is counted while it lives. StandIn.java lists the same kinds in the same order.
enum Kind {
  DEVICE_MEMORY,
  PINNED_MEMORY,
  STREAM,
  EVENT,
  MODULE,
  CONTEXT,  // retains of primary contexts
  PUSHED,   // contexts on the stacks of all threads
  CUBLAS,
  CUSOLVER,
  CUDNN,
  TENSOR_DESCRIPTOR,
  FILTER_DESCRIPTOR,
  CONVOLUTION_DESCRIPTOR,
  PROGRAM,
  FUNCTION,  // a handle, but nothing that anybody destroys: not counted
  KINDS
};

struct DeviceControl {
  std::int64_t total;   // bytes of memory
  std::int64_t limit;   // bytes that allocations may use together
  std::int64_t used;    // bytes that live allocations use now
  std::int64_t peak;    // the most that they ever used
  std::int64_t major;   // compute capability
  std::int64_t minor;
  std::int64_t sticky;  // status that every later call gets after an error of execution
  std::int64_t launches;
  char name[64];
};

struct FunctionControl {
  char name[56];
  std::int64_t calls;
};

struct Control {
  std::int64_t magic;
  std::int64_t owner;  // the process that put the block into its first state
  std::int64_t calls;
  std::int64_t failCountdown;  // the call that brings it to zero fails; zero: none
  std::int64_t failures;       // calls failed on demand
  std::int64_t driverVersion;
  std::int64_t initStatus;
  std::int64_t deviceCount;
  std::int64_t violationCount;
  std::int64_t violationBytes;
  std::int64_t functionCount;
  std::int64_t reserved[5];
  std::int64_t live[32];
  char failedFunction[64];
  char failFunction[64];
  DeviceControl devices[kDevices];
  FunctionControl functions[kFunctions];
  char violations[kViolationBytes];
};

static_assert(sizeof(DeviceControl) == 128, "known to StandIn.java");
static_assert(sizeof(Control) == 512 + 128 * kDevices + 64 * kFunctions + kViolationBytes, "known to StandIn.java");

/// The block of this process: the mapped file, or memory of its own where no file is named.
Control& control();

}  // namespace standin
