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

const std::vector<LayerGroup> groups = default_groups();

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
  const std::vector<EdgeWarning> edges = edges_of({{0.1, 1}}, grid({{0.1, 1}, {0.1, 1}}), cells);
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].group, 0u);
  EXPECT_EQ(edges[0].side, EdgeSide::low);
  EXPECT_EQ(edges[1].group, 1u);
  EXPECT_EQ(edges[1].side, EdgeSide::high);
}

TEST(Edges, of_listed_settings_come_from_the_list) {
  StudyPlan plan;
  plan.space.settings = {{{0.1, 1}}, {{0.01, 0.5}}};
  EXPECT_THAT(searched_values(plan, {}, 0), ElementsAre(0.01, 0.1));
}

TEST(Edges, larger_etas_that_are_still_to_run_leave_no_edge) {
  const std::vector<CellSummary> cells{cell_at(0.01, 0.1), cell_at(0.1, 0.1)};
  EXPECT_TRUE(edges_of({{0.1, 0.1}}, grid({{0.01, 0.1, 1}, {0.1}}), cells).empty());
}

TEST(Edges, the_line_holds_every_group_once_and_is_ready_to_paste) {
  const StudyPlan plan = grid({{1e-05, 0.0001}, {0.01, 0.1}});
  const std::vector<CellSummary> cells{cell_at(1e-05, 0.1), cell_at(0.0001, 0.1), cell_at(1e-05, 0.01),
                                       cell_at(0.0001, 0.01)};
  const auto warnings = [&](const Setting& chosen) {
    return edge_warnings(edges_of(chosen, plan, cells), plan, groups, cells, chosen);
  };
  EXPECT_THAT(
      warnings({{0.0001, 0.1}}),
      ElementsAre(Warning(
          "conv = 0.0001 and full = 0.1 are the largest etas searched; better may lie beyond. Extend the grid:",
          {"conv=1e-05,0.0001,0.001", "full=0.01,0.1,1"})));
  EXPECT_THAT(
      warnings({{1e-05, 0.1}}),
      ElementsAre(Warning(
          "conv = 1e-05 is the smallest eta searched, full = 0.1 is the largest eta searched; better may lie beyond. Extend the grid:",
          {"conv=1e-06,1e-05,0.0001", "full=0.01,0.1,1"})));
  const StudyPlan one_group = grid({{0.1, 1}, {0.1}});
  const std::vector<CellSummary> line{cell_at(0.1, 0.1), cell_at(1, 0.1)};
  const Setting low{{0.1, 0.1}};
  EXPECT_THAT(
      edge_warnings(edges_of(low, one_group, line), one_group, groups, line, low),
      ElementsAre(Warning("conv = 0.1 is the smallest eta searched; better may lie beyond. Extend the grid:",
                          {"conv=0.01,0.1,1", "full=0.1"})));
}

TEST(Edges, at_the_largest_eta_allowed_nothing_is_suggested) {
  const StudyPlan plan = grid({{1, 10}, {0.1}});
  const std::vector<CellSummary> cells{cell_at(1, 0.1), cell_at(10, 0.1)};
  const Setting chosen{{10, 0.1}};
  EXPECT_THAT(edge_warnings(edges_of(chosen, plan, cells), plan, groups, cells, chosen),
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
  EXPECT_TRUE(edges_of(cells.back().setting, plan, cells).empty()) << "the largest draw";
  EXPECT_TRUE(edges_of(cells[2].setting, plan, cells).empty());
  const std::vector<EdgeWarning> edges = edges_of(cells.front().setting, plan, cells);
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].side, EdgeSide::low);
  EXPECT_THAT(edges[0].suggested_values, ElementsAre(1e-5, 1)) << "from, to";
  cells.back().setting.eta[0] = 0.5;
  const Setting high = cells.back().setting;
  EXPECT_THAT(
      edge_warnings(edges_of(high, plan, cells), plan, groups, cells, high),
      ElementsAre(Warning(
          "conv = 0.5 lies near the upper end of the range searched; better may lie beyond. Widen the search:",
          {"conv=0.0001,10", "full=0.1"})));
}

}  // namespace
}  // namespace etalon
