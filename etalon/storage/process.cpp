#include "etalon/storage/process.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <signal.h>
#include <unistd.h>

namespace etalon {
namespace {

struct ProcessState {
  char letter = '?';  ///< Z: killed, not yet waited for
  std::int64_t start_ticks = 0;
};

/// /proc/PID/stat: "PID (NAME) STATE ..." with the start time as field 22. NAME may hold anything, so the
/// fields are counted from the last parenthesis.
std::optional<ProcessState> state_of(std::int64_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(in, text, '\0') || text.rfind(')') == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  ProcessState state;
  fields >> state.letter;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  if (!(fields >> state.start_ticks)) return std::nullopt;
  return state;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

ProcessIdentity this_process() {
  ProcessIdentity process;
  process.host = host_name();
  process.pid = ::getpid();
  if (const auto state = state_of(process.pid)) process.start_ticks = state->start_ticks;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> process.boot;
  std::error_code ignored;
  process.pid_namespace = std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
  return process;
}

Liveness liveness_of(const ProcessIdentity& process) {
  const ProcessIdentity here = this_process();
  if (here.boot.empty() || process.boot != here.boot || process.pid_namespace != here.pid_namespace)
    return Liveness::unknown;
  if (::kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return Liveness::dead;
  const auto state = state_of(process.pid);
  if (!state) return Liveness::alive;  // there, but hidden from this user
  const bool ended = state->letter == 'Z' || state->letter == 'X';
  return !ended && state->start_ticks == process.start_ticks ? Liveness::alive : Liveness::dead;
}

}  // namespace etalon
