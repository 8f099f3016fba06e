#include "etalon/search/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

StudyPlan small_plan() {
  StudyPlan plan;
  plan.strategy = "grid";
  plan.space.values = {{0.01, 0.1}, {0.1, 1}};
  return plan;
}

Complaint complaint_about(const StudyPlan& plan) {
  try {
    make_strategy(plan, {});
  } catch (const RequestError& error) {
    return error.complaint();
  }
  ADD_FAILURE() << "the plan was taken";
  return {};
}

TEST(MakeStrategy, grid_is_the_product_in_setting_order_set_by_set_and_seed_by_seed) {
  const std::vector<Proposal> round = make_strategy(small_plan(), {{{}, {}}, 4, 0})->suggest();
  ASSERT_EQ(round.size(), 24u);
  EXPECT_EQ(round[0], (Proposal{0, {{0.01, 0.1}}, 0, 4}));
  EXPECT_EQ(round[1], (Proposal{0, {{0.01, 1}}, 0, 4}));
  EXPECT_EQ(round[4], (Proposal{0, {{0.01, 0.1}}, 1, 4}));
  EXPECT_EQ(round[11], (Proposal{0, {{0.1, 1}}, 2, 4}));
  EXPECT_EQ(round[12], (Proposal{1, {{0.01, 0.1}}, 0, 4}));
}

TEST(MakeStrategy, a_setting_listed_twice_is_proposed_once) {
  for (const std::string strategy : {"grid", "race"}) {
    StudyPlan plan = small_plan();
    plan.strategy = strategy;
    plan.space.settings = {{{0.1, 0.1}}, {{0.1, 0.1}}};
    EXPECT_EQ(make_strategy(plan, {{{}}, 1, 0})->suggest().size(), 3u);
  }
}

TEST(MakeStrategy, an_unknown_name_is_refused_with_the_nearest_known) {
  StudyPlan plan = small_plan();
  plan.strategy = "gird";
  EXPECT_EQ(complaint_about(plan).place, "strategy");
  plan.strategy = "randm";
  EXPECT_THAT(complaint_about(plan).hint, testing::HasSubstr("random"));
}

TEST(MakeStrategy, numbers_of_trials_that_make_no_sense_are_refused) {
  StudyPlan plan = small_plan();
  plan.trials = 3;
  EXPECT_EQ(complaint_about(plan).place, "trials");
  plan.strategy = "race";
  EXPECT_THAT(complaint_about(plan).expected, testing::HasSubstr("race"));
  plan.strategy = "random";
  plan.trials = 0;
  EXPECT_EQ(complaint_about(plan).place, "trials");
}

TEST(MakeStrategy, half_steps_join_a_race_alone) {
  StudyPlan plan = small_plan();
  plan.refine = true;
  EXPECT_EQ(complaint_about(plan).place, "refine");
  plan.strategy = "race";
  EXPECT_NO_THROW(make_strategy(plan, {}));
}

TEST(MakeStrategy, no_seeds_and_no_values_are_refused) {
  StudyPlan plan = small_plan();
  plan.seeds = 0;
  EXPECT_EQ(complaint_about(plan).place, "seeds");
  plan = small_plan();
  plan.space.values[1].clear();
  EXPECT_EQ(complaint_about(plan).place, "eta");
  plan.space.values.clear();
  EXPECT_EQ(complaint_about(plan).place, "eta");
}

TEST(MakeStrategy, a_plan_that_no_result_can_change_is_one_round) {
  StudyPlan plan = small_plan();
  plan.strategy = "random";
  plan.trials = 100;
  const std::unique_ptr<Strategy> strategy = make_strategy(plan, {{{}}, 1, 0});
  EXPECT_EQ(strategy->suggest().size(), 300u);
  strategy->learn({});
  EXPECT_TRUE(strategy->suggest().empty());
}

}  // namespace
}  // namespace etalon
