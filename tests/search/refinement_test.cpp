#include "etalon/search/refinement.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

const std::vector<std::vector<double>> decades{{0.01, 0.1, 1}, {0.01, 0.1, 1}};

TEST(HalfSteps, surround_a_setting_in_the_middle_of_the_grid) {
  const std::vector<Setting> steps = half_steps({{0.1, 0.1}}, decades);
  const double low = 0.032, high = 0.32;
  EXPECT_EQ(steps, (std::vector<Setting>{{{low, low}},
                                         {{low, 0.1}},
                                         {{low, high}},
                                         {{0.1, low}},
                                         {{0.1, high}},
                                         {{high, low}},
                                         {{high, 0.1}},
                                         {{high, high}}}));
}

TEST(HalfSteps, lie_midway_in_two_digits) {
  EXPECT_EQ(half_steps({{0.1}}, {{0.01, 0.1, 0.3}}), (std::vector<Setting>{{{0.032}}, {{0.17}}}));
  EXPECT_EQ(half_steps({{0.1}}, {{0.09, 0.1, 0.101}}).size(), 2u)
      << "more digits where two do not fit between";
}

TEST(HalfSteps, look_half_a_step_beyond_the_ends_of_an_axis) {
  EXPECT_EQ(half_steps({{0.01, 1}}, decades), (std::vector<Setting>{{{0.0032, 0.32}},
                                                                    {{0.0032, 1}},
                                                                    {{0.0032, 3.2}},
                                                                    {{0.01, 0.32}},
                                                                    {{0.01, 3.2}},
                                                                    {{0.032, 0.32}},
                                                                    {{0.032, 1}},
                                                                    {{0.032, 3.2}}}));
}

TEST(HalfSteps, never_exceed_the_largest_eta) {
  EXPECT_EQ(half_steps({{10}}, {{1, 10}}), (std::vector<Setting>{{{3.2}}}));
}

TEST(HalfSteps, of_a_fixed_group_there_are_none) {
  EXPECT_TRUE(half_steps({{0.1}}, {{0.1}}).empty());
  for (const Setting& step : half_steps({{0.1, 0.1}}, {{0.1}, {0.01, 0.1, 1}}))
    EXPECT_EQ(step.values[0], 0.1);
}

TEST(HalfSteps, of_many_groups_move_one_or_two) {
  const std::vector<std::vector<double>> axes(6, {0.01, 0.1, 1});
  const Setting leader{std::vector<double>(6, 0.1)};
  const std::vector<Setting> steps = half_steps(leader, axes);
  EXPECT_EQ(steps.size(), 2u * 6 + 4 * 15);
  for (const Setting& step : steps) {
    int moved = 0;
    for (const double eta : step.values) moved += eta != 0.1;
    EXPECT_TRUE(moved == 1 || moved == 2);
  }
}

TEST(HalfSteps, etas_that_six_digits_do_not_tell_apart_have_none_between) {
  for (const Setting& step : half_steps({{0.1}}, {{0.1, 0.1000001}})) EXPECT_NE(step.values[0], 0.1);
}

TEST(AxesOf, are_the_etas_of_each_group) {
  EXPECT_EQ(refinable_values({{{0.1, 1}}, {{0.01, 1}}, {{0.1, 0.5}}}),
            (std::vector<std::vector<double>>{{0.01, 0.1}, {0.5, 1}}));
  EXPECT_TRUE(refinable_values({}).empty());
}

TEST(Refinement, keeps_to_the_values_of_choices) {
  const std::vector<Axis> axes{{Quantity::eta, "all"}, {Quantity::weight_decay, ""}};
  const std::vector<std::vector<double>> values =
      refinable_values({{{0.01, 0}}, {{0.1, 1e-4}}, {{1, 1e-3}}}, axes);
  EXPECT_TRUE(values[1].empty());
  EXPECT_EQ(half_steps({{0.1, 1e-4}}, values), (std::vector<Setting>{{{0.032, 1e-4}}, {{0.32, 1e-4}}}));
}

}  // namespace
}  // namespace etalon
