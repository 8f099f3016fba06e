#include "etalon/judging/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/cells.h"
#include "etalon/judging/judge.h"
#include "made_up.h"

namespace etalon {
namespace {

using testing::ElementsAre;
using enum Fate;

constexpr auto learning = TrialStatus::learning, stalled = TrialStatus::stalled,
               diverged = TrialStatus::diverged;

std::vector<Fate> fates(const std::vector<RunEnd>& runs, double chance = 0.1, std::uint32_t samples = 900) {
  return fates_of(runs, chance, samples);
}

TEST(Failure, is_divergence_a_stall_or_an_end_at_chance) {
  const Setting good{{0.1, 0.1}}, large{{1, 0.1}};
  EXPECT_THAT(fates({{good, learning, 0.9},
                     {large, diverged, 0.1},
                     {large, stalled, 0.5},
                     {large, learning, 0.12},
                     {large, learning, 0.121}}),
              ElementsAre(learned, failed, failed, failed, learned))
      << "two standard errors of a guess on 900 samples are 0.02";
  EXPECT_THAT(fates({{good, learning, {}}, {good, stalled, {}}}), ElementsAre(learned, failed));
}

TEST(Failure, is_not_read_from_an_accuracy_that_can_tell_nothing) {
  EXPECT_THAT(fates({{{{0.1}}, learning, 1.0}, {{{0.1}}, stalled, 1.0}}, 1.0), ElementsAre(learned, failed))
      << "one class in the validation part";
  EXPECT_THAT(fates({{{{0.1}}, learning, 0.9}}, 0.9, 10), ElementsAre(learned));
}

TEST(Failure, at_smaller_etas_than_the_most_accurate_is_slowness) {
  const std::vector<RunEnd> best{{{{0.1, 0.1}}, learning, 0.9}};
  const auto beside_best = [&](const Setting& setting, TrialStatus status) {
    std::vector<RunEnd> runs = best;
    runs.push_back({setting, status, 0.1});
    return fates(runs).back();
  };
  EXPECT_EQ(beside_best({{0.01, 0.1}}, stalled), slow);
  EXPECT_EQ(beside_best({{0.01, 0.01}}, learning), slow);
  EXPECT_EQ(beside_best({{0.01, 0.1}}, diverged), failed);
  EXPECT_EQ(beside_best({{0.01, 1}}, stalled), failed) << "one eta is larger";
  EXPECT_EQ(beside_best({{0.1, 0.1}}, stalled), failed) << "none is smaller";
}

TEST(Failure, with_more_momentum_or_decay_than_the_most_accurate_is_no_slowness) {
  const std::vector<Axis> axes{
      {Quantity::eta, "all"}, {Quantity::momentum, ""}, {Quantity::weight_decay, ""}, {Quantity::batch, ""}};
  const auto beside_best = [&](const Setting& setting) {
    return fates_of(std::vector<RunEnd>{{{{0.1, 0.9, 1e-4, 64}}, learning, 0.9}, {setting, stalled, 0.1}},
                    0.1, 900, axes)
        .back();
  };
  EXPECT_EQ(beside_best({{0.01, 0.9, 1e-4, 64}}), slow);
  EXPECT_EQ(beside_best({{0.01, 0.5, 0, 128}}), slow);
  EXPECT_EQ(beside_best({{0.01, 0.99, 1e-4, 64}}), failed);
  EXPECT_EQ(beside_best({{0.01, 0.9, 1, 64}}), failed);
  EXPECT_EQ(beside_best({{0.1, 0.5, 1e-4, 64}}), failed) << "no eta is smaller";
}

TEST(Margin, is_asked_of_etas_alone) {
  std::vector<CellSummary> cells(3);
  cells[0].setting = {{0.1, 0.9}}, cells[1].setting = {{1, 0.9}}, cells[2].setting = {{0.1, 0.99}};
  cells[2].failed_seeds = 1;
  const std::vector<Axis> axes{{Quantity::eta, "all"}, {Quantity::momentum, ""}};
  EXPECT_EQ(margin(cells, 0, axes), (std::vector<Margin>{{1.0, {}}}));
}

TEST(Failure, of_the_fewer_seeds_at_a_small_eta_is_failure_all_the_same) {
  const Setting good{{0.1}}, small{{0.01}};
  EXPECT_THAT(
      fates({{good, learning, 0.9}, {small, learning, 0.8}, {small, learning, 0.8}, {small, stalled, 0.1}}),
      ElementsAre(learned, learned, learned, failed));
  EXPECT_THAT(fates({{good, learning, 0.9}, {small, learning, 0.8}, {small, stalled, 0.1}}),
              ElementsAre(learned, learned, slow));
  EXPECT_THAT(
      fates({{good, learning, 0.9}, {small, diverged, 0.1}, {small, diverged, 0.1}, {small, stalled, 0.1}}),
      ElementsAre(learned, failed, failed, failed));
}

TEST(Failure, is_all_there_is_where_nothing_learns) {
  EXPECT_THAT(fates({{{{0.1}}, stalled, 0.11}, {{{0.01}}, stalled, 0.1}}), ElementsAre(failed, failed));
}

TEST(Failure, of_confirmation_seeds_judges_no_other_run) {
  const Setting small{{0.01}}, large{{0.1}};
  const std::vector<RunEnd> tuning{{small, learning, 0.9}, {large, learning, 0.8}, {{{0.001}}, stalled, 0.1}};
  EXPECT_THAT(fates(tuning), ElementsAre(learned, learned, slow));
  std::vector<RunEnd> all = tuning;
  all.push_back({small, stalled, 0.1, false});
  all.push_back({{{0.0001}}, stalled, 0.1, false});
  EXPECT_THAT(fates(all), ElementsAre(learned, learned, slow, failed, failed));
}

TEST(Failure, counts_a_run_that_learns_and_dies) {
  made_up::Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.91, 0.1}).cell({{0.01, 0.1}}, {0.8, 0.8, 0.8});
  const Judgement judgement = judge(study.done());
  const CellSummary& dying = judgement.cells[0][1];
  EXPECT_EQ(dying.diverged_seeds, 0u);
  EXPECT_EQ(dying.failed_seeds, 1u);
  EXPECT_NEAR(dying.failure_upper, 0.792340, 1e-6);
  EXPECT_EQ(judgement.trials.back().verdict.fate, failed);
  EXPECT_EQ(judgement.trials.back().verdict.status, learning);
}

