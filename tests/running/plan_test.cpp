#include <gtest/gtest.h>

#include "etalon/running/wider_plan.h"

namespace etalon {
namespace {

TrialKey key(std::vector<double> eta, std::uint32_t seed_index) { return {0, {std::move(eta)}, seed_index}; }

TEST(SpaceOf, is_a_product_where_the_settings_fill_one) {
  const SearchSpace space = space_of({{{0.1, 0.01}}, {{0.1, 0.1}}, {{1.0, 0.01}}, {{1.0, 0.1}}});
  EXPECT_EQ(space.values, (std::vector<std::vector<double>>{{0.1, 1.0}, {0.01, 0.1}}));
  EXPECT_TRUE(space.settings.empty());
}

TEST(SpaceOf, lists_settings_that_fill_no_product) {
  const SearchSpace space = space_of({{{0.1, 0.01}}, {{1.0, 0.1}}});
  EXPECT_EQ(space.settings, (std::vector<Setting>{{{0.1, 0.01}}, {{1.0, 0.1}}}));
}

StudyPlan grid_of(std::vector<std::vector<double>> values) {
  StudyPlan plan;
  plan.strategy = "grid";
  plan.space.values = std::move(values);
  return plan;
}

TEST(PlanWithOthers, stays_as_it_is_without_news) {
  const StudyPlan asked = grid_of({{0.1, 1.0}, {0.01}});
  const std::set<TrialKey> trials{key({0.1, 0.01}, 0), key({1.0, 0.01}, 0)};
  EXPECT_EQ(plan_with_others(asked, trials, {asked}, {key({0.1, 0.01}, 0)}), asked);
}

TEST(PlanWithOthers, grows_by_other_settings_and_seeds) {
  StudyPlan asked = grid_of({{1.0}, {0.01}});
  asked.seeds = 2;
  const StudyPlan grown = plan_with_others(asked, {key({1.0, 0.01}, 0)}, {}, {key({0.1, 0.01}, 4)});
  EXPECT_EQ(grown.space.values, (std::vector<std::vector<double>>{{0.1, 1.0}, {0.01}}));
  EXPECT_EQ(grown.seeds, 5u);
}

TEST(PlanWithOthers, asks_for_the_most_that_anyone_asked_for) {
  StudyPlan asked = grid_of({{1.0}}), race = asked;
  race.strategy = "race";
  race.seeds = 4;
  race.refine = true;
  race.confirmation = 8;
  const StudyPlan grown = plan_with_others(asked, {key({1.0}, 0)}, {race, asked}, {key({1.0}, 0)});
  EXPECT_EQ(grown.strategy, "grid");
  EXPECT_EQ(grown.seeds, 4u);
  EXPECT_TRUE(grown.refine);
  EXPECT_EQ(grown.confirmation, 8u);
}

TEST(PlanWithOthers, a_confirmation_is_no_setting_and_no_seed_of_the_plan) {
  const StudyPlan asked = grid_of({{1.0}});
  EXPECT_EQ(plan_with_others(asked, {key({1.0}, 0)}, {}, {key({0.1}, first_confirmation_seed)}), asked);
}

TEST(PlanWithOthers, a_random_search_that_grew_a_grid_lists_its_settings) {
  StudyPlan asked;
  asked.strategy = "random";
  asked.trials = 2;
  asked.seeds = 3;
  asked.space.values = {{1e-4, 1e-3}};
  std::set<TrialKey> trials;
  for (std::uint32_t set = 0; set < 2; ++set)
    for (std::uint32_t seed = 0; seed < 3; ++seed)
      for (const double eta : {2e-4, 5e-4}) trials.insert({set, {{eta}}, seed});
  EXPECT_EQ(plan_with_others(asked, trials, {asked}, {key({2e-4}, 0)}), asked)
      << "nothing that was not asked for";
  const StudyPlan grown = plan_with_others(asked, trials, {}, {key({0.1}, 0)});
  EXPECT_EQ(grown.space.settings, (std::vector<Setting>{{{2e-4}}, {{5e-4}}, {{0.1}}}));
}

}  // namespace
}  // namespace etalon
