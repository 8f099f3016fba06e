#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "made_up.h"

namespace etalon {
namespace {

using made_up::falling;
using made_up::Study;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const Setting low{{0.01, 0.1}}, middle{{0.1, 0.1}}, high{{1, 0.1}};

void add(Study& study, std::uint32_t set, const Setting& setting, double accuracy) {
  study.cell(setting, {accuracy, accuracy + 0.001, accuracy - 0.001}, falling(20), set);
}

/// Each set prefers one end; the middle loses more in sum, and less where it loses most.
Study opposed() {
  Study study(2);
  add(study, 0, low, 0.98);
  add(study, 0, middle, 0.94);
  add(study, 0, high, 0.90);
  add(study, 1, low, 0.74);
  add(study, 1, middle, 0.765);
  add(study, 1, high, 0.80);
  return study;
}

TEST(Overall, has_the_smallest_worst_regret) {
  Study study = opposed();
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.recommendations[0].setting, low);
  EXPECT_EQ(judgement.recommendations[1].setting, high);
  ASSERT_TRUE(judgement.overall);
  EXPECT_EQ(judgement.overall->setting, middle);
  EXPECT_NEAR(judgement.overall->worst_regret, 0.04, 0.012);
  EXPECT_GT(judgement.overall->worst_regret_high, judgement.overall->worst_regret);
  ASSERT_EQ(judgement.overall->regret.size(), 2u);
  EXPECT_NEAR(judgement.overall->regret[1], 0.035, 0.012);
  EXPECT_THAT(judgement.overall->reason, HasSubstr("points below the best on one"));
}

TEST(Overall, a_setting_that_did_not_run_everywhere_is_no_candidate) {
  Study study = opposed();
  std::erase_if(study.snapshot.trials,
                [](const TrialRecord& trial) { return trial.key.set == 1 && trial.key.setting == middle; });
  EXPECT_EQ(judge(study.done()).overall->setting, low)
      << "0.06 on the second set against 0.08 for high on the first";
}

TEST(Overall, a_setting_that_fails_on_one_set_is_no_candidate) {
  Study diverging = opposed(), dying = opposed();
  for (Study* study : {&diverging, &dying})
    for (TrialRecord& trial : study->snapshot.trials)
      if (trial.key.set == 1 && trial.key.setting == middle)
        trial.curve = study == &dying ? made_up::with_accuracy(trial.curve, 0.1)
                                      : made_up::draw(made_up::blows_up(0.5));
  EXPECT_NE(judge(diverging.done()).overall->setting, middle);
  EXPECT_NE(judge(dying.done()).overall->setting, middle);
}

/// On the second set nothing is above chance; by its noise `high` would win.
Study half_silent() {
  Study study(2);
  for (const auto& [setting, accuracy] : {std::pair{low, 0.98}, {middle, 0.94}, {high, 0.90}})
    add(study, 0, setting, accuracy);
  for (const auto& [setting, accuracy] : {std::pair{low, 0.0}, {middle, 0.05}, {high, 0.101}})
    study.cell(setting, {accuracy, accuracy, accuracy}, falling(20), 1);
  return study;
}

TEST(Overall, a_set_on_which_nothing_is_above_chance_is_left_out_and_named) {
  Study study = half_silent();
  const OverallRecommendation overall = *judge(study.done()).overall;
  EXPECT_EQ(overall.setting, low);
  EXPECT_LT(overall.worst_regret, 0.005);
  EXPECT_THAT(overall.warnings, Contains(HasSubstr("Nothing is above chance on two: left out")));
}

TEST(Overall, chance_everywhere_gives_no_setting) {
  Study study(2);
  for (const std::uint32_t set : {0u, 1u}) {
    study.cell(low, {0.101, 0.101, 0.101}, falling(1), set);
    study.cell(middle, {0.1, 0.1, 0.1}, falling(20), set);
  }
  const OverallRecommendation overall = *judge(study.done()).overall;
  EXPECT_FALSE(overall.setting);
  EXPECT_THAT(overall.reason, HasSubstr("No setting learned on any data set"));
}

TEST(Overall, where_validation_cannot_show_learning_the_lowest_loss_is_a_guess) {
  Study study(2);
  for (const std::uint32_t set : {0u, 1u}) {
    study.cell(low, {1, 1, 1}, falling(1), set).cell(middle, {1, 0, 1}, falling(20), set);
    study.snapshot.sets[set].chance = 0.5;
    study.snapshot.sets[set].validation_samples = 1;
  }
  const OverallRecommendation overall = *judge(study.done()).overall;
  EXPECT_EQ(overall.setting, middle);
  EXPECT_THAT(overall.warnings, Contains(HasSubstr("Nothing is above chance on any data set")));
  EXPECT_THAT(overall.reason, HasSubstr("no setting is above chance on any data set"));
}

TEST(Overall, a_setting_that_is_the_best_everywhere_is_decided) {
  Study study(2);
  for (const std::uint32_t set : {0u, 1u}) {
    add(study, set, low, 0.98);
    add(study, set, high, 0.90);
  }
  const OverallRecommendation overall = *judge(study.done()).overall;
  EXPECT_EQ(overall.setting, low);
  EXPECT_LT(overall.worst_regret, 0.001);
  EXPECT_THAT(overall.undecided, IsEmpty());
  EXPECT_THAT(overall.warnings, Not(Contains(HasSubstr("chance"))));
  EXPECT_THAT(overall.warnings, Not(Contains(HasSubstr("ndecided"))));
}

TEST(Overall, settings_within_its_error_are_undecided_and_all_named) {
  Study study(2);
  for (const std::uint32_t set : {0u, 1u}) {
    study.cell(low, {0.93, 0.95, 0.94}, falling(20), set);
    study.cell(middle, {0.95, 0.93, 0.94}, falling(20), set);
    study.cell(high, {0.94, 0.95, 0.93}, falling(20), set);
    study.cell({{10, 0.1}}, {0.50, 0.51, 0.49}, falling(20), set);
  }
  const OverallRecommendation overall = *judge(study.done()).overall;
  std::vector<Setting> all = overall.undecided;
  all.push_back(*overall.setting);
  EXPECT_THAT(all, UnorderedElementsAre(low, middle, high));
  for (const Setting& setting : overall.undecided)
    EXPECT_THAT(overall.warnings, Contains(AllOf(HasSubstr("Undecided"),
                                                 HasSubstr(to_text(setting, axes_of(default_groups()))))));
}

TEST(Overall, on_a_tie_it_is_what_the_sets_chose) {
  // Every run is right in every sample; speed alone made both sets choose the second.
  Study study(2);
  for (const std::uint32_t set : {0u, 1u}) {
    study.cell(low, {1, 1, 1}, falling(5), set);
    study.cell(middle, {1, 1, 1}, falling(30), set);
    add(study, set, high, 0.8);  // keeps failure away
  }
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.recommendations[0].setting, middle);
  EXPECT_EQ(judgement.recommendations[1].setting, middle);
  EXPECT_EQ(judgement.overall->setting, middle);
}

