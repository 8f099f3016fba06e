/// A strategy with budgets, for tests: each set's settings for one epoch, then the better half of them for all.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "etalon/search/registry.h"

namespace etalon {

class TwoRungs final : public Strategy {
 public:
  TwoRungs(const StudyPlan& plan, const SearchTask& task) : epochs_(task.epochs) {
    std::vector<Setting> settings = all_settings(plan.space);
    std::ranges::sort(settings);
    for (std::uint32_t set = 0; set < task.sets.size(); ++set)
      for (std::uint32_t seed = 0; seed < plan.seeds; ++seed)
        for (const Setting& setting : settings) next_.push_back({set, setting, seed, 1});
    trials_ = next_.size();
  }

  std::vector<Proposal> suggest() override {
    trials_ = 0;
    return next_;
  }

  void learn(const std::vector<Result>& results) override {
    next_.clear();
    if (std::exchange(second_, true)) return;
    std::vector<std::vector<Result>> sets;
    for (const Result& result : results) {
      sets.resize(std::max<std::size_t>(sets.size(), result.proposal.set + 1));
      sets[result.proposal.set].push_back(result);
    }
    for (std::vector<Result>& set : sets) {
      std::ranges::stable_sort(set, std::greater(), &Result::accuracy);
      for (std::size_t i = 0; i < set.size() / 2; ++i) {
        next_.push_back(set[i].proposal);
        next_.back().epochs = epochs_;
      }
    }
  }

  std::vector<std::size_t> rounds_to_come() const override {
    return trials_ > 0 ? std::vector<std::size_t>{trials_} : std::vector<std::size_t>{};
  }

 private:
  std::uint32_t epochs_;
  std::vector<Proposal> next_;
  std::size_t trials_ = 0;  ///< that no round has proposed yet
  bool second_ = false;
};

inline std::unique_ptr<Strategy> make_two_rungs(const StudyPlan& plan, const SearchTask& task) {
  return std::make_unique<TwoRungs>(plan, task);
}

}  // namespace etalon
