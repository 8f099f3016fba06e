#include "etalon/search/refinement.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

const std::vector<std::vector<double>> decades{{0.01, 0.1, 1}, {0.01, 0.1, 1}};

TEST(HalfSteps, SurroundASettingInTheMiddleOfTheGrid) {
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

TEST(HalfSteps, LieMidwayInTwoDigits) {
  EXPECT_EQ(half_steps({{0.1}}, {{0.01, 0.1, 0.3}}), (std::vector<Setting>{{{0.032}}, {{0.17}}}));
  EXPECT_EQ(half_steps({{0.1}}, {{0.09, 0.1, 0.101}}).size(), 2u)
      << "more digits where two do not fit between";
}

TEST(HalfSteps, LookHalfAStepBeyondTheEndsOfAnAxis) {
  EXPECT_EQ(half_steps({{0.01, 1}}, decades), (std::vector<Setting>{{{0.0032, 0.32}},
                                                                    {{0.0032, 1}},
                                                                    {{0.0032, 3.2}},
                                                                    {{0.01, 0.32}},
                                                                    {{0.01, 3.2}},
                                                                    {{0.032, 0.32}},
                                                                    {{0.032, 1}},
                                                                    {{0.032, 3.2}}}));
}

TEST(HalfSteps, NeverExceedTheLargestEta) {
  EXPECT_EQ(half_steps({{10}}, {{1, 10}}), (std::vector<Setting>{{{3.2}}}));
}

TEST(HalfSteps, OfAFixedGroupThereAreNone) {
  EXPECT_TRUE(half_steps({{0.1}}, {{0.1}}).empty());
  for (const Setting& step : half_steps({{0.1, 0.1}}, {{0.1}, {0.01, 0.1, 1}})) EXPECT_EQ(step.eta[0], 0.1);
}

TEST(HalfSteps, OfManyGroupsMoveOneOrTwo) {
  const std::vector<std::vector<double>> axes(6, {0.01, 0.1, 1});
  const Setting leader{std::vector<double>(6, 0.1)};
  const std::vector<Setting> steps = half_steps(leader, axes);
  EXPECT_EQ(steps.size(), 2u * 6 + 4 * 15);
  for (const Setting& step : steps) {
    int moved = 0;
    for (const double eta : step.eta) moved += eta != 0.1;
    EXPECT_TRUE(moved == 1 || moved == 2);
  }
}

TEST(HalfSteps, EtasThatSixDigitsDoNotTellApartHaveNoneBetween) {
  for (const Setting& step : half_steps({{0.1}}, {{0.1, 0.1000001}})) EXPECT_NE(step.eta[0], 0.1);
}

TEST(AxesOf, AreTheEtasOfEachGroup) {
  EXPECT_EQ(axes_of({{{0.1, 1}}, {{0.01, 1}}, {{0.1, 0.5}}}),
            (std::vector<std::vector<double>>{{0.01, 0.1}, {0.5, 1}}));
  EXPECT_TRUE(axes_of({}).empty());
}

}  // namespace
}  // namespace etalon
