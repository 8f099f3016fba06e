#include "etalon/judging/edges.h"

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
  const std::vector<EdgeWarning> edges = edges_of({{0.1, 1}}, {{{0.1, 1}, {0.1, 1}}, {}}, cells);
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_EQ(edges[0].group, 0u);
  EXPECT_EQ(edges[0].side, EdgeSide::low);
  EXPECT_EQ(edges[1].group, 1u);
  EXPECT_EQ(edges[1].side, EdgeSide::high);
}

TEST(Edges, of_listed_settings_come_from_the_list) {
  const SearchSpace space{{}, {{{0.1, 1}}, {{0.01, 0.5}}}};
  EXPECT_THAT(searched_values(space, {}, 0), ElementsAre(0.01, 0.1));
}

TEST(Edges, the_option_is_ready_to_paste) {
  EXPECT_EQ(eta_option("conv", {1e-05, 0.0001, 1}), "--eta conv=1e-05,0.0001,1");
}

}  // namespace
}  // namespace etalon
