/// A strategy proposes trials, round by round. It sees settings and results, never a store or a trainer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

/// What a strategy is told of a data set.
struct SearchedSet {
  double chance = 0;  ///< accuracy of a guess
  std::uint32_t validation_samples = 0;
};

/// What a strategy is told beside the plan.
struct SearchTask {
  std::vector<SearchedSet> sets;
  std::uint32_t epochs = 1;  ///< the study's budget
  std::uint64_t study_seed = 0;
  std::vector<Axis> axes{};  ///< that settings are points along; empty: every value is an eta
};

/// One trial; the budget is in epochs. The same trial with more epochs than an earlier round proposed goes on.
struct Proposal {
  std::uint32_t set = 0;
  Setting setting;
  std::uint32_t seed_index = 0;
  std::uint32_t epochs = 0;
  bool operator==(const Proposal&) const = default;
};

/// What became of a proposal.
struct Result {
  Proposal proposal;
  double accuracy = 0;  ///< last validation accuracy; chance where the trial diverged
  bool failed = false;  ///< diverged, stalled, or ended without being above chance
};

/// Numbered batches of proposals, each a function of earlier rounds' results alone (law 5).
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// The next round; empty when the strategy is done. Called again only after learn() got every result of the
  /// last round.
  virtual std::vector<Proposal> suggest() = 0;
  /// All results of the round last suggested, in the order of proposals.
  virtual void learn(const std::vector<Result>& results) = 0;
  /// False where results change nothing: learn() then needs none.
  virtual bool listens() const { return true; }
  /// Trials of each round after the one last suggested, of all sets together, without those that go on. Their sum
  /// is exact where the plan fixes it; how it falls into rounds may depend on results.
  virtual std::vector<std::size_t> rounds_to_come() const { return {}; }
};

}  // namespace etalon
