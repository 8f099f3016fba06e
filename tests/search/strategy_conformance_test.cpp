/// What every strategy must keep, over every strategy that is known. A new one is added to `plans`.
#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include <gtest/gtest.h>

#include "etalon/search/registry.h"
#include "etalon/study/trial.h"
#include "tests/search/rungs.h"

namespace etalon {
namespace {

constexpr std::uint32_t sets = 3;

struct Case {
  std::string name;
  StudyPlan plan;
  std::unique_ptr<Strategy> (*make)(const StudyPlan&, const SearchTask&) = make_strategy;
};

StudyPlan plan_of(std::string strategy, std::uint32_t trials) {
  StudyPlan plan;
  plan.strategy = std::move(strategy);
  plan.trials = trials;
  plan.space.values = {{1e-4, 1e-3, 1e-2, 1e-1, 1}, {1e-3, 1e-2, 3e-2, 1}};
  return plan;
}

StudyPlan with_settings(StudyPlan plan) {
  plan.space = {{}, {{{0.1, 0.2}}, {{0.01, 0.3}}, {{1, 1}}, {{0.5, 0.01}}, {{0.2, 0.2}}}};
  return plan;
}

StudyPlan refined(StudyPlan plan) {
  plan.refine = true;
  return plan;
}

StudyPlan with_seeds(StudyPlan plan, std::uint32_t seeds) {
  plan.seeds = seeds;
  return plan;
}

std::vector<Case> plans() {
  return {{"grid", plan_of("grid", 0)},
          {"grid_of_settings", with_settings(plan_of("grid", 0))},
          {"random", plan_of("random", 12)},
          {"random_of_many", plan_of("random", 200)},
          {"random_of_settings", with_settings(plan_of("random", 4))},
          {"race", plan_of("race", 0)},
          {"race_of_one_seed", with_seeds(plan_of("race", 0), 1)},
          {"race_of_settings", with_settings(plan_of("race", 0))},
          {"refined_race", refined(plan_of("race", 0))},
          {"refined_race_of_many_seeds", with_seeds(refined(plan_of("race", 0)), 11)},
          {"refined_race_of_settings", with_settings(refined(plan_of("race", 0)))},
          {"rungs", plan_of("grid", 0), make_two_rungs},
          {"rungs_of_settings", with_settings(plan_of("grid", 0)), make_two_rungs}};
}

using Rounds = std::vector<std::vector<Proposal>>;

SearchTask task_of(std::uint64_t study_seed = 7) {
  return {std::vector<SearchedSet>(sets, {0.1, 1000}), 2, study_seed};
}

/// Runs a strategy to its end on results that a fixed rule makes up, another one on every set.
Rounds run(const Case& tested) {
  const std::unique_ptr<Strategy> strategy = tested.make(tested.plan, task_of());
  Rounds rounds;
  for (std::vector<Proposal> round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    std::vector<Result> results;
    for (const Proposal& one : round)
      results.push_back(
          {one, 0.95 - one.setting.values[one.set % 2] / (one.set + 10), one.setting.values[0] > 0.9});
    strategy->learn(results);
    rounds.push_back(std::move(round));
    if (rounds.size() > 1000) break;
  }
  EXPECT_TRUE(strategy->suggest().empty()) << "a strategy that is done stays done";
  return rounds;
}

std::vector<Proposal> all_of(const Rounds& rounds) {
  std::vector<Proposal> all;
  for (const auto& round : rounds) all.insert(all.end(), round.begin(), round.end());
  return all;
}

/// The epochs of each trial that was proposed so far.
using Trials = std::map<std::tuple<std::uint32_t, Setting, std::uint32_t>, std::uint32_t>;

/// Whether the trial is a new one; one that goes on has more epochs than before.
bool is_new(Trials& trials, const Proposal& one) {
  const auto [trial, added] = trials.try_emplace({one.set, one.setting, one.seed_index}, one.epochs);
  if (added) return true;
  EXPECT_GT(one.epochs, trial->second) << "proposed twice";
  trial->second = one.epochs;
  return false;
}

/// The first proposal of every trial.
std::vector<Proposal> trials_of(const Rounds& rounds) {
  Trials trials;
  std::vector<Proposal> first = all_of(rounds);
  std::erase_if(first, [&](const Proposal& one) { return !is_new(trials, one); });
  return first;
}

class StrategyConformance : public testing::TestWithParam<Case> {};

TEST_P(StrategyConformance, proposes_the_same_twice) { EXPECT_EQ(run(GetParam()), run(GetParam())); }

TEST_P(StrategyConformance, proposes_a_trial_again_only_to_go_on) {
  const Rounds rounds = run(GetParam());
  const bool rungs = GetParam().make != make_strategy;
  EXPECT_EQ(trials_of(rounds).size() < all_of(rounds).size(), rungs);
}

TEST_P(StrategyConformance, says_beforehand_how_many_trials_there_will_be_at_any_time) {
  const std::size_t all = trials_of(run(GetParam())).size();
  const std::unique_ptr<Strategy> strategy = GetParam().make(GetParam().plan, task_of());
  Trials trials;
  const auto to_come = [&] {
    const std::vector<std::size_t> rounds = strategy->rounds_to_come();
    return std::accumulate(rounds.begin(), rounds.end(), std::size_t{0});
  };
  EXPECT_EQ(to_come(), all);
  std::size_t proposed = 0;
  for (std::vector<Proposal> round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    for (const Proposal& one : round) proposed += is_new(trials, one);
    EXPECT_EQ(proposed + to_come(), all);
    std::vector<Result> results;
    for (const Proposal& one : round) results.push_back({one, 0.5, false});
    strategy->learn(results);
  }
}

TEST_P(StrategyConformance, gives_every_set_the_same_number_of_trials) {
  std::vector<std::size_t> counts(sets, 0);
  for (const Proposal& one : trials_of(run(GetParam()))) ++counts.at(one.set);
  for (const std::size_t count : counts) EXPECT_EQ(count, counts[0]);
}

TEST_P(StrategyConformance, stays_within_the_range_seeds_and_budget) {
  const StudyPlan& plan = GetParam().plan;
  std::vector<std::pair<double, double>> ranges(2, {10, 0});
  for (const Setting& setting : all_settings(plan.space))
    for (std::size_t group = 0; group < 2; ++group)
      ranges[group] = {std::min(ranges[group].first, setting.values[group]),
                       std::max(ranges[group].second, setting.values[group])};
  for (const Proposal& one : all_of(run(GetParam()))) {
    EXPECT_LT(one.seed_index, first_confirmation_seed);
    EXPECT_GE(one.epochs, GetParam().make == make_strategy ? 2u : 1u);
    EXPECT_LE(one.epochs, 2u);
    ASSERT_EQ(one.setting.values.size(), 2u);
    for (std::size_t group = 0; group < 2; ++group) {
      const double beyond = plan.refine ? 10 : 1;  // half a step
      EXPECT_GE(one.setting.values[group], ranges[group].first / beyond);
      EXPECT_LE(one.setting.values[group], std::min(largest_eta, ranges[group].second * beyond));
    }
  }
}

TEST_P(StrategyConformance, keeps_to_listed_settings_unless_it_refines) {
  const StudyPlan& plan = GetParam().plan;
  if (plan.refine) return;
  for (const Proposal& one : all_of(run(GetParam()))) {
    if (plan.space.settings.empty()) continue;
    EXPECT_NE(std::find(plan.space.settings.begin(), plan.space.settings.end(), one.setting),
              plan.space.settings.end());
  }
}

TEST_P(StrategyConformance, does_not_depend_on_how_the_space_is_ordered) {
  Case turned = GetParam();
  for (auto& values : turned.plan.space.values) std::reverse(values.begin(), values.end());
  std::reverse(turned.plan.space.settings.begin(), turned.plan.space.settings.end());
  EXPECT_EQ(run(turned), run(GetParam()));
}

TEST_P(StrategyConformance, gives_every_setting_the_seeds_from_0_on) {
  std::map<std::pair<std::uint32_t, Setting>, std::uint32_t> next;
  for (const Proposal& one : trials_of(run(GetParam())))
    EXPECT_EQ(one.seed_index, next[std::make_pair(one.set, one.setting)]++);
}

TEST_P(StrategyConformance, more_seeds_keep_what_was_trained_first) {
  Case longer = GetParam();
  ++longer.plan.seeds;
  const Rounds few = run(GetParam()), many = run(longer);
  const std::vector<Proposal> all = all_of(many);
  EXPECT_GT(all.size(), all_of(few).size());
  for (const Proposal& one : few[0]) EXPECT_NE(std::find(all.begin(), all.end(), one), all.end());
}

INSTANTIATE_TEST_SUITE_P(all, StrategyConformance, testing::ValuesIn(plans()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace etalon
