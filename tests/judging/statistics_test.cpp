#include "etalon/judging/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "etalon/base/random.h"

namespace etalon {
namespace {

// Reference numbers: z = 1.959963984540054 put into Wilson's formula by hand.
TEST(Wilson, agrees_with_closed_form_numbers) {
  EXPECT_NEAR(wilson_upper(0, 3), 3.841458820694124 / (3 + 3.841458820694124), 1e-12);
  EXPECT_NEAR(wilson_upper(0, 10), 0.2775327998628892, 1e-12);
  EXPECT_NEAR(wilson_upper(1, 3), 0.792340399197952, 1e-12);
  EXPECT_NEAR(wilson_upper(5, 10), 0.763406909487436, 1e-12);
  EXPECT_EQ(wilson_upper(3, 3), 1.0);
  EXPECT_EQ(wilson_upper(0, 0), 1.0);
}

TEST(NormalBelow, agrees_with_known_quantiles) {
  EXPECT_DOUBLE_EQ(normal_below(0), 0.5);
  EXPECT_NEAR(normal_below(1.6448536269514722), 0.95, 1e-12);
  EXPECT_NEAR(normal_below(-1.959963984540054), 0.025, 1e-12);
}

TEST(Spread, says_how_much_was_measured) {
  EXPECT_FALSE(spread_of({}).mean);
  const std::vector<double> one{2}, three{1, 2, 6};
  EXPECT_EQ(spread_of(one).mean, 2.0);
  EXPECT_FALSE(spread_of(one).deviation);
  EXPECT_EQ(spread_of(three).mean, 3.0);
  EXPECT_NEAR(*spread_of(three).deviation, std::sqrt(7.0), 1e-12);
  EXPECT_EQ(spread_of(three).count, 3u);
}

TEST(Median, of_an_even_number_is_the_middle_of_two) {
  EXPECT_EQ(median({5, 1, 3}), 3);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
}

TEST(CentredMedian, agrees_with_sorting_every_window) {
  RandomSequence random({1, 0, Purpose::generated_set});
  for (const std::size_t count : {1u, 2u, 7u, 64u, 301u})
    for (const std::size_t half : {0u, 1u, 2u, 19u, 400u}) {
      std::vector<double> values;
      for (std::size_t i = 0; i < count; ++i) values.push_back(random.below(20));  // with ties
      const std::vector<double> medians = centred_median(values, half);
      ASSERT_EQ(medians.size(), count);
      for (std::size_t t = 0; t < count; ++t) {
        const std::size_t from = t > half ? t - half : 0, to = std::min(count, t + half + 1);
        const auto begin = values.begin();
        ASSERT_EQ(medians[t], median({begin + static_cast<long>(from), begin + static_cast<long>(to)}));
      }
    }
}

TEST(FallingProbability, agrees_with_the_textbook_slope) {
  // 0, 2, 1: slope 0.5, residual variance 1.5, slope variance 0.75.
  const std::vector<double> values{0, 2, 1};
  EXPECT_NEAR(*falling_probability(values), normal_below(-0.5 / std::sqrt(0.75)), 1e-12);
}

TEST(FallingProbability, is_certain_on_lines_and_even_on_flats) {
  const std::vector<double> down{3, 2, 1, 0}, up{0, 0.1, 0.2, 0.3}, flat{1, 1, 1};
  EXPECT_EQ(falling_probability(down), 1.0);
  EXPECT_EQ(falling_probability(up), 0.0);
  EXPECT_EQ(falling_probability(flat), 0.5);
}

TEST(FallingProbability, is_not_measured_on_too_little) {
  const std::vector<double> two{1, 2}, broken{1, 2, std::numeric_limits<double>::infinity()};
  EXPECT_FALSE(falling_probability(two));
  EXPECT_FALSE(falling_probability(broken));
}

}  // namespace
}  // namespace etalon
