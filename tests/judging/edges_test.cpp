#include "etalon/judging/edges.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etalon {
namespace {

using testing::ElementsAre;

CellSummary cell_at(double conv, double full) {
  CellSummary cell;
  cell.setting = {{conv, full}};
  return cell;
}

StudyPlan grid(std::vector<std::vector<double>> values) {
  StudyPlan plan;
  plan.space.values = std::move(values);
  return plan;
}

const std::vector<Axis> axes = axes_of(default_groups());

AxisValues list_of(const Axis& axis, const std::vector<double>& values) {
  AxisValues list;
  list.axis = axis;
  list.values = values;
  return list;
}

std::vector<AxisValues> lists(const std::vector<double>& conv, const std::vector<double>& full) {
  return {list_of(axes[0], conv), list_of(axes[1], full)};
}

TEST(Edges, one_more_decade_repeats_the_last_ones_pattern) {
  EXPECT_THAT(with_one_more_decade({1e-4, 1e-3, 1e-2}, EdgeSide::high), ElementsAre(1e-4, 1e-3, 1e-2, 1e-1));
  EXPECT_THAT(with_one_more_decade({1e-4, 1e-3}, EdgeSide::low), ElementsAre(1e-5, 1e-4, 1e-3));
  EXPECT_THAT(with_one_more_decade({0.01, 0.03, 0.1, 0.3}, EdgeSide::high),
              ElementsAre(0.01, 0.03, 0.1, 0.3, 1, 3));
}

TEST(Edges, nothing_above_10_is_suggested) {
  EXPECT_THAT(with_one_more_decade({0.3, 1, 3}, EdgeSide::high), ElementsAre(0.3, 1, 3, 10));
  EXPECT_THAT(with_one_more_decade({1, 10}, EdgeSide::high), ElementsAre(1, 10));
}

TEST(Edges, are_found_for_each_group_on_its_side) {
  const std::vector<CellSummary> cells{cell_at(0.1, 0.1), cell_at(0.1, 1), cell_at(1, 0.1), cell_at(1, 1)};
  const StudyPlan plan = grid({{0.1, 1}, {0.1, 1}});
  const std::vector<EdgeWarning> edges = edges_of({{0.1, 1}}, {axes, plan, cells});
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].axis, 0u);
  EXPECT_EQ(edges[0].side, EdgeSide::low);
  EXPECT_EQ(edges[1].axis, 1u);
  EXPECT_EQ(edges[1].side, EdgeSide::high);
}

TEST(Edges, of_listed_settings_come_from_the_list) {
  StudyPlan plan;
  plan.space.settings = {{{0.1, 1}}, {{0.01, 0.5}}};
  const std::vector<CellSummary> none;
  EXPECT_THAT(searched_values({axes, plan, none}, 0), ElementsAre(0.01, 0.1));
}

TEST(Edges, larger_etas_that_are_still_to_run_leave_no_edge) {
  const std::vector<CellSummary> cells{cell_at(0.01, 0.1), cell_at(0.1, 0.1)};
  const StudyPlan plan = grid({{0.01, 0.1, 1}, {0.1}});
  EXPECT_TRUE(edges_of({{0.1, 0.1}}, {axes, plan, cells}).empty());
}

TEST(Edges, the_line_holds_every_group_once_and_is_ready_to_paste) {
  const StudyPlan plan = grid({{1e-05, 0.0001}, {0.01, 0.1}});
  const std::vector<CellSummary> cells{cell_at(1e-05, 0.1), cell_at(0.0001, 0.1), cell_at(1e-05, 0.01),
                                       cell_at(0.0001, 0.01)};
  const auto warnings = [&](const Setting& chosen) {
    return edge_warnings(edges_of(chosen, {axes, plan, cells}), {axes, plan, cells}, chosen);
  };
  EXPECT_THAT(
      warnings({{0.0001, 0.1}}),
      ElementsAre(Warning(
          "conv = 0.0001 and full = 0.1 are the largest etas searched; better may lie beyond. Extend the grid:",
          lists({1e-05, 0.0001, 0.001}, {0.01, 0.1, 1}))));
  EXPECT_THAT(
      warnings({{1e-05, 0.1}}),
      ElementsAre(Warning(
          "conv = 1e-05 is the smallest eta searched, full = 0.1 is the largest eta searched; better may lie beyond. Extend the grid:",
          lists({1e-06, 1e-05, 0.0001}, {0.01, 0.1, 1}))));
  const StudyPlan one_group = grid({{0.1, 1}, {0.1}});
  const std::vector<CellSummary> line{cell_at(0.1, 0.1), cell_at(1, 0.1)};
  const Setting low{{0.1, 0.1}};
  EXPECT_THAT(
      edge_warnings(edges_of(low, {axes, one_group, line}), {axes, one_group, line}, low),
      ElementsAre(Warning("conv = 0.1 is the smallest eta searched; better may lie beyond. Extend the grid:",
                          lists({0.01, 0.1, 1}, {0.1}))));
}

