// Streams: queues of work that run as late as the rules of CUDA allow, and no more than a wait needs.
#include "internal.h"

namespace standin {
namespace {

// So many pieces of work may wait before the oldest runs by itself: queues must not grow for ever.
constexpr std::size_t kPending = 20000;

std::size_t pending = 0;
std::uint64_t sequence = 0;

void execute(Stream* stream, const Work& work) {
  if (sticky(stream->device) != SUCCESS) {
    return;  // nothing runs on a device that failed
  }
  for (const Span& span : work.spans) {
    if (!spanAlive(span)) {
      recordViolation(work.name, "%s: %zu bytes at %p were freed before the work in the stream was done", span.what,
                      span.bytes, reinterpret_cast<void*>(span.at));
      stick(stream->device, ILLEGAL_ADDRESS);
      return;
    }
  }
  if (work.body) {
    memoryTouched();
    work.body();
  }
}

// One stream to be run until a marker is done, or (without a marker) until so many pieces are gone.
struct Goal {
  Stream* stream;
  std::shared_ptr<Marker> marker;
  std::size_t pieces;
};

// A wait in one stream may need another stream first, and so on: a stack of goals instead of
// recursion, as chains between two streams can be as long as the queues.
void run(Goal first) {
  std::vector<Goal> goals{std::move(first)};
  while (!goals.empty()) {
    Goal& goal = goals.back();
    std::deque<Work>& queue = goal.stream->queue;
    bool done = goal.marker ? goal.marker->done : goal.pieces == 0;
    if (done || queue.empty()) {
      goals.pop_back();
      continue;
    }
    if (queue.front().waits && !queue.front().waits->done) {
      std::shared_ptr<Marker> needed = queue.front().waits;
      goals.push_back({needed->stream, needed, 0});
      continue;
    }
    Work work = std::move(queue.front());
    queue.pop_front();
    --pending;
    if (!goal.marker) {
      --goal.pieces;
    }
    execute(goal.stream, work);
    if (work.marks) {
      work.marks->done = true;
    }
  }
}

void runOldest() {
  Stream* oldest = nullptr;
  for (auto& entry : streams().all()) {
    Stream* stream = entry.second.get();
    if (!stream->queue.empty() &&
        (oldest == nullptr || stream->queue.front().sequence < oldest->queue.front().sequence)) {
      oldest = stream;
    }
  }
  if (oldest != nullptr) {
    run({oldest, nullptr, 1});
  }
}

}  // namespace

Registry<std::unique_ptr<Stream>>& streams() {
  static auto& one = *new Registry<std::unique_ptr<Stream>>(STREAM);
  return one;
}

Registry<Event>& events() {
  static auto& one = *new Registry<Event>(EVENT);
  return one;
}

int streamDevice(const Stream* stream) { return stream->device; }

void* streamHandle(const Stream* stream) { return stream->handle; }

void enqueue(Stream* stream, Work work) {
  work.sequence = ++sequence;
  stream->queue.push_back(std::move(work));
  if (++pending > kPending) {
    runOldest();
  }
}

void runStream(Stream* stream) { run({stream, nullptr, stream->queue.size()}); }

void runDevice(int device) {
  for (auto& entry : streams().all()) {
    if (entry.second->device == device) {
      runStream(entry.second.get());
    }
  }
}

void runUntil(const std::shared_ptr<Marker>& marker) {
  if (marker && !marker->done) {
    run({marker->stream, marker, 0});
  }
}

}  // namespace standin
