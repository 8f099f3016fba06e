/// The conclusion of a study: one eta a group for each set, one overall, with evidence and doubt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/verdict.h"

namespace etalon {

enum class EdgeSide { low, high };

/// The choice lies at the edge of the searched range of one group, so better may lie beyond.
struct EdgeWarning {
  std::uint32_t group = 0;
  EdgeSide side = EdgeSide::high;
  std::vector<double> suggested_values;  ///< the group's list with one more decade on that side; of a random
                                         ///< search {from, to}; in (0, 10]
};

/// One point of the speed-against-stability picture.
struct TradeOff {
  Setting setting;
  double epochs_to_target = 0;  ///< median over seeds; the budget where censored
  double instability = 0;       ///< mean set-back plus spike share
  double score =
      0;  ///< speed_weight * rescaled speed + (1 - speed_weight) * rescaled instability; eligible cells only
  bool eligible = false;
  bool on_front = false;  ///< on the Pareto front of the learning cells
};

/// The chosen setting on one data set. `setting` and `validation_accuracy` are empty where every trial
/// diverged.
struct Recommendation {
  std::uint32_t set = 0;  ///< index into StudyDefinition::sets
  std::optional<Setting> setting;
  Spread validation_accuracy;  ///< of the chosen cell
  std::string reason;          ///< one or two sentences for a person
  std::vector<std::string>
      warnings;  ///< edge of the grid, nothing above chance, budget too short, one seed, ...
  std::vector<EdgeWarning> edges;
  std::vector<Setting> eligible;  ///< after point 3 of the choice, the chosen one included
  std::optional<double> p_best;   ///< P(chosen is best) in the hierarchical model; empty with one seed
  std::vector<Setting>
      equivalent;  ///< simultaneous 95 % set of cells that may be the best; with one seed empty
  std::vector<TradeOff> trade_offs;  ///< every cell with a measured speed
  std::vector<std::string> what_would_change_it;
  std::optional<std::uint32_t> more_seeds_to_settle;  ///< estimate a cell; empty where it cannot be estimated
};

/// Smallest worst regret over the sets; only settings that ran on every set.
struct OverallRecommendation {
  std::optional<Setting> setting;
  std::vector<double> regret;  ///< [set] best mean accuracy there minus this setting's
  double worst_regret = 0;
  std::string reason;
  std::vector<std::string> warnings;
};

/// Everything the judge says of a study; a function of its trials, definition and plan alone.
struct Judgement {
  std::vector<JudgedTrial> trials;                     ///< in TrialKey order
  std::vector<std::vector<CellSummary>> cells;         ///< [set][setting, in Setting order]
  std::vector<std::optional<double>> loss_target;      ///< [set] the training loss that was the target
  std::vector<std::optional<double>> accuracy_target;  ///< [set]
  std::vector<Recommendation> recommendations;         ///< [set]
  std::optional<OverallRecommendation> overall;        ///< empty with no finished trial
};

}  // namespace etalon
