#include "etalon/search/planned.h"

#include <algorithm>

namespace etalon {

PlannedStrategy::PlannedStrategy(const std::vector<Setting>& settings, std::uint32_t seeds,
                                 std::uint32_t epochs) {
  proposals_.reserve(settings.size() * seeds);
  for (std::uint32_t seed = 0; seed < seeds; ++seed)
    for (const Setting& setting : settings) proposals_.push_back({setting, seed, epochs});
}

std::vector<Proposal> PlannedStrategy::suggest() {
  const std::size_t end = std::min(proposals_.size(), next_ + round_size);
  const auto from = proposals_.begin() + static_cast<std::ptrdiff_t>(next_);
  std::vector<Proposal> round(from, proposals_.begin() + static_cast<std::ptrdiff_t>(end));
  next_ = end;
  return round;
}

void PlannedStrategy::learn(const std::vector<Result>&) {}

std::vector<Setting> grid_settings(const SearchSpace& space) {
  std::vector<Setting> settings = all_settings(space);
  std::sort(settings.begin(), settings.end());
  settings.erase(std::unique(settings.begin(), settings.end()), settings.end());
  return settings;
}

}  // namespace etalon