TEST(Edges, at_the_largest_eta_allowed_nothing_is_suggested) {
  const StudyPlan plan = grid({{1, 10}, {0.1}});
  const std::vector<CellSummary> cells{cell_at(1, 0.1), cell_at(10, 0.1)};
  const Setting chosen{{10, 0.1}};
  EXPECT_THAT(edge_warnings(edges_of(chosen, {axes, plan, cells}), {axes, plan, cells}, chosen),
              ElementsAre("conv = 10 lies at the largest eta that Etalon allows, 10."));
}

/// Nine etas drawn between 1e-4 and 1 (typical gap: 0.4 decades), the largest half a decade below the end.
TEST(Edges, of_a_random_search_are_those_of_its_range_not_of_its_draws) {
  StudyPlan plan = grid({{1e-4, 1e-3, 1e-2, 1e-1, 1}, {0.1}});
  plan.strategy = "random";
  plan.trials = 9;
  std::vector<CellSummary> cells;
  for (const double exponent : {-3.9, -3.4, -3.0, -2.6, -2.2, -1.8, -1.4, -1.0, -0.5})
    cells.push_back(cell_at(std::pow(10, exponent), 0.1));
  EXPECT_TRUE(edges_of(cells.back().setting, {axes, plan, cells}).empty()) << "the largest draw";
  EXPECT_TRUE(edges_of(cells[2].setting, {axes, plan, cells}).empty());
  const std::vector<EdgeWarning> edges = edges_of(cells.front().setting, {axes, plan, cells});
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].side, EdgeSide::low);
  EXPECT_THAT(edges[0].suggested_values, ElementsAre(1e-5, 1)) << "from, to";
  cells.back().setting.values[0] = 0.5;
  const Setting high = cells.back().setting;
  EXPECT_THAT(
      edge_warnings(edges_of(high, {axes, plan, cells}), {axes, plan, cells}, high),
      ElementsAre(Warning(
          "conv = 0.5 lies near the upper end of the range searched; better may lie beyond. Widen the search:",
          lists({0.0001, 10}, {0.1}))));
}

/// wider_values of a study's only axis.
std::vector<double> beyond(Quantity quantity, const std::vector<double>& values, EdgeSide side) {
  const StudyPlan plan = grid({values});
  const std::vector<CellSummary> none;
  return wider_values({{{quantity, ""}}, plan, none}, 0, side);
}

TEST(Edges, of_choices_are_one_more_choice) {
  EXPECT_THAT(beyond(Quantity::momentum, {0.8, 0.9}, EdgeSide::high), ElementsAre(0.8, 0.9, 0.95));
  EXPECT_THAT(beyond(Quantity::momentum, {0.8, 0.9}, EdgeSide::low), ElementsAre(0.6, 0.8, 0.9));
  EXPECT_THAT(beyond(Quantity::momentum, {0.3, 0.9}, EdgeSide::low), ElementsAre(0, 0.3, 0.9));
  EXPECT_THAT(beyond(Quantity::weight_decay, {0, 1e-4}, EdgeSide::high), ElementsAre(0, 1e-4, 1e-3));
  EXPECT_THAT(beyond(Quantity::weight_decay, {1e-4, 1e-3}, EdgeSide::low), ElementsAre(1e-5, 1e-4, 1e-3));
  EXPECT_THAT(beyond(Quantity::label_smoothing, {0, 0.1}, EdgeSide::high), ElementsAre(0, 0.1, 0.2));
  EXPECT_THAT(beyond(Quantity::batch, {32, 64}, EdgeSide::high), ElementsAre(32, 64, 128));
  EXPECT_THAT(beyond(Quantity::batch, {32, 64}, EdgeSide::low), ElementsAre(16, 32, 64));
  EXPECT_THAT(beyond(Quantity::batch, {1, 64}, EdgeSide::low), ElementsAre(1, 64));
}

TEST(Edges, the_natural_end_of_a_quantity_is_none) {
  const StudyPlan plan = grid({{0.1}, {0, 1e-4}, {0.8, 0.9}});
  const std::vector<Axis> three{
      {Quantity::eta, "conv"}, {Quantity::weight_decay, ""}, {Quantity::momentum, "conv"}};
  std::vector<CellSummary> cells;
  for (const double decay : {0.0, 1e-4})
    for (const double momentum : {0.8, 0.9}) cells.emplace_back().setting = {{0.1, decay, momentum}};
  EXPECT_THAT(edge_warnings(edges_of({{0.1, 0, 0.9}}, {three, plan, cells}), {three, plan, cells},
                            Setting{{0.1, 0, 0.9}}),
              ElementsAre(Warning("conv.momentum = 0.9 is the largest value searched; better may lie beyond. "
                                  "Extend the grid:",
                                  {list_of(three[0], {0.1}), list_of(three[1], {0, 1e-4}),
                                   list_of(three[2], {0.8, 0.9, 0.95})})));
}

}  // namespace
}  // namespace etalon
