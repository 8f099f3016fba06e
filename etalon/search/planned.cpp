#include "etalon/search/planned.h"

#include <algorithm>
#include <utility>

namespace etalon {

PlannedStrategy::PlannedStrategy(std::vector<Setting> settings, std::uint32_t seeds, const SearchTask& task)
    : settings_(std::move(settings)),
      seeds_(seeds),
      epochs_(task.epochs),
      sets_(static_cast<std::uint32_t>(task.sets.size())) {}

std::vector<Proposal> PlannedStrategy::suggest() {
  if (std::exchange(suggested_, true)) return {};
  std::vector<Proposal> proposals;
  proposals.reserve(sets_ * seeds_ * settings_.size());
  for (std::uint32_t set = 0; set < sets_; ++set)
    for (std::uint32_t seed = 0; seed < seeds_; ++seed)
      for (const Setting& setting : settings_) proposals.push_back({set, setting, seed, epochs_});
  return proposals;
}

void PlannedStrategy::learn(const std::vector<Result>&) {}

std::vector<std::size_t> PlannedStrategy::rounds_to_come() const {
  if (suggested_) return {};
  return {std::size_t{sets_} * seeds_ * settings_.size()};
}

std::vector<Setting> grid_settings(const SearchSpace& space) {
  std::vector<Setting> settings = all_settings(space);
  std::sort(settings.begin(), settings.end());
  settings.erase(std::unique(settings.begin(), settings.end()), settings.end());
  return settings;
}

}  // namespace etalon
