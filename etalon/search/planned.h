/// Strategies whose every proposal is known before training: grid and random.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "etalon/search/strategy.h"

namespace etalon {

/// Proposes for every set `settings` with seed index 0, then with 1, and so on: a study that is stopped early
/// has compared all settings on the same seeds. Results change nothing, so the whole plan is one round and
/// lanes are filled across seeds.
class PlannedStrategy : public Strategy {
 public:
  PlannedStrategy(std::vector<Setting> settings, std::uint32_t seeds, const SearchTask& task);
  std::vector<Proposal> suggest() override;
  void learn(const std::vector<Result>& results) override;
  bool listens() const override { return false; }
  std::vector<std::size_t> rounds_to_come() const override;

 private:
  const std::vector<Setting> settings_;
  const std::uint32_t seeds_, epochs_, sets_;
  bool suggested_ = false;
};

/// Every setting of the space once, in Setting order, however the space lists them.
std::vector<Setting> grid_settings(const SearchSpace& space);

/// The first `trials` of an endless list that depends on space and study seed alone, so that more trials
/// extend fewer. Each eta is log-uniform between the smallest and the largest value of its group, rounded to
/// 6 significant digits; of other axes one of the values is drawn; no setting twice. From a list of settings they
/// are drawn uniformly without repeats. `axes` as in SearchTask.
/// Throws RequestError if the space has fewer settings. Random search: Bergstra and Bengio 2012.
std::vector<Setting> random_settings(const SearchSpace& space, std::uint32_t trials, std::uint64_t study_seed,
                                     std::span<const Axis> axes = {});

}  // namespace etalon
