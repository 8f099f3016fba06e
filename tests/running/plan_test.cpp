#include "etalon/running/plan.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

TrialRecord finished(std::vector<double> eta, std::uint32_t seed_index) {
  TrialRecord trial;
  trial.key = {0, {std::move(eta)}, seed_index};
  return trial;
}

TEST(SpaceOf, IsAProductWhereTheSettingsFillOne) {
  const SearchSpace space = space_of({{{0.1, 0.01}}, {{0.1, 0.1}}, {{1.0, 0.01}}, {{1.0, 0.1}}});
  EXPECT_EQ(space.values, (std::vector<std::vector<double>>{{0.1, 1.0}, {0.01, 0.1}}));
  EXPECT_TRUE(space.settings.empty());
}

TEST(SpaceOf, ListsSettingsThatFillNoProduct) {
  const SearchSpace space = space_of({{{0.1, 0.01}}, {{1.0, 0.1}}});
  EXPECT_EQ(space.settings, (std::vector<Setting>{{{0.1, 0.01}}, {{1.0, 0.1}}}));
}

TEST(PlanWithFinished, StaysAsItIsWithoutNews) {
  StudyPlan asked;
  asked.space.values = {{0.1, 1.0}, {0.01}};
  const std::vector<TrialKey> trials{{0, {{0.1, 0.01}}, 0}, {0, {{1.0, 0.01}}, 0}};
  EXPECT_EQ(plan_with_finished(asked, trials, {finished({0.1, 0.01}, 0)}), asked);
}

TEST(PlanWithFinished, GrowsByFinishedSettingsAndSeeds) {
  StudyPlan asked;
  asked.seeds = 2;
  asked.space.values = {{1.0}, {0.01}};
  const StudyPlan grown = plan_with_finished(asked, {{0, {{1.0, 0.01}}, 0}}, {finished({0.1, 0.01}, 4)});
  EXPECT_EQ(grown.space.values, (std::vector<std::vector<double>>{{0.1, 1.0}, {0.01}}));
  EXPECT_EQ(grown.seeds, 5u);
}

TEST(TrialsOnSet, FollowsTheRound) {
  const std::vector<Proposal> round{{{{0.1}}, 0, 1}, {{{0.2}}, 0, 1}, {{{0.1}}, 1, 1}};
  EXPECT_EQ(trials_on_set(round, 2),
            (std::vector<TrialKey>{{2, {{0.1}}, 0}, {2, {{0.2}}, 0}, {2, {{0.1}}, 1}}));
}

}  // namespace
}  // namespace etalon
