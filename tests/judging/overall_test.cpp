#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "made_up.h"

namespace etalon {
namespace {

using made_up::falling;
using made_up::Study;
using testing::HasSubstr;

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
  EXPECT_NEAR(judgement.overall->worst_regret, 0.04, 1e-9);
  ASSERT_EQ(judgement.overall->regret.size(), 2u);
  EXPECT_NEAR(judgement.overall->regret[1], 0.035, 1e-9);
  EXPECT_THAT(judgement.overall->reason, HasSubstr("4.00 percentage points below the best on one"));
}

TEST(Overall, a_setting_that_did_not_run_everywhere_is_no_candidate) {
  Study study = opposed();
  std::erase_if(study.snapshot.trials,
                [](const TrialRecord& trial) { return trial.key.set == 1 && trial.key.setting == middle; });
  EXPECT_EQ(judge(study.done()).overall->setting, low)
      << "0.06 on the second set against 0.08 for high on the first";
}

TEST(Overall, a_setting_that_diverges_on_one_set_is_no_candidate) {
  Study study = opposed();
  for (TrialRecord& trial : study.snapshot.trials)
    if (trial.key.set == 1 && trial.key.setting == middle)
      trial.curve = made_up::draw(made_up::blows_up(0.5));
  EXPECT_NE(judge(study.done()).overall->setting, middle);
}

TEST(Overall, with_one_set_it_is_that_sets_choice) {
  Study study;
  study.cell(low, {0.981, 0.979, 0.983}, falling(5));
  study.cell(middle, {0.980, 0.981, 0.981}, falling(30));
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.overall->setting, judgement.recommendations[0].setting);
  EXPECT_EQ(judgement.overall->setting, middle);
  EXPECT_NEAR(judgement.overall->worst_regret, 0.981 - 0.980667, 1e-6);
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
