#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/search/planned.h"

namespace etalon {
namespace {

const SearchSpace two_groups{{{1e-4, 1e-2, 1}, {1e-2, 1e-1}}, {}};

TEST(RandomSettings, more_trials_extend_fewer) {
  const std::vector<Setting> few = random_settings(two_groups, 5, 3),
                             many = random_settings(two_groups, 50, 3);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(RandomSettings, more_trials_of_a_list_extend_fewer) {
  const SearchSpace list{{}, {{{0.1}}, {{0.2}}, {{0.3}}, {{0.4}}}};
  const std::vector<Setting> few = random_settings(list, 2, 3), all = random_settings(list, 4, 3);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), all.begin()));
}

TEST(RandomSettings, another_study_seed_draws_others) {
  EXPECT_NE(random_settings(two_groups, 5, 3), random_settings(two_groups, 5, 4));
}

TEST(RandomSettings, etas_are_uniform_in_the_logarithm) {
  const std::vector<Setting> settings = random_settings(two_groups, 4000, 1);
  int quarters[4] = {};
  for (const Setting& setting : settings) {
    const double place = (std::log10(setting.values[0]) + 4) / 4;
    ++quarters[std::min(3, static_cast<int>(place * 4))];
  }
  for (const int count : quarters) EXPECT_NEAR(count, 1000, 5 * std::sqrt(4000 * 0.25 * 0.75));
}

TEST(RandomSettings, a_fixed_group_keeps_its_value) {
  for (const Setting& setting : random_settings({{{0.03}, {0.01, 1}}, {}}, 20, 1))
    EXPECT_EQ(setting.values[0], 0.03);
}

TEST(RandomSettings, refuses_more_trials_than_the_space_has_settings) {
  EXPECT_THROW(random_settings({{{0.1}, {0.2}}, {}}, 2, 1), RequestError);
  EXPECT_THROW(random_settings({{}, {{{0.1}}, {{0.2}}}}, 3, 1), RequestError);
}

TEST(RandomSettings, of_choices_draw_one_of_the_values) {
  const std::vector<Axis> axes{{Quantity::eta, "all"}, {Quantity::momentum, ""}};
  const std::vector<Setting> settings = random_settings({{{0.001, 1}, {0, 0.5, 0.9}}, {}}, 300, 1, axes);
  std::map<double, int> drawn;
  for (const Setting& setting : settings) ++drawn[setting.values[1]];
  ASSERT_EQ(drawn.size(), 3u);
  for (const double momentum : {0.0, 0.5, 0.9})
    EXPECT_NEAR(drawn[momentum], 100, 5 * std::sqrt(300 * 2 / 9.0));
}

}  // namespace
}  // namespace etalon
