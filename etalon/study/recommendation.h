/// The conclusion of a study: one eta a group for each set, one overall, with evidence and doubt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/study/verdict.h"

namespace etalon {

enum class EdgeSide { low, high };

/// The choice lies at the edge of the searched range of one axis, so better may lie beyond.
struct EdgeWarning {
  std::uint32_t axis = 0;
  EdgeSide side = EdgeSide::high;
  std::vector<double>
      suggested_values;  ///< the axis's list with one more decade or choice on that side; of etas
                         ///< of a random search {from, to}
};

/// What a person should know of a choice, and the values that they may want to try for it.
struct Warning {
  std::string text;
  std::vector<AxisValues> lists;  ///< for each axis, in its order; or none at all

  Warning(std::string words, std::vector<AxisValues> values = {})
      : text(std::move(words)), lists(std::move(values)) {}
  Warning(const char* words) : text(words) {}
  explicit operator std::string() const;  ///< all of it, in one sentence
  bool operator==(const Warning&) const = default;
};

inline Warning::operator std::string() const {
  std::string all = text;
  for (const AxisValues& list : lists) all += " " + to_text(list);
  return all;
}

/// What a setting loses against the chosen one in expected accuracy (a share; below 0: it gains), with a 95 %
/// interval.
struct Cost {
  Setting setting;
  double expected = 0, low = 0, high = 0;
};

/// What more trials for the settings that may be best would gain on average, as they may change the choice.
struct MoreTime {
  std::uint32_t trials = 0;
  double seconds = 0;  ///< of training on the machine that the study ran on
  double gain = 0;     ///< in expected accuracy, at least 0
};

/// How sure a choice on one set is: from the posterior of expected accuracies (doc/choice.md). Accuracies and
/// losses are shares. The expected accuracy of a setting is that of one more run, failures counted as chance.
struct Certificate {
  double p_best = 0;             ///< probability that no setting has a higher expected accuracy
  double expected_accuracy = 0;  ///< of the chosen setting
  double expected_loss = 0;      ///< mean of how far it lies below the best
  double p_within_point = 0;     ///< probability that it lies at most 0.01 below the best
  double p_failure = 0;          ///< probability that a run fails
  double low_run = 0;            ///< one run in ten ends with a lower accuracy
  std::optional<Cost> one_eta;   ///< the best setting with one eta for all groups; empty if none was tried
  std::optional<Cost> current;   ///< ChoiceRules::current; empty without, or if it was not tried
  std::vector<MoreTime> more_time;
  std::vector<double> p_best_of;  ///< [Recommendation::equivalent] probability that it is the best
};

/// One point of the speed-against-stability picture.
struct TradeOff {
  Setting setting;
  double epochs_to_target = 0;  ///< median over seeds; the budget where censored
  double instability = 0;       ///< mean of Verdict::instability
  double score = 0;             ///< speed_weight x epochs_to_target + (1 - speed_weight) x instability
  bool eligible = false;
  bool on_front = false;  ///< on the Pareto front of the learning cells
};

/// The chosen setting on one data set. `setting` and `validation_accuracy` are empty where every trial
/// failed.
struct Recommendation {
  std::uint32_t set = 0;  ///< index into StudyDefinition::sets
  std::optional<Setting> setting;
  Spread validation_accuracy;     ///< of the chosen setting, over fresh seeds where it was confirmed
  bool confirmed = false;         ///< validation_accuracy comes from confirmation seeds alone
  Spread tuning_accuracy;         ///< of the chosen setting, over the seeds that it was chosen by
  std::optional<Setting> rival;   ///< who else is likeliest to be the best
  Spread rival_accuracy;          ///< over the rival's confirmation seeds; empty without
  std::string reason;             ///< a few sentences for a person: accuracy, doubt and `why`
  std::string why;                ///< why this setting and no other; part of `reason`
  std::vector<Warning> warnings;  ///< edge of the grid, nothing above chance, budget too short, one seed, ...
  std::vector<EdgeWarning> edges;
  std::vector<Setting> eligible;  ///< what speed and stability decide between, the chosen one included
  std::optional<Certificate> certificate;  ///< empty where nothing is above chance
  std::vector<Setting>
      equivalent;  ///< 95 % set: holds the best setting with that probability; the chosen one too
  std::vector<TradeOff> trade_offs;  ///< every cell with a measured speed
  std::vector<std::string> what_would_change_it;
};

/// Smallest expected worst regret over the sets, or what most sets chose of those as good; only settings that
/// learned on every set.
struct OverallRecommendation {
  std::optional<Setting> setting;
  std::vector<double> regret;      ///< [set] expected: the best there minus this setting's
  double worst_regret = 0;         ///< expected: the largest over the sets
  double worst_regret_high = 0;    ///< 95 % of the posterior lies below
  std::vector<Setting> undecided;  ///< settings that may have a smaller worst regret; empty: decided
  std::string reason;
  std::vector<Warning> warnings;
};

/// Everything the judge says of a study; a function of its trials, definition and plan alone.
struct Judgement {
  std::vector<JudgedTrial> trials;                     ///< in TrialKey order
  std::vector<std::vector<CellSummary>> cells;         ///< [set][setting, in Setting order]
  std::vector<std::optional<double>> loss_target;      ///< [set] the training loss that was the target; empty
                                                       ///< where each label smoothing has one of its own
  std::vector<std::optional<double>> accuracy_target;  ///< [set]
  std::vector<Recommendation> recommendations;         ///< [set]
  std::optional<OverallRecommendation> overall;        ///< empty with no finished trial
};

}  // namespace etalon
