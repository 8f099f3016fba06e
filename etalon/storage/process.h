/// Which process holds something, told apart from any other process before and after it.
#pragma once

#include <cstdint>
#include <string>

namespace etalon {

/// A pid alone is used again after a while; with its start time, the boot and the pid namespace it is unique.
/// Start time, boot and namespace are empty where /proc is missing.
struct ProcessIdentity {
  std::string host;  ///< shown to people; two machines may share a name
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;  ///< clock ticks since boot
  std::string boot;              ///< the kernel's random id of this boot
  std::string pid_namespace;     ///< pids mean something only within one: "pid:[4026531836]"
  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();  ///< read anew each time, as a fork changes it

enum class Liveness { alive, dead, unknown };

/// `unknown` for a process of another machine, boot or container. A killed process that its parent has not
/// waited for is dead.
Liveness liveness_of(const ProcessIdentity& process);

}  // namespace etalon
