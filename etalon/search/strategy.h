/// A strategy proposes trials, round by round. It sees settings and results, never a store or a trainer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

/// One trial for every set: the budget is in epochs.
struct Proposal {
  Setting setting;
  std::uint32_t seed_index = 0;
  std::uint32_t epochs = 0;
  bool operator==(const Proposal&) const = default;
};

/// What became of a proposal on one set.
struct Result {
  std::uint32_t set = 0;
  Proposal proposal;
  double validation_accuracy = 0;  ///< chance where the trial diverged
  bool diverged = false;
};

/// A numbered, fixed-size batch of proposals: a function of earlier rounds' results alone (law 5).
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// The next round; empty when the strategy is done. Called again only after learn() got every result of the
  /// last round.
  virtual std::vector<Proposal> suggest() = 0;
  /// All results of the round last suggested, in the order of proposals, sets within.
  virtual void learn(const std::vector<Result>& results) = 0;
};

}  // namespace etalon
