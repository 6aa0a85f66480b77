#include "fault.h"

#include <csetjmp>
#include <csignal>

namespace standin {
namespace {

thread_local sigjmp_buf* rescue = nullptr;
constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE};
struct sigaction former[3];

// A virtual machine uses the same signals for its own purposes, on other threads at the same time: what
// is not a kernel's goes to whoever was there before.
void onFault(int signal, siginfo_t* information, void* context) {
  if (rescue != nullptr) {
    siglongjmp(*rescue, 1);
  }
  for (int i = 0; i < 3; ++i) {
    if (kSignals[i] != signal) {
      continue;
    }
    if ((former[i].sa_flags & SA_SIGINFO) != 0) {
      former[i].sa_sigaction(signal, information, context);
    } else if (former[i].sa_handler == SIG_DFL) {
      sigaction(signal, &former[i], nullptr);
    } else if (former[i].sa_handler != SIG_IGN) {
      former[i].sa_handler(signal);
    }
  }
}

void install() {
  struct sigaction action {};
  action.sa_sigaction = onFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < 3; ++i) {
    // Known before it is replaced: from then on another thread may come here at once.
    sigaction(kSignals[i], nullptr, &former[i]);
    sigaction(kSignals[i], &action, nullptr);
  }
}

void restore() {
  for (int i = 0; i < 3; ++i) {
    sigaction(kSignals[i], &former[i], nullptr);
  }
}

}  // namespace

bool runGuarded(const std::function<void()>& body) {
  // Only one kernel runs at a time, under the lock of the stand-in.
  sigjmp_buf here;
  install();
  bool done = sigsetjmp(here, 1) == 0;
  if (done) {
    rescue = &here;
    body();
  }
  rescue = nullptr;
  restore();
  return done;
}

}  // namespace standin