TEST(Failure, counts_slow_seeds_apart) {
  made_up::Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.9, 0.9});
  study.cell({{0.001, 0.1}}, {0.1, 0.1, 0.1}, [](double) { return 1.0; });
  const CellSummary small = judge(study.done()).cells[0][0];
  EXPECT_EQ(small.stalled_seeds, 3u);
  EXPECT_EQ(small.failed_seeds, 0u);
  EXPECT_EQ(small.slow_seeds, 3u);
}

// Cells on a line, and what lies beside them.

CellSummary cell_at(double eta, std::uint32_t failed_seeds) {
  CellSummary cell;
  cell.setting = {{eta}};
  cell.seeds = 3;
  cell.failed_seeds = failed_seeds;
  return cell;
}

bool none_failed(const CellSummary& cell) { return cell.failed_seeds == 0; }

TEST(Margin, lies_between_the_last_that_held_and_the_first_that_failed_upwards) {
  const std::vector<CellSummary> line{cell_at(0.001, 1), cell_at(0.01, 0), cell_at(0.1, 0), cell_at(10, 2),
                                      cell_at(100, 0)};
  EXPECT_EQ(margin(line, 1), (std::vector<Margin>{{1.0, 3.0}}));
  EXPECT_EQ(margin(line, 2), (std::vector<Margin>{{0.0, 2.0}}));
  EXPECT_EQ(margin(line, 3), (std::vector<Margin>{{{}, 0.0}}));
  EXPECT_EQ(margin(line, 4), (std::vector<Margin>{{0.0, {}}})) << "nothing above was searched";
  EXPECT_EQ(margin(line, 0), (std::vector<Margin>{{{}, 0.0}}));
}

TEST(Margin, of_a_missing_neighbour_is_unknown) {
  const std::vector<CellSummary> line{cell_at(0.01, 0), cell_at(0.1, 0), cell_at(1, 1), cell_at(100, 0)};
  EXPECT_EQ(margin_answer(line, 0, none_failed), MarginAnswer::holds) << "nothing below is no doubt";
  EXPECT_EQ(margin_answer(line, 1, none_failed), MarginAnswer::fails);
  EXPECT_EQ(margin_answer(line, 3, none_failed), MarginAnswer::unknown);
  const std::vector<CellSummary> far{cell_at(0.1, 0), cell_at(10, 1)};
  EXPECT_EQ(margin_answer(far, 0, none_failed), MarginAnswer::unknown);
  const std::vector<CellSummary> below{cell_at(0.1, 1), cell_at(1, 0), cell_at(10, 0)};
  EXPECT_EQ(margin_answer(below, 1, none_failed), MarginAnswer::fails);
}

TEST(Margin, is_answered_group_by_group) {
  std::vector<CellSummary> grid;
  for (const double conv : {0.1, 1.0})
    for (const double full : {0.1, 1.0}) {
      grid.push_back(cell_at(0, conv == 1 ? 1 : 0));
      grid.back().setting = {{conv, full}};
    }
  EXPECT_THAT(margin_answers(grid, 0, none_failed), ElementsAre(MarginAnswer::fails, MarginAnswer::holds));
  const std::vector<FailingNeighbour> up = failing_neighbours(grid, 0, none_failed);
  ASSERT_EQ(up.size(), 1u);
  EXPECT_EQ(up[0].group, 0u);
  EXPECT_NEAR(up[0].decades, 1, 1e-9);
  EXPECT_THAT(margin_answers(grid, 1, none_failed), ElementsAre(MarginAnswer::fails, MarginAnswer::unknown));
  for (std::size_t cell = 0; cell < grid.size(); ++cell) grid[cell].margin = margin(grid, cell);
  EXPECT_EQ(margin_or_room(grid, 0), 1.0) << "conv fails a decade above, full holds as far";
  EXPECT_EQ(margin_or_room(grid, 1), 0.0) << "nothing above was searched along full";
}

}  // namespace
}  // namespace etalon
