#include "etalon/app/interrupt.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <unistd.h>

#include "etalon/app/output.h"
#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/live/terminal.h"

namespace etalon {
namespace {

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

struct sigaction former_interrupt, former_terminate, former_hangup;

std::string last_words;  // made while no signal is watched; a handler may only write it

extern "C" void note_interrupt(int signal) {
  if (!interrupt_flag.exchange(true) || signal == SIGHUP)
    return;  // kernel and shell may both tell of the end
  tell_raw(last_words);
  ::_exit(static_cast<int>(ExitCode::interrupted));
}

}  // namespace

InterruptWatch::InterruptWatch(const std::string& advice) {
  interrupt_flag.store(false);
  const char* const clean_line = terminal_at(STDERR_FILENO).interactive ? "\r\x1b[K" : "";
  last_words = advice.empty() ? "" : clean_line + ("interrupted: left at once; " + advice + "\n");
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, &former_interrupt);
  ::sigaction(SIGTERM, &action, &former_terminate);
  ::sigaction(SIGHUP, &action, &former_hangup);
  if (former_hangup.sa_handler == SIG_IGN) ::sigaction(SIGHUP, &former_hangup, nullptr);  // nohup
}

InterruptWatch::~InterruptWatch() {
  ::sigaction(SIGINT, &former_interrupt, nullptr);
  ::sigaction(SIGTERM, &former_terminate, nullptr);
  ::sigaction(SIGHUP, &former_hangup, nullptr);
}

const std::atomic<bool>& InterruptWatch::flag() const { return interrupt_flag; }

void InterruptWatch::sleep(double seconds) {
  const double end = system_clock().steady_seconds() + seconds;
  double left = seconds;
  do {
    if (interrupt_flag) throw Interrupted();
    std::this_thread::sleep_for(std::chrono::duration<double>(std::clamp(left, 0.0, 0.05)));
    left = end - system_clock().steady_seconds();
  } while (left > 0);
}

}  // namespace etalon
