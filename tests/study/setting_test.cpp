#include "etalon/study/setting.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "etalon/study/definition.h"

namespace etalon {
namespace {

using Values = std::vector<double>;

TEST(setting, text_names_every_group) {
  EXPECT_EQ(to_text(Setting{{0.1, 0.001}}, axes_of(default_groups())), "conv=0.1 full=0.001");
  EXPECT_EQ(to_text(Setting{{1e-5}}, {{Quantity::eta, "stem"}}), "stem=1e-05");
}

TEST(setting, text_names_what_else_is_varied) {
  EXPECT_EQ(to_text(Setting{{0.1, 0.9, 64}},
                    {{Quantity::eta, "all"}, {Quantity::momentum, "all"}, {Quantity::batch, ""}}),
            "all=0.1 all.momentum=0.9 batch=64");
}

TEST(setting, an_eta_is_written_plainly_and_reads_back_exactly) {
  EXPECT_EQ(value_text(1e-4), "0.0001");
  EXPECT_EQ(value_text(1e-5), "1e-05");
  EXPECT_EQ(value_text(10), "10");
  for (const double eta : {0.1 + 0.2, 1.0 / 3, 3.16228e-3}) EXPECT_EQ(std::stod(value_text(eta)), eta);
}

TEST(setting, the_default_groups_are_convolutions_and_dense_layers) {
  EXPECT_EQ(default_groups(), (std::vector<LayerGroup>{{"conv", {"conv"}}, {"full", {"dense"}}}));
}

TEST(setting, the_first_group_varies_slowest) {
  const SearchSpace space{{{0.1, 1}, {0.2, 0.3, 0.4}}, {}};
  const std::vector<Setting> expected{{{0.1, 0.2}}, {{0.1, 0.3}}, {{0.1, 0.4}},
                                      {{1, 0.2}},   {{1, 0.3}},   {{1, 0.4}}};
  EXPECT_EQ(all_settings(space), expected);
  EXPECT_TRUE(std::is_sorted(expected.begin(), expected.end())) << "the plan's order is the settings' own";
}

TEST(setting, listed_settings_are_visited_and_no_others) {
  const std::vector<Setting> pairs{{{0.01, 0.001}}, {{0.001, 0.01}}};
  EXPECT_EQ(all_settings({{}, pairs}), pairs);
  EXPECT_EQ(all_settings({{{1}, {1}}, pairs}), pairs);
}

TEST(setting, three_groups_make_their_product) {
  const SearchSpace space{{{1, 2}, {3}, {4, 5}}, {}};
  EXPECT_EQ(all_settings(space), (std::vector<Setting>{{{1, 3, 4}}, {{1, 3, 5}}, {{2, 3, 4}}, {{2, 3, 5}}}));
}

TEST(setting, a_log_axis_holds_exactly_the_decimal_numbers) {
  EXPECT_EQ(log_axis(0.0001, 1, 5), (Values{0.0001, 0.001, 0.01, 0.1, 1}));
  EXPECT_EQ(log_axis(1e-8, 10, 10), (Values{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10}));
  EXPECT_EQ(log_axis(0.003, 3, 4), (Values{0.003, 0.03, 0.3, 3}));
}

TEST(setting, a_log_axis_is_even_in_log10_and_rounded_to_6_digits) {
  EXPECT_EQ(log_axis(0.01, 1, 5), (Values{0.01, 0.0316228, 0.1, 0.316228, 1}));
  EXPECT_EQ(log_axis(1, 10, 4), (Values{1, 2.15443, 4.64159, 10}));
}

TEST(setting, a_log_axis_of_one_cell_is_its_start) { EXPECT_EQ(log_axis(0.02, 0.02, 1), Values{0.02}); }

TEST(setting, a_fine_log_axis_ascends_without_repeats_and_stays_in_range) {
  const Values axis = log_axis(1e-6, 10, 1000);
  EXPECT_EQ(std::adjacent_find(axis.begin(), axis.end(), std::greater_equal<>()), axis.end());
  EXPECT_EQ(axis.front(), 1e-6);
  EXPECT_EQ(axis.back(), largest_eta);
}

}  // namespace
}  // namespace etalon