TEST(Overall, with_one_set_it_is_that_sets_choice) {
  Study study;
  study.cell(low, {0.981, 0.979, 0.983}, falling(5));
  study.cell(middle, {0.980, 0.981, 0.981}, falling(30));
  add(study, 0, high, 0.8);  // keeps failure away
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.overall->setting, judgement.recommendations[0].setting);
  EXPECT_EQ(judgement.overall->setting, middle);
  EXPECT_GT(judgement.overall->worst_regret, 0) << "of a faster one that is hardly less accurate";
  EXPECT_LT(judgement.overall->worst_regret, 0.005);
  EXPECT_GT(judgement.overall->worst_regret_high, judgement.overall->worst_regret);
}

TEST(Overall, nothing_that_holds_everywhere_gives_no_setting) {
  Study study(2);
  add(study, 0, low, 0.9);
  study.cell(low, {0.1, 0.1, 0.1}, made_up::blows_up(0.5), 1);
  const Judgement judgement = judge(study.done());
  ASSERT_TRUE(judgement.overall);
  EXPECT_FALSE(judgement.overall->setting);
  EXPECT_THAT(judgement.overall->reason, HasSubstr("lower the range"));
}

TEST(Overall, a_set_that_has_not_begun_is_named) {
  Study study(2);
  add(study, 0, low, 0.9);
  const Judgement judgement = judge(study.done());
  ASSERT_TRUE(judgement.overall);
  EXPECT_FALSE(judgement.overall->setting);
  EXPECT_THAT(judgement.overall->reason, HasSubstr("No trial on two is finished"));
}

}  // namespace
}  // namespace etalon
