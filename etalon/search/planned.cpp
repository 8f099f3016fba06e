#include "etalon/search/planned.h"

#include <algorithm>
#include <utility>

namespace etalon {

PlannedStrategy::PlannedStrategy(const std::vector<Setting>& settings, std::uint32_t seeds,
                                 std::uint32_t epochs) {
  proposals_.reserve(settings.size() * seeds);
  for (std::uint32_t seed = 0; seed < seeds; ++seed)
    for (const Setting& setting : settings) proposals_.push_back({setting, seed, epochs});
}

std::vector<Proposal> PlannedStrategy::suggest() {
  if (std::exchange(suggested_, true)) return {};
  return proposals_;
}

void PlannedStrategy::learn(const std::vector<Result>&) {}

std::vector<Setting> grid_settings(const SearchSpace& space) {
  std::vector<Setting> settings = all_settings(space);
  std::sort(settings.begin(), settings.end());
  settings.erase(std::unique(settings.begin(), settings.end()), settings.end());
  return settings;
}

}  // namespace etalon
