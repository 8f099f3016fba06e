#include "etalon/live/progress.h"

#include <limits>

#include <gmock/gmock.h>

#include "tests/live/studies.h"

namespace etalon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// 42 trials of set 1 done, 10 s after the start: a quarter of the work at 52,300 samples a second.
Progress running() {
  Progress progress;
  progress.open(shown_study(), 100.0);
  progress.start_set(1);
  for (std::uint32_t seed = 0; seed < 42; ++seed)
    progress.finish_trial(trial_key(1, 0.1, 0.01, seed), 0.978, false);
  for (int i = 1; i <= 100; ++i) progress.advance(5230, 0.0025 * i, 100.0 + 0.1 * i);
  return progress;
}

TEST(Progress, line_holds_done_left_time_rate_and_best) {
  EXPECT_EQ(
      running().line(120, 110.0),
      "digits 2/3   42 trials done, 183 left   ETA 30 s   52,300 samples/s   best 97.8 % conv=0.1 full=0.01");
}

TEST(Progress, a_line_says_while_the_store_is_away) {
  Progress progress = running();
  progress.store_away(true);
  EXPECT_THAT(progress.line(130, 110.0), HasSubstr("digits 2/3   store away   42 trials done"));
  EXPECT_EQ(progress.line(32, 110.0), "store away  42 done, 183 left");
  progress.store_away(false);
  EXPECT_EQ(progress.line(120, 110.0), running().line(120, 110.0));
}

TEST(Progress, a_narrow_line_uses_fewer_words_then_fewer_parts) {
  EXPECT_EQ(running().line(80, 110.0),
            "digits 2/3  42 done, 183 left  ETA 30 s  52,300/s  97.8 % conv=0.1 full=0.01");
  EXPECT_EQ(running().line(70, 110.0), "digits 2/3  42 done, 183 left  ETA 30 s  97.8 % conv=0.1 full=0.01");
  EXPECT_EQ(running().line(30, 110.0), "42 done, 183 left  ETA 30 s");
  EXPECT_EQ(running().line(20, 110.0), "42 done, 183 left");
  for (unsigned columns = 1; columns < 130; ++columns)
    EXPECT_LE(running().line(columns, 110.0).size(), columns);
}

TEST(Progress, says_how_many_workers_are_watched) {
  Progress progress;
  progress.open(shown_study(), 0.0);
  progress.watch(0, 3, 0.25);
  EXPECT_EQ(progress.line(120, 10.0), "shapes 1/3   0 trials done, 225 left   ETA 30 s   3 workers");
  progress.watch(1, 1, 0.5);
  EXPECT_EQ(progress.line(120, 10.0), "digits 2/3   0 trials done, 225 left   ETA 10 s   1 worker");
  progress.watch(1, 0, 0.5);
  EXPECT_EQ(progress.line(45, 10.0), "0 done, 225 left  ETA 10 s  0 workers");
}

TEST(Progress, a_plan_may_grow) {
  Progress progress;
  progress.open(shown_study(), 0.0);
  progress.grow(300);
  EXPECT_EQ(progress.line(120, 0.0), "shapes 1/3   0 trials done, 300 left");
}

TEST(Progress, says_nothing_it_does_not_know) {
  Progress progress;
  progress.open(shown_study(), 5.0);
  EXPECT_EQ(progress.line(120, 5.0), "shapes 1/3   0 trials done, 225 left");
  EXPECT_FALSE(progress.samples_per_second(5.0) || progress.seconds_left(5.0) || progress.best());
  EXPECT_FALSE(progress.seconds_left(50.0)) << "no share of the work is done";
}

TEST(Progress, best_is_the_mean_over_seeds_of_the_set_being_trained) {
  Progress progress;
  progress.open(shown_study(), 0.0);
  progress.finish_trial(trial_key(0, 0.1, 0.1, 0), 0.99, false);
  progress.finish_trial(trial_key(0, 0.1, 0.1, 1), 0.51, false);
  progress.finish_trial(trial_key(0, 0.01, 0.1, 0), 0.80, false);
  progress.finish_trial(trial_key(1, 1.0, 1.0, 0), 0.95, false);
  EXPECT_EQ(progress.best()->setting, (Setting{{0.01, 0.1}}));
  EXPECT_DOUBLE_EQ(progress.best()->accuracy, 0.80);
  progress.start_set(1);
  EXPECT_EQ(progress.best()->setting, (Setting{{1.0, 1.0}}));
}

TEST(Progress, a_diverged_trial_is_done_but_never_best) {
  Progress progress;
  progress.open(shown_study(), 0.0);
  progress.finish_trial(trial_key(0, 1.0, 1.0, 0), 0.1, true);
  progress.finish_trial(trial_key(0, 1.0, 1.0, 1), std::numeric_limits<double>::quiet_NaN(), false);
  EXPECT_EQ(progress.done(), 2U);
  EXPECT_EQ(progress.diverged(), 1U);
  EXPECT_FALSE(progress.best());
}

TEST(Progress, counts_as_diverged_what_the_judge_does) {
  StudySnapshot study = shown_study();
  study.trials = {finished_trial(trial_key(0, 1, 1, 0), 0.9)};
  Curve& curve = study.trials[0].curve;
  curve.reference_loss = 2.3;
  curve.loss.assign(100, 2.6F);  // finite, and 1.13 of the start at the end
  Progress progress;
  progress.open(study, 0.0);
  EXPECT_EQ(progress.diverged(), 1U);
  EXPECT_FALSE(progress.best());
}

TEST(Progress, trials_of_earlier_runs_count) {
  StudySnapshot study = shown_study();
  study.trials = {finished_trial(trial_key(0, 0.1, 0.1, 0), 0.9), finished_trial(trial_key(0, 1, 1, 0), 0.1)};
  study.trials[1].curve.loss = {2.3F, std::numeric_limits<float>::infinity()};
  Progress progress;
  progress.open(study, 0.0);
  EXPECT_EQ(progress.done(), 2U);
  EXPECT_EQ(progress.diverged(), 1U);
  EXPECT_DOUBLE_EQ(progress.best()->accuracy, 0.9);
}

TEST(Progress, the_rate_is_that_of_the_last_ten_seconds) {
  Progress progress;
  progress.open(shown_study(), 0.0);
  for (int i = 1; i <= 300; ++i) progress.advance(i <= 150 ? 100 : 1000, 0.003 * i, 0.1 * i);
  EXPECT_NEAR(*progress.samples_per_second(30.0), 10'000, 300);
}

TEST(Progress, a_line_without_sets_of_its_own_is_short) {
  StudySnapshot study = shown_study();
  study.definition.sets.resize(1);
  Progress progress;
  progress.open(study, 0.0);
  EXPECT_THAT(progress.line(80, 0.0), Not(HasSubstr("1/1")));
}

TEST(GroupedNumber, groups_by_three) {
  EXPECT_EQ(grouped_number(0), "0");
  EXPECT_EQ(grouped_number(999.4), "999");
  EXPECT_EQ(grouped_number(1000), "1,000");
  EXPECT_EQ(grouped_number(1234567), "1,234,567");
}

}  // namespace
}  // namespace etalon
