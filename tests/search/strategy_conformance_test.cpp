/// What every strategy must keep, over every strategy that is known. A new one is added to `plans`.
#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "etalon/search/make.h"
#include "etalon/study/trial.h"

namespace etalon {
namespace {

constexpr std::uint32_t sets = 3;

struct Case {
  std::string name;
  StudyPlan plan;
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
          {"refined_race_of_settings", with_settings(refined(plan_of("race", 0)))}};
}

using Rounds = std::vector<std::vector<Proposal>>;

SearchTask task_of(std::uint64_t study_seed = 7) {
  return {std::vector<SearchedSet>(sets, {0.1, 1000}), 2, study_seed};
}

/// Runs a strategy to its end on results that a fixed rule makes up, another one on every set.
Rounds run(const StudyPlan& plan) {
  const std::unique_ptr<Strategy> strategy = make_strategy(plan, task_of());
  Rounds rounds;
  for (std::vector<Proposal> round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    std::vector<Result> results;
    for (const Proposal& one : round)
      results.push_back(
          {one, 0.95 - one.setting.eta[one.set % 2] / (one.set + 10), one.setting.eta[0] > 0.9});
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

class StrategyConformance : public testing::TestWithParam<Case> {};

TEST_P(StrategyConformance, proposes_the_same_twice) {
  EXPECT_EQ(run(GetParam().plan), run(GetParam().plan));
}

TEST_P(StrategyConformance, proposes_every_trial_once) {
  std::set<std::tuple<std::uint32_t, Setting, std::uint32_t>> seen;
  for (const Proposal& one : all_of(run(GetParam().plan)))
    EXPECT_TRUE(seen.emplace(one.set, one.setting, one.seed_index).second) << one.setting.eta[0];
}

TEST_P(StrategyConformance, says_beforehand_how_many_trials_there_will_be_at_any_time) {
  const std::size_t all = all_of(run(GetParam().plan)).size();
  const std::unique_ptr<Strategy> strategy = make_strategy(GetParam().plan, task_of());
  const auto to_come = [&] {
    const std::vector<std::size_t> rounds = strategy->rounds_to_come();
    return std::accumulate(rounds.begin(), rounds.end(), std::size_t{0});
  };
  EXPECT_EQ(to_come(), all);
  std::size_t proposed = 0;
  for (std::vector<Proposal> round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    proposed += round.size();
    EXPECT_EQ(proposed + to_come(), all);
    std::vector<Result> results;
    for (const Proposal& one : round) results.push_back({one, 0.5, false});
    strategy->learn(results);
  }
}

TEST_P(StrategyConformance, gives_every_set_the_same_number_of_trials) {
  std::vector<std::size_t> counts(sets, 0);
  for (const Proposal& one : all_of(run(GetParam().plan))) ++counts.at(one.set);
  for (const std::size_t count : counts) EXPECT_EQ(count, counts[0]);
}

TEST_P(StrategyConformance, stays_within_the_range_seeds_and_budget) {
  const StudyPlan& plan = GetParam().plan;
  std::vector<std::pair<double, double>> ranges(2, {10, 0});
  for (const Setting& setting : all_settings(plan.space))
    for (std::size_t group = 0; group < 2; ++group)
      ranges[group] = {std::min(ranges[group].first, setting.eta[group]),
                       std::max(ranges[group].second, setting.eta[group])};
  for (const Proposal& one : all_of(run(plan))) {
    EXPECT_LT(one.seed_index, first_confirmation_seed);
    EXPECT_EQ(one.epochs, 2u);
    ASSERT_EQ(one.setting.eta.size(), 2u);
    for (std::size_t group = 0; group < 2; ++group) {
      const double beyond = plan.refine ? 10 : 1;  // half a step
      EXPECT_GE(one.setting.eta[group], ranges[group].first / beyond);
      EXPECT_LE(one.setting.eta[group], std::min(largest_eta, ranges[group].second * beyond));
    }
  }
}

TEST_P(StrategyConformance, keeps_to_listed_settings_unless_it_refines) {
  const StudyPlan& plan = GetParam().plan;
  if (plan.refine) return;
  for (const Proposal& one : all_of(run(plan))) {
    if (plan.space.settings.empty()) continue;
    EXPECT_NE(std::find(plan.space.settings.begin(), plan.space.settings.end(), one.setting),
              plan.space.settings.end());
  }
}

TEST_P(StrategyConformance, does_not_depend_on_how_the_space_is_ordered) {
  StudyPlan turned = GetParam().plan;
  for (auto& values : turned.space.values) std::reverse(values.begin(), values.end());
  std::reverse(turned.space.settings.begin(), turned.space.settings.end());
  EXPECT_EQ(run(turned), run(GetParam().plan));
}

TEST_P(StrategyConformance, gives_every_setting_the_seeds_from_0_on) {
  std::map<std::pair<std::uint32_t, Setting>, std::uint32_t> next;
  for (const Proposal& one : all_of(run(GetParam().plan)))
    EXPECT_EQ(one.seed_index, next[std::make_pair(one.set, one.setting)]++);
}

TEST_P(StrategyConformance, more_seeds_keep_what_was_trained_first) {
  StudyPlan longer = GetParam().plan;
  ++longer.seeds;
  const Rounds few = run(GetParam().plan), many = run(longer);
  const std::vector<Proposal> all = all_of(many);
  EXPECT_GT(all.size(), all_of(few).size());
  for (const Proposal& one : few[0]) EXPECT_NE(std::find(all.begin(), all.end(), one), all.end());
}

INSTANTIATE_TEST_SUITE_P(all, StrategyConformance, testing::ValuesIn(plans()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace etalon
