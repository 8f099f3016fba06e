#include "etalon/search/race.h"

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "etalon/search/registry.h"

namespace etalon {
namespace {

using Counts = std::vector<std::size_t>;
using Accuracy = std::function<double(const Proposal&)>;

StudyPlan five_by_five(std::uint32_t seeds, bool refine) {
  StudyPlan plan;
  plan.strategy = "race";
  plan.space.values = {{1e-4, 1e-3, 1e-2, 1e-1, 1}, {1e-4, 1e-3, 1e-2, 1e-1, 1}};
  plan.seeds = seeds;
  plan.refine = refine;
  return plan;
}

/// Best at `conv`, `full`, worse by a tenth a decade, and not above chance from a product of etas on.
Accuracy hill(double conv, double full, double cliff = 1e9) {
  return [=](const Proposal& one) {
    const auto& eta = one.setting.values;
    if (eta[0] * eta[1] >= cliff) return 0.1;
    return 0.9 - 0.1 * std::abs(std::log10(eta[0] / conv)) - 0.1 * std::abs(std::log10(eta[1] / full));
  };
}

std::vector<std::vector<Proposal>> run(const StudyPlan& plan, const Accuracy& accuracy,
                                       std::uint32_t sets = 1) {
  const auto strategy = make_strategy(plan, {std::vector<SearchedSet>(sets, {0.1, 1000}), 1, 0});
  std::vector<std::vector<Proposal>> rounds;
  for (auto round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    std::vector<Result> results;
    for (const Proposal& one : round) results.push_back({one, accuracy(one), accuracy(one) <= 0.1});
    strategy->learn(results);
    rounds.push_back(std::move(round));
  }
  return rounds;
}

std::set<Setting> settings_of(const std::vector<Proposal>& round, std::uint32_t set = 0) {
  std::set<Setting> settings;
  for (const Proposal& one : round)
    if (one.set == set) settings.insert(one.setting);
  return settings;
}

std::map<Setting, std::size_t> seeds_of(const std::vector<std::vector<Proposal>>& rounds) {
  std::map<Setting, std::size_t> seeds;
  for (const auto& round : rounds)
    for (const Proposal& one : round) ++seeds[one.setting];
  return seeds;
}

TEST(Race, spends_seventy_five_trials_as_sequential_halving_does) {
  const auto rounds = run(five_by_five(3, false), hill(0.1, 0.01));
  Counts in, trials;
  for (const auto& round : rounds) {
    in.push_back(settings_of(round).size());
    trials.push_back(round.size());
  }
  EXPECT_EQ(in, (Counts{25, 12, 6, 3, 2}));
  EXPECT_EQ(trials, (Counts{25, 12, 12, 12, 14}));
  EXPECT_EQ(seeds_of(rounds)[(Setting{{0.1, 0.01}})], 15u);
}

TEST(Race, the_better_half_goes_on) {
  const auto rounds = run(five_by_five(3, false), hill(0.1, 0.01));
  const std::set<Setting> second = settings_of(rounds[1]), last = settings_of(rounds[4]);
  EXPECT_TRUE(last.contains({{0.1, 0.01}}));
  EXPECT_FALSE(second.contains({{1e-4, 1}}));
  for (const Setting& setting : last) EXPECT_TRUE(second.contains(setting));
}

TEST(Race, failures_count_as_chance) {
  const auto rounds = run(five_by_five(3, false), hill(1, 1, 0.05));
  for (const std::size_t round :
       {3u, 4u})  // one failure may be bad luck: such a setting may get a second run
    for (const Setting& setting : settings_of(rounds[round]))
      EXPECT_LT(setting.values[0] * setting.values[1], 0.05);
}

TEST(Race, every_set_runs_its_own_in_step_with_the_others) {
  const Accuracy high = hill(1, 1), low = hill(1e-4, 1e-4);
  const auto rounds = run(
      five_by_five(3, false), [&](const Proposal& one) { return one.set ? low(one) : high(one); }, 2);
  ASSERT_EQ(rounds.size(), 5u);
  EXPECT_TRUE(settings_of(rounds[4], 0).contains({{1, 1}}));
  EXPECT_TRUE(settings_of(rounds[4], 1).contains({{1e-4, 1e-4}}));
  for (const auto& round : rounds) EXPECT_EQ(settings_of(round, 0).size(), settings_of(round, 1).size());
}

TEST(Race, ties_fall_the_same_way_each_time) {
  const auto tie = [](const Proposal&) { return 0.5; };
  const auto rounds = run(five_by_five(3, false), tie);
  EXPECT_EQ(settings_of(rounds[4]).size(), 2u);
  EXPECT_EQ(rounds, run(five_by_five(3, false), tie));
}

TEST(Race, a_refined_one_spends_the_same) {
  for (const std::uint32_t seeds : {1u, 2u, 3u, 5u, 20u})
    for (const auto& peak : {hill(0.03, 0.03), hill(1, 1), hill(1e-4, 1), hill(0.1, 0.1, 0.02)}) {
      std::size_t trials = 0;
      for (const auto& round : run(five_by_five(seeds, true), peak)) trials += round.size();
      EXPECT_EQ(trials, 25u * seeds);
    }
}

TEST(Race, half_steps_join_around_the_leaders_after_half_of_the_budget) {
  const auto rounds = run(five_by_five(3, true), hill(0.032, 0.032));
  Counts in;
  for (const auto& round : rounds) in.push_back(settings_of(round).size());
  EXPECT_EQ(in, (Counts{25, 12, 6, 6, 3, 2}));
  for (const Proposal& one : rounds[2]) {
    EXPECT_EQ(one.seed_index, 0u) << "newcomers alone catch up";
    EXPECT_FALSE(settings_of(rounds[0]).contains(one.setting));
    for (const double eta : one.setting.values) {
      EXPECT_GE(eta, 0.001);
      EXPECT_LE(eta, 1);
    }
  }
  EXPECT_TRUE(settings_of(rounds[5]).contains({{0.032, 0.032}})) << "the best lies between the decades";
}

TEST(Race, one_seed_each_leaves_nothing_to_refine) {
  EXPECT_EQ(run(five_by_five(1, true), hill(0.03, 0.03)).size(), 1u);
}

TEST(Race, refines_one_group_and_three) {
  StudyPlan plan = five_by_five(3, true);
  plan.space.values.resize(1);
  const auto one = run(
      plan, [](const Proposal& p) { return 0.9 - 0.1 * std::abs(std::log10(p.setting.values[0] / 0.032)); });
  EXPECT_TRUE(settings_of(one.back()).contains({{0.032}}));
  plan.space.values.assign(3, {0.01, 0.1, 1});
  const auto three = run(plan, [](const Proposal& p) {
    double accuracy = 0.9;
    for (const double eta : p.setting.values) accuracy -= 0.1 * std::abs(std::log10(eta / 0.032));
    return accuracy;
  });
  std::size_t between = 0;
  for (const auto& [setting, seeds] : seeds_of(three)) between += setting.values[0] == 0.032;
  EXPECT_GT(between, 0u);
}

}  // namespace
}  // namespace etalon
