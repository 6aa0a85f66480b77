// Primary contexts, the stack of each thread, and what lives in a context.
#include "context.h"

#include "internal.h"

namespace standin {

bool initialised = false;

namespace {

struct Primary {
  void* handle = nullptr;
  int retains = 0;
  int users = 0;
};

Primary primaries[kDevices];

struct Stack {
  std::vector<void*> contexts;

  // A thread that ends with contexts pushed has an unbalanced path.
  ~Stack() {
    if (!contexts.empty()) {
      countLive(PUSHED, -static_cast<int>(contexts.size()));
      recordViolation("thread end", "%zu contexts are still pushed", contexts.size());
    }
  }
};

thread_local Stack stack;

Primary* primaryOf(void* context) {
  for (Primary& primary : primaries) {
    if (context != nullptr && primary.handle == context) {
      return &primary;
    }
  }
  return nullptr;
}

void* contextOf(const std::unique_ptr<Stream>& stream) { return stream->context; }
void* contextOf(const Event& event) { return event.context; }

template <class Objects>
std::vector<void*> handlesIn(Objects& objects, void* context) {
  std::vector<void*> handles;
  for (auto& [handle, object] : objects.all()) {
    if (contextOf(object) == context) {
      handles.push_back(handle);
    }
  }
  return handles;
}

// Destroys what still lives in the context, as the driver does, and says so.
void destroy(const char* function, Primary& primary) {
  void* context = primary.handle;
  runDevice(contextDevice(context));
  checkMemory(function, true);
  std::vector<void*> liveStreams = handlesIn(streams(), context);
  std::vector<void*> liveEvents = handlesIn(events(), context);
  std::size_t memory = liveIn(context);
  int modules = unloadModulesIn(context);
  if (!liveStreams.empty() || !liveEvents.empty() || memory != 0 || modules != 0 || primary.users != 0) {
    recordViolation(function,
                    "the context goes with %zu allocations, %zu streams, %zu events, %d modules and %d library handles "
                    "alive",
                    memory, liveStreams.size(), liveEvents.size(), modules, primary.users);
  }
  for (void* handle : liveStreams) {
    streams().remove(handle);
  }
  for (void* handle : liveEvents) {
    events().remove(handle);
  }
  releaseAllIn(context);
  primary = Primary();
}

}  // namespace

void* retain(int device) {
  Primary& primary = primaries[device];
  if (primary.handle == nullptr) {
    primary.handle = newHandle(CONTEXT);
  }
  ++primary.retains;
  countLive(CONTEXT, 1);
  return primary.handle;
}

bool release(const char* function, int device) {
  Primary& primary = primaries[device];
  if (primary.retains == 0) {
    return false;
  }
  countLive(CONTEXT, -1);
  if (--primary.retains == 0) {
    destroy(function, primary);
  }
  return true;
}

int contextDevice(void* context) {
  Primary* primary = primaryOf(context);
  return primary == nullptr ? -1 : static_cast<int>(primary - primaries);
}

void* currentContext() { return stack.contexts.empty() ? nullptr : stack.contexts.back(); }

void push(void* context) {
  stack.contexts.push_back(context);
  countLive(PUSHED, 1);
}

void pop() {
  stack.contexts.pop_back();
  countLive(PUSHED, -1);
}

void contextUser(void* context, int by) {
  if (Primary* primary = primaryOf(context)) {
    primary->users += by;
  }
}

}  // namespace standin
