#include "etalon/app/interrupt.h"

#include <csignal>

#include <unistd.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

struct sigaction former_interrupt, former_terminate;

extern "C" void note_interrupt(int) {
  if (interrupt_flag.exchange(true)) ::_exit(static_cast<int>(ExitCode::interrupted));
}

}  // namespace

InterruptWatch::InterruptWatch() {
  interrupt_flag.store(false);
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, &former_interrupt);
  ::sigaction(SIGTERM, &action, &former_terminate);
}

InterruptWatch::~InterruptWatch() {
  ::sigaction(SIGINT, &former_interrupt, nullptr);
  ::sigaction(SIGTERM, &former_terminate, nullptr);
}

const std::atomic<bool>& InterruptWatch::flag() const { return interrupt_flag; }

}  // namespace etalon
