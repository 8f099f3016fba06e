#include "etalon/running/strategist.h"

#include <gtest/gtest.h>

#include "etalon/running/outlook.h"
#include "tests/running/studies.h"
#include "tests/search/rungs.h"

namespace etalon {
namespace {

std::vector<PlannedTrial> missing_trials(const StudySnapshot& study, const StrategyMaker& strategies) {
  return outlook_of(study, strategies).missing;
}

StudySnapshot asked_for(const std::vector<StudyPlan>& plans) {
  StudySnapshot study;
  study.name = "study";
  study.definition.epochs = 2;
  study.definition.sets = {{"one", "1"}, {"two", "2"}};
  study.sets.resize(2);
  study.asked = plans;
  return study;
}

StudyPlan plan_of(std::vector<double> etas, std::uint32_t seeds) {
  StudyPlan plan;
  plan.strategy = "grid";
  plan.space.values = {std::move(etas)};
  plan.seeds = seeds;
  return plan;
}

TrialRecord finished(const TrialKey& key, double accuracy) {
  TrialRecord trial;
  trial.key = key;
  trial.curve.budget_epochs = 2;
  trial.curve.epochs = {{1.0, 1.0, accuracy}};
  return trial;
}

/// What trains every trial at once: the larger its eta, the better.
void finish_all(StudySnapshot& study, const std::vector<PlannedTrial>& trials) {
  for (const PlannedTrial& trial : trials)
    study.trials.push_back(finished(trial.key, trial.key.setting.values[0] / 10));
}

TEST(Strategist, proposes_a_round_set_by_set) {
  const StudySnapshot study = asked_for({plan_of({0.1, 0.2}, 1)});
  const auto missing = missing_trials(study, make_strategy);
  ASSERT_EQ(missing.size(), 4u);
  EXPECT_EQ(missing[0].key, (TrialKey{0, {{0.1}}, 0}));
  EXPECT_EQ(missing[1].key, (TrialKey{0, {{0.2}}, 0}));
  EXPECT_EQ(missing[2].key, (TrialKey{1, {{0.1}}, 0}));
  EXPECT_EQ(missing[0].epochs, 2u);
  EXPECT_EQ(missing[0].round, 0u);
}

TEST(Strategist, names_what_is_missing_of_all_that_was_asked_for) {
  StudySnapshot study = asked_for({plan_of({0.1}, 1), plan_of({0.1, 0.2}, 2)});
  study.trials = {finished({0, {{0.1}}, 0}, 0.5), finished({1, {{0.1}}, 0}, 0.5)};
  EXPECT_EQ(missing_trials(study, make_strategy).size(), 6u);
}

TEST(Strategist, goes_on_only_over_a_whole_round) {
  StudySnapshot study = asked_for({plan_of({0.1, 0.2}, 1)});
  const auto first = missing_trials(study, make_zooming);
  finish_all(study, {first.begin(), first.begin() + 3});
  const auto rest = missing_trials(study, make_zooming);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].round, 0u);
  finish_all(study, rest);
  const auto second = missing_trials(study, make_zooming);
  ASSERT_EQ(second.size(), 6u);
  EXPECT_EQ(second[0].round, 1u);
  EXPECT_EQ(second[0].key.setting.values[0], 0.2 * 0.7) << "beside the best of the first round";
  finish_all(study, second);
  finish_all(study, missing_trials(study, make_zooming));
  EXPECT_TRUE(missing_trials(study, make_zooming).empty());
  EXPECT_EQ(replay(study.asked[0], study, make_zooming).proposed().size(), 4u + 6u + 6u);
}

TEST(Strategist, tells_a_strategy_that_a_run_whose_loss_ends_higher_than_it_began_is_worth_a_guess) {
  StudySnapshot study = asked_for({plan_of({0.1, 0.2}, 1)});
  for (SetFacts& facts : study.sets) facts.chance = 0.005;
  for (const PlannedTrial& trial : missing_trials(study, make_zooming)) {
    const bool larger = trial.key.setting.values[0] == 0.2;
    TrialRecord record = finished(trial.key, larger ? 0.9 : 0.01);
    record.curve.reference_loss = 1;
    record.curve.steps_per_epoch = record.curve.budget_epochs = 2;
    record.curve.loss = {1.0f, 1.0f, 1.0f, larger ? 1.2f : 0.5f};
    study.trials.push_back(record);
  }
  const auto second = missing_trials(study, make_zooming);
  ASSERT_EQ(second.size(), 6u);
  EXPECT_EQ(second[0].key.setting.values[0], 0.1 * 0.7) << "beside the one that learned";
}

/// Etas 0.1 to 0.4; the larger, the better after one epoch, and the worse after two.
TrialRecord turning(const PlannedTrial& trial) {
  const double eta = trial.key.setting.values[0];
  TrialRecord record = finished(trial.key, eta);
  record.curve.budget_epochs = trial.epochs;
  record.curve.epochs.resize(trial.epochs, {1.0, 1.0, 1 - eta});
  return record;
}

TEST(Strategist, promotes_by_what_was_seen_at_the_rung) {
  StudySnapshot study = asked_for({plan_of({0.1, 0.2, 0.3, 0.4}, 1)});
  study.sets.resize(1);
  const StrategyMaker rungs = make_two_rungs;
  const auto first = missing_trials(study, rungs);
  ASSERT_EQ(first.size(), 4u);
  EXPECT_EQ(first[0].epochs, 1u);
  for (const PlannedTrial& trial : first) study.trials.push_back(turning(trial));
  const auto second = missing_trials(study, rungs);
  ASSERT_EQ(second.size(), 2u) << "trials that are finished after one epoch are missing after two";
  EXPECT_EQ(second[0].key, (TrialKey{0, {{0.4}}, 0}));
  EXPECT_EQ(second[1].key, (TrialKey{0, {{0.3}}, 0}));
  EXPECT_EQ(second[0].epochs, 2u);
  EXPECT_EQ(outlook_of(study, rungs).planned_trials(), 4u) << "a trial that goes on is no other trial";
  for (const PlannedTrial& trial : second)
    for (TrialRecord& record : study.trials)
      if (record.key == trial.key) record = turning(trial);
  EXPECT_TRUE(missing_trials(study, rungs).empty())
      << "the rung is judged as it was, though two of its trials have gone on and are worse now";
}

TEST(Strategist, a_study_that_says_not_what_was_asked_for_misses_nothing) {
  EXPECT_TRUE(missing_trials(asked_for({}), make_strategy).empty());
}

}  // namespace
}  // namespace etalon
