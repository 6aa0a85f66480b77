#include "fault.h"

#include <csetjmp>
#include <csignal>

namespace standin {
namespace {

thread_local sigjmp_buf* rescue = nullptr;
struct sigaction formerSegment;
struct sigaction formerBus;

// A virtual machine uses the same signals for its own purposes, on other threads at the same time: what
// is not a kernel's goes to whoever was there before.
void onFault(int signal, siginfo_t* information, void* context) {
  if (rescue != nullptr) {
    siglongjmp(*rescue, 1);
  }
  const struct sigaction& former = signal == SIGBUS ? formerBus : formerSegment;
  if ((former.sa_flags & SA_SIGINFO) != 0) {
    former.sa_sigaction(signal, information, context);
  } else if (former.sa_handler == SIG_DFL) {
    sigaction(signal, &former, nullptr);
  } else if (former.sa_handler != SIG_IGN) {
    former.sa_handler(signal);
  }
}

void install(bool mine) {
  if (mine) {
    struct sigaction action {};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &formerSegment);
    sigaction(SIGBUS, &action, &formerBus);
  } else {
    sigaction(SIGSEGV, &formerSegment, nullptr);
    sigaction(SIGBUS, &formerBus, nullptr);
  }
}

}  // namespace

bool runGuarded(const std::function<void()>& body) {
  // Only one kernel runs at a time, under the lock of the stand-in.
  sigjmp_buf here;
  install(true);
  bool done = sigsetjmp(here, 1) == 0;
  if (done) {
    rescue = &here;
    body();
  }
  rescue = nullptr;
  install(false);
  return done;
}

}  // namespace standin
