/// What every strategy must keep, over every strategy that is known. A new one is added to `plans`.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "etalon/search/make.h"

namespace etalon {
namespace {

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

std::vector<Case> plans() {
  return {{"grid", plan_of("grid", 0)},
          {"grid_of_settings", with_settings(plan_of("grid", 0))},
          {"random", plan_of("random", 12)},
          {"random_of_many", plan_of("random", 200)},
          {"random_of_settings", with_settings(plan_of("random", 4))}};
}

/// Runs a strategy to its end on results that a fixed rule makes up.
std::vector<Proposal> run(const StudyPlan& plan, std::uint64_t study_seed = 7, std::uint32_t epochs = 2) {
  const std::unique_ptr<Strategy> strategy = make_strategy(plan, epochs, study_seed);
  std::vector<Proposal> all;
  for (std::vector<Proposal> round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    std::vector<Result> results;
    for (const Proposal& proposal : round)
      results.push_back({0, proposal, 1 - proposal.setting.eta[0] / 10, false});
    strategy->learn(results);
    all.insert(all.end(), round.begin(), round.end());
    if (all.size() > 100'000) break;
  }
  EXPECT_TRUE(strategy->suggest().empty()) << "a strategy that is done stays done";
  return all;
}

class StrategyConformance : public testing::TestWithParam<Case> {};

TEST_P(StrategyConformance, proposes_the_same_twice) {
  EXPECT_EQ(run(GetParam().plan), run(GetParam().plan));
}

TEST_P(StrategyConformance, proposes_every_pair_of_setting_and_seed_once) {
  std::set<std::pair<Setting, std::uint32_t>> seen;
  for (const Proposal& one : run(GetParam().plan))
    EXPECT_TRUE(seen.emplace(one.setting, one.seed_index).second) << one.setting.eta[0];
}

TEST_P(StrategyConformance, proposes_as_many_as_planned) {
  EXPECT_EQ(run(GetParam().plan).size(), planned_proposals(GetParam().plan));
}

TEST_P(StrategyConformance, stays_within_the_space_seeds_and_budget) {
  const StudyPlan& plan = GetParam().plan;
  for (const Proposal& one : run(plan)) {
    EXPECT_LT(one.seed_index, plan.seeds);
    EXPECT_EQ(one.epochs, 2u);
    if (!plan.space.settings.empty()) {
      EXPECT_NE(std::find(plan.space.settings.begin(), plan.space.settings.end(), one.setting),
                plan.space.settings.end());
      continue;
    }
    ASSERT_EQ(one.setting.eta.size(), plan.space.values.size());
    for (std::size_t group = 0; group < one.setting.eta.size(); ++group) {
      EXPECT_GE(one.setting.eta[group], plan.space.values[group].front());
      EXPECT_LE(one.setting.eta[group], plan.space.values[group].back());
    }
  }
}

TEST_P(StrategyConformance, does_not_depend_on_how_the_space_is_ordered) {
  StudyPlan turned = GetParam().plan;
  for (auto& values : turned.space.values) std::reverse(values.begin(), values.end());
  std::reverse(turned.space.settings.begin(), turned.space.settings.end());
  EXPECT_EQ(run(turned), run(GetParam().plan));
}

TEST_P(StrategyConformance, visits_every_setting_with_one_seed_before_the_next) {
  const std::vector<Proposal> all = run(GetParam().plan);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const Proposal& a, const Proposal& b) {
    return a.seed_index < b.seed_index;
  }));
}

TEST_P(StrategyConformance, more_seeds_extend_the_study) {
  StudyPlan longer = GetParam().plan;
  ++longer.seeds;
  const std::vector<Proposal> few = run(GetParam().plan), many = run(longer);
  ASSERT_GT(many.size(), few.size());
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

INSTANTIATE_TEST_SUITE_P(all, StrategyConformance, testing::ValuesIn(plans()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace etalon
