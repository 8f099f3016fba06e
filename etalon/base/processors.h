/// How many processors this process may use: the number of training threads where nobody names one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace etalon {

/// At least 1: those of the affinity mask (taskset, a job of Slurm, a container's cpuset), but no more than
/// the time that control groups grant (docker run --cpus 2), rounded up.
std::uint32_t processor_count();

/// Processors' worth of time that the control groups of a process grant, the least of its group and those
/// above. `groups` is the text of /proc/self/cgroup, `root` where control groups are mounted
/// (/sys/fs/cgroup). Nothing where no group has a limit.
std::optional<double> processor_quota(std::string_view groups, const std::filesystem::path& root);

}  // namespace etalon
