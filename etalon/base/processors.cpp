#include "etalon/base/processors.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>

#include "etalon/base/text.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

/// Of the affinity mask; on machines with more processors than cpu_set_t has bits, the kernel refuses it.
std::uint32_t processors_of_mask() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (::sched_getaffinity(0, sizeof mask, &mask) == 0) return static_cast<std::uint32_t>(CPU_COUNT(&mask));
  return std::thread::hardware_concurrency();
}

std::optional<double> number_in(const fs::path& file) {
  double value = 0;
  if (std::ifstream in(file); in >> value) return value;
  return std::nullopt;
}

/// "QUOTA PERIOD" or "max PERIOD" (version 2), or a file for each (version 1, where -1 means no limit).
std::optional<double> quota_of(const fs::path& group) {
  double quota = 0, period = 0;
  if (std::ifstream in(group / "cpu.max"); in >> quota >> period && period > 0) return quota / period;
  const auto first = number_in(group / "cpu.cfs_quota_us");
  const auto second = number_in(group / "cpu.cfs_period_us");
  if (first && second && *first > 0 && *second > 0) return *first / *second;
  return std::nullopt;
}

}  // namespace

std::optional<double> processor_quota(std::string_view groups, const fs::path& root) {
  std::optional<double> least;
  const auto take = [&](const fs::path& group) {
    if (const auto quota = quota_of(group); quota && (!least || *quota < *least)) least = quota;
  };
  for (const std::string& line : split_text(groups, '\n')) {  // "0::/user/one" or "4:cpu,cpuacct:/user/one"
    const std::vector<std::string> parts = split_text(line, ':');
    if (parts.size() < 3) continue;
    const std::vector<std::string> controllers = split_text(parts[1], ',');
    const bool second_version = parts[1].empty();
    if (!second_version && std::find(controllers.begin(), controllers.end(), "cpu") == controllers.end())
      continue;
    const fs::path base = second_version ? root : root / parts[1];
    take(base);  // in a container this is the group itself, whatever its path
    fs::path group = base;
    for (const fs::path& part : fs::path(parts[2]).relative_path()) take(group /= part);
  }
  return least;
}

std::uint32_t processor_count() {
  std::uint32_t count = std::max(1u, processors_of_mask());
  std::ifstream file("/proc/self/cgroup");
  std::stringstream groups;
  groups << file.rdbuf();
  if (const auto quota = processor_quota(groups.str(), "/sys/fs/cgroup"))
    count = std::min(count, static_cast<std::uint32_t>(std::clamp(std::ceil(*quota), 1.0, 1e6)));
  return count;
}

}  // namespace etalon
