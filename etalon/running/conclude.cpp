#include "etalon/running/conclude.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "etalon/base/clock.h"
#include "etalon/judging/measures.h"
#include "etalon/running/built_in_objective.h"
#include "etalon/running/strategist.h"

namespace etalon {
namespace {

/// Trials of `setting` on `set` whose weights are worth keeping: those that did not diverge. Of a setting
/// that was confirmed only its confirmation seeds: no choice was made with them.
std::vector<TrialKey> trials_of(const StudySnapshot& study, std::uint32_t set, const Setting& setting) {
  std::vector<TrialKey> tuning, confirming;
  for (const TrialRecord& trial : study.trials)
    if (trial.key.set == set && trial.key.setting == setting && !is_stopped(trial, study) &&
        !has_diverged(trial.curve))
      (trial.key.seed_index < first_confirmation_seed ? tuning : confirming).push_back(trial.key);
  return confirming.empty() ? tuning : confirming;
}

/// A study that grows may come to prefer one of these: their weights stay too. Where choices are confirmed,
/// those of what was confirmed before; another choice gets fresh seeds of its own.
std::vector<TrialKey> close_trials(const StudySnapshot& study, const Recommendation& recommendation) {
  std::set<Setting> close;
  if (study.plan.confirmation == 0) {
    close.insert(recommendation.eligible.begin(), recommendation.eligible.end());
    close.insert(recommendation.equivalent.begin(), recommendation.equivalent.end());
  }
  for (const TrialRecord& trial : study.trials)
    if (trial.key.set == recommendation.set && trial.key.seed_index >= first_confirmation_seed &&
        !is_stopped(trial, study))
      close.insert(trial.key.setting);
  close.erase(*recommendation.setting);
  std::vector<TrialKey> keys;
  for (const Setting& setting : close)
    for (const TrialKey& key : trials_of(study, recommendation.set, setting)) keys.push_back(key);
  return keys;
}

const TestResult* known_result(const StudySnapshot& study, const TrialKey& key) {
  const auto found = std::find_if(study.tests.begin(), study.tests.end(),
                                  [&](const TestResult& test) { return test.key == key; });
  return found == study.tests.end() ? nullptr : &*found;
}

/// Results for `keys`, all of set `set`: those known already, and those that kept weights allow.
std::vector<TestResult> test_results(const Preparation& all, const StudySnapshot& study, std::uint32_t set,
                                     const std::vector<TrialKey>& keys, StudyStore& store) {
  std::vector<TestResult> results;
  std::unique_ptr<Objective> objective;
  for (const TrialKey& key : keys) {
    if (const TestResult* known = known_result(study, key)) {
      results.push_back(*known);
    } else if (const auto weights = store.load_weights(study.name, key)) {
      if (!objective) objective = std::make_unique<BuiltInObjective>(all.task(set), all.trainer_options());
      const Evaluation evaluation = objective->evaluate_test(*weights);
      results.push_back({key, evaluation.loss, evaluation.accuracy});
    }
  }
  return results;
}

bool same_keys(const std::vector<TestResult>& a, const std::vector<TestResult>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const TestResult& x, const TestResult& y) { return x.key == y.key; });
}

}  // namespace

std::vector<TrialKey> by_accuracy(const StudySnapshot& study) {
  struct Sum {
    double accuracy = 0;
    std::uint32_t trials = 0;
  };
  std::map<std::pair<std::uint32_t, Setting>, Sum> sums;
  for (const TrialRecord& trial : study.trials) {
    Sum& sum = sums[{trial.key.set, trial.key.setting}];
    const double accuracy = accuracy_of(trial.curve, study.sets.at(trial.key.set).chance);
    sum.accuracy += std::isfinite(accuracy) ? accuracy : 0;
    ++sum.trials;
  }
  std::vector<TrialKey> keys;
  for (const TrialRecord& trial : study.trials) keys.push_back(trial.key);
  std::ranges::stable_sort(keys, std::greater(), [&](const TrialKey& key) {
    const Sum& sum = sums.at({key.set, key.setting});
    return sum.accuracy / sum.trials;
  });
  return keys;
}

Conclusion conclude(const Preparation& all, const StudySnapshot& study, const Judgement& judgement,
                    StudyStore& store, Chronicle& chronicle, const Keeping& keeping) {
  chronicle.concluding();
  std::vector<TestResult> tests;
  std::vector<TrialKey> keep;
  for (const Recommendation& recommendation : judgement.recommendations) {
    if (!recommendation.setting) continue;
    const auto chosen = trials_of(study, recommendation.set, *recommendation.setting);
    const auto results = test_results(all, study, recommendation.set, chosen, store);
    tests.insert(tests.end(), results.begin(), results.end());
    keep.insert(keep.end(), chosen.begin(), chosen.end());
    const auto close = close_trials(study, recommendation);
    keep.insert(keep.end(), close.begin(), close.end());
  }
  if (keeping.weights)
    for (const TrialRecord& trial : study.trials) keep.push_back(trial.key);
  const bool concluded = store.queue(study.name).concluded;
  if (concluded && same_keys(tests, study.tests)) return Conclusion::stood;
  if (can_grow(study.definition.training.schedule))
    store.drop_states(study.name, by_accuracy(study), keeping.state_bytes);
  return store.conclude(study.name, tests, system_clock().unix_millis(), keep) ? Conclusion::written
                                                                               : Conclusion::too_early;
}

}  // namespace etalon
