/// The race: every setting once, then seeds go where they change the choice most, set by set.
///
/// On each data set settings x seeds trials are spent by sequential halving (halving.h). After each round the
/// settings still in are ranked by the probability to be the best, then by the accuracy that one more run is
/// expected to reach (judging/expectation.h), failures counted in both. A setting's seeds are always 0 ..
/// n-1, so that all are compared on the same.
///
/// With refinement, half steps around the two leaders (refinement.h) join once, after the round that leaves
/// closest to half of the budget: those that rank highest take the places that the halving
/// freed, as far as one round's share of the budget pays a first seed for each. The total stays the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "etalon/judging/outcomes.h"
#include "etalon/search/strategy.h"

namespace etalon {

/// The race on one set.
class SetRace {
 public:
  /// `settings` in Setting order; `budget` in trials.
  SetRace(std::uint32_t set, const SearchTask& task, const std::vector<Setting>& settings, std::size_t budget,
          bool refine);

  std::vector<Proposal> suggest(std::uint32_t epochs);
  void learn(const Result& result);
  /// After the last result of a round: ranks, halves, refines.
  void end_round();
  std::vector<std::size_t> rounds_to_come() const;

 private:
  struct Runner {
    std::size_t place;    ///< in outcomes_.settings
    std::uint32_t seeds;  ///< that were proposed so far
  };

  /// Whether half of the budget lies nearer now than after one more round.
  static bool is_half_way(std::size_t budget, std::size_t left, const std::vector<std::uint32_t>& seeds);
  std::vector<std::uint32_t> seeds_in() const;
  void enter(const Setting& setting);
  void rank();
  /// Half steps around the leaders that never were in, the most promising first.
  std::vector<Setting> promising_half_steps() const;

  const std::uint32_t set_;
  const std::size_t budget_;
  const std::vector<std::vector<double>> values_;  ///< [axis] between which half steps lie
  SetOutcomes outcomes_;                           ///< of all settings that ever were in
  std::map<Setting, std::size_t> places_;          ///< in outcomes_.settings
  std::vector<Runner> in_;                         ///< the best first
  std::size_t left_;                               ///< of the budget
  bool refine_;                                    ///< it is still to come
  bool running_ = false;                           ///< a round is suggested and not ended
  bool over_ = false;
};

/// The race on every set. The sets run their rounds in step, so that machines are well filled.
class Race final : public Strategy {
 public:
  Race(const std::vector<Setting>& settings, std::uint32_t seeds, bool refine, const SearchTask& task);
  std::vector<Proposal> suggest() override;
  void learn(const std::vector<Result>& results) override;
  std::vector<std::size_t> rounds_to_come() const override;

 private:
  const std::uint32_t epochs_;
  std::vector<SetRace> sets_;
};

}  // namespace etalon
