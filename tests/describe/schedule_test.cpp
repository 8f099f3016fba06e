#include "etalon/training/schedule.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace etalon {
namespace {

ScheduleSpec spec(const std::string& name, double warmup = 0, double step_epochs = 1, double factor = 0.1) {
  return {name, warmup, step_epochs, factor};
}

TEST(Schedule, constant_is_one) {
  const Schedule schedule(spec("constant"), 10, 3);
  for (const std::uint64_t t : {0, 1, 29, 30, 1000}) EXPECT_EQ(schedule.factor(t), 1.0);
}

TEST(Schedule, warmup_rises_linearly_and_reaches_one_at_its_last_step) {
  const Schedule schedule(spec("constant", 0.5), 10, 3);
  EXPECT_DOUBLE_EQ(schedule.factor(0), 0.2);
  EXPECT_DOUBLE_EQ(schedule.factor(1), 0.4);
  EXPECT_EQ(schedule.factor(4), 1.0);
  EXPECT_EQ(schedule.factor(5), 1.0);
}

TEST(Schedule, warmup_is_rounded_to_whole_steps) {
  EXPECT_DOUBLE_EQ(Schedule(spec("constant", 0.26), 10, 3).factor(0), 1.0 / 3);
  EXPECT_EQ(Schedule(spec("constant", 0.04), 10, 3).factor(0), 1.0);
}

TEST(Schedule, step_drops_at_the_edge) {
  const Schedule schedule(spec("step", 0, 2, 0.5), 10, 6);
  EXPECT_EQ(schedule.factor(0), 1.0);
  EXPECT_EQ(schedule.factor(19), 1.0);
  EXPECT_NEAR(schedule.factor(20), 0.5, 1e-15);
  EXPECT_NEAR(schedule.factor(39), 0.5, 1e-15);
  EXPECT_NEAR(schedule.factor(40), 0.25, 1e-15);
}

TEST(Schedule, step_counts_from_the_warmups_end) {
  const Schedule schedule(spec("step", 1, 2, 0.5), 10, 6);
  EXPECT_EQ(schedule.factor(9), 1.0);
  EXPECT_EQ(schedule.factor(29), 1.0);
  EXPECT_NEAR(schedule.factor(30), 0.5, 1e-15);
}

TEST(Schedule, steps_of_part_epochs_fall_on_the_nearest_step) {
  for (const double share : {0.07, 0.1, 0.28, 0.7, 1.1}) {  // 0.07 * 100 > 7 in double
    const Schedule schedule(spec("step", 0, share, 0.5), 100, 100);
    const auto span = static_cast<std::uint64_t>(std::llround(100 * share));
    for (std::uint64_t k = 1; k <= 40; ++k) {
      EXPECT_NEAR(schedule.factor(k * span) / std::pow(0.5, k), 1, 1e-12) << share << " " << k;
      EXPECT_NEAR(schedule.factor(k * span - 1) / std::pow(0.5, k - 1), 1, 1e-12) << share << " " << k;
    }
  }
}

TEST(Schedule, exponential_multiplies_once_an_epoch) {
  const Schedule schedule(spec("exponential", 0, 1, 0.3), 10, 4);
  EXPECT_EQ(schedule.factor(0), 1.0);
  for (const std::uint64_t t : {1, 7, 10, 25, 39})
    EXPECT_NEAR(schedule.factor(t), std::pow(0.3, static_cast<double>(t) / 10), 1e-14);
}

TEST(Schedule, exponential_after_warmup) {
  const Schedule schedule(spec("exponential", 0.5, 1, 0.3), 10, 4);
  EXPECT_EQ(schedule.factor(4), 1.0);
  EXPECT_EQ(schedule.factor(5), 1.0);
  EXPECT_NEAR(schedule.factor(15), 0.3, 1e-15);
}

TEST(Schedule, cosine_falls_to_zero_over_the_whole_study) {
  const Schedule schedule(spec("cosine"), 10, 4);
  EXPECT_EQ(schedule.factor(0), 1.0);
  EXPECT_NEAR(schedule.factor(20), 0.5, 1e-15);
  for (std::uint64_t t = 0; t < 40; ++t)
    EXPECT_NEAR(schedule.factor(t), 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(t) / 40)),
                1e-15);
  EXPECT_GT(schedule.factor(39), 0.0);
  EXPECT_EQ(schedule.factor(40), 0.0);
  EXPECT_EQ(schedule.factor(41), 0.0);
}

TEST(Schedule, cosine_after_warmup_spans_the_rest) {
  const Schedule schedule(spec("cosine", 1), 10, 5);
  EXPECT_EQ(schedule.factor(9), 1.0);
  EXPECT_EQ(schedule.factor(10), 1.0);
  EXPECT_NEAR(schedule.factor(30), 0.5, 1e-15);
  EXPECT_EQ(schedule.factor(50), 0.0);
}

TEST(Schedule, warmup_longer_than_the_study_never_ends) {
  for (const char* name : {"constant", "step", "cosine", "exponential"}) {
    const Schedule schedule(spec(name, 10), 10, 5);
    EXPECT_DOUBLE_EQ(schedule.factor(49), 0.5) << name;
  }
}

TEST(Schedule, factors_stay_within_zero_and_one) {
  for (const char* name : {"constant", "step", "cosine", "exponential"})
    for (std::uint64_t t = 0; t < 400; ++t) {
      const double factor = Schedule(spec(name, 0.3, 0.37, 0.5), 17, 20).factor(t);
      EXPECT_GE(factor, 0.0);
      EXPECT_LE(factor, 1.0);
    }
}

}  // namespace
}  // namespace etalon
