#include "etalon/judging/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/odds.h"
#include "made_up_outcomes.h"

namespace etalon {
namespace {

using made_up::Outcomes;
using testing::ElementsAre;

SetOutcomes three() {
  return Outcomes()
      .cell({{0.001}}, {0.60, 0.62})
      .cell({{0.01}}, {0.90, 0.91})
      .cell({{0.1}}, {0.93, 0.94})
      .set;
}

TEST(Prospects, are_shares_of_one_certainty) {
  const std::vector<Prospect> found = prospects(three());
  ASSERT_EQ(found.size(), 3u);
  double sum = 0;
  for (const Prospect& one : found) sum += one.p_best;
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_LT(found[0].accuracy, found[1].accuracy);
  EXPECT_LT(found[1].accuracy, found[2].accuracy);
  EXPECT_THAT(ranking(found), ElementsAre(2, 1, 0));
}

TEST(Prospects, a_setting_that_was_not_tried_has_some) {
  SetOutcomes outcomes = three();
  outcomes.settings.push_back({{{0.3}}, {}});
  const std::vector<Prospect> found = prospects(outcomes);
  EXPECT_GT(found[3].p_best, 0.02);
  EXPECT_GT(found[3].accuracy, 0.3);
}

TEST(Prospects, where_nothing_learned_are_the_mean_accuracies) {
  const SetOutcomes outcomes = Outcomes().cell({{0.1}}, {}, 2).cell({{1}}, {}, 1).cell({{10}}, {}).set;
  for (const Prospect& one : prospects(outcomes)) {
    EXPECT_NEAR(one.accuracy, 0.1, 1e-9);
    EXPECT_EQ(one.p_best, 0);
  }
  EXPECT_TRUE(prospects(SetOutcomes{}).empty());
}

TEST(Prospects, are_the_same_again) { EXPECT_EQ(prospects(three()), prospects(three())); }

TEST(Ranking, goes_by_probability_then_accuracy_then_order) {
  EXPECT_THAT(ranking({{0.9, 0.1}, {0.5, 0.6}, {0.8, 0.1}, {0.8, 0.1}, {0.95, 0.1}}),
              ElementsAre(1, 4, 0, 2, 3));
}

TEST(Odds, claim_no_more_than_the_seeds_can_carry) {
  EXPECT_EQ(odds_text(0.67, 3), "about 2 in 3");
  EXPECT_EQ(odds_text(0.52, 1), "about 1 in 2");
  EXPECT_EQ(odds_text(0.92, 4), "about 9 in 10");
  EXPECT_EQ(odds_text(0.03, 3), "about 1 in 10");
  EXPECT_EQ(odds_text(0.67, 5), "about 0.65");
  EXPECT_EQ(odds_text(0.9, 16), "about 0.90");
}

TEST(Odds, have_ends_and_never_claim_certainty) {
  for (const std::uint32_t seeds : {1u, 3u, 5u, 1000u}) {
    EXPECT_EQ(odds_text(1, seeds), "over 0.95");
    EXPECT_EQ(odds_text(0, seeds), "under 0.05");
  }
}

}  // namespace
}  // namespace etalon
