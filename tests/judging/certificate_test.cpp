#include "etalon/judging/certificate.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace etalon {
namespace {

using testing::ElementsAre;

const RandomKey key{1, 0, Purpose::resampling};

SetEvidence evidence_of(const std::vector<std::vector<double>>& accuracy) {
  SetEvidence evidence;
  evidence.chance = 0.1;
  evidence.validation_samples = 10'000;
  evidence.seeds = accuracy.front().size();
  evidence.accuracy = accuracy;
  for (std::size_t cell = 0; cell < accuracy.size(); ++cell) {
    CellSummary summary;
    summary.setting = {{static_cast<double>(cell + 1)}};
    summary.seeds = static_cast<std::uint32_t>(accuracy[cell].size());
    evidence.cells.push_back(summary);
  }
  return evidence;
}

/// Any cell may be chosen; the first one is eligible.
std::optional<AccuracyModel> model_over(const SetEvidence& evidence,
                                        const std::vector<std::size_t>& eligible = {0}) {
  std::vector<std::size_t> cells(evidence.cells.size());
  std::iota(cells.begin(), cells.end(), std::size_t{0});
  return model_accuracy(evidence, cells, eligible);
}

AccuracyModel model_of(const std::vector<std::vector<double>>& accuracy) {
  return *model_over(evidence_of(accuracy));
}

TEST(Certificate, is_not_measured_with_one_seed) { EXPECT_FALSE(model_over(evidence_of({{0.9}, {0.8}}))); }

TEST(Certificate, the_seeds_common_part_is_no_noise) {
  // Far apart between seeds, the same step between the cells: only rounding is left.
  const AccuracyModel apart = model_of({{0.5, 0.6, 0.7}, {0.51, 0.61, 0.71}});
  EXPECT_LT(apart.noise, 1e-4);
  EXPECT_EQ(apart.degrees, 2);
}

TEST(Certificate, the_noise_is_the_residual_variance_of_the_two_way_table) {
  // logits (almost) +-d around a common mean with opposite signs: residuals +-d/2... by hand: sum = d^2.
  const double p = 0.6, q = 0.5;
  const AccuracyModel model = model_of({{p, q}, {q, p}});
  const double d = std::log((p * 10'000 + 0.5) / (10'000.5 - p * 10'000));
  EXPECT_NEAR(model.noise, d * d, 1e-6);
  EXPECT_EQ(model.degrees, 1);
}

TEST(Certificate, cells_far_below_or_diverged_do_not_contend) {
  SetEvidence evidence = evidence_of({{0.98, 0.97}, {0.3, 0.2}, {0.97, 0.98}});
  EXPECT_THAT(model_over(evidence)->cells, ElementsAre(0, 2));
  evidence.cells[2].diverged_seeds = 1;
  EXPECT_THAT(model_over(evidence)->cells, ElementsAre(0));
}

TEST(Certificate, an_eligible_cell_contends_whatever_its_seeds_did) {
  SetEvidence evidence = evidence_of({{0.98, 0.97}, {0.3, 0.2}, {0.97, 0.98}});
  evidence.cells[2].stalled_seeds = 1;
  EXPECT_THAT(model_over(evidence, {0})->cells, ElementsAre(0));
  EXPECT_THAT(model_over(evidence, {0, 1})->cells, ElementsAre(0, 1)) << "below half of the rise";
  EXPECT_THAT(model_over(evidence, {2})->cells, ElementsAre(0, 2));
}

TEST(Certificate, where_the_eligible_cell_has_a_failed_seed_failed_seeds_bar_no_rival) {
  SetEvidence evidence = evidence_of({{0.98, 0.1}, {0.97, 0.1}, {0.3, 0.1}});
  for (CellSummary& cell : evidence.cells) cell.stalled_seeds = 1;
  EXPECT_THAT(model_over(evidence, {0})->cells, ElementsAre(0, 1));
}

TEST(Certificate, a_clear_winner_is_certain_and_alone) {
  const AccuracyModel model = model_of({{0.95, 0.951, 0.949}, {0.90, 0.902, 0.899}, {0.91, 0.908, 0.912}});
  EXPECT_GT(probability_best(model, key, 0)[0], 0.99);
  const SimultaneousSet set = may_be_best(model, key, 1);
  EXPECT_THAT(set.cells, ElementsAre(0));
  EXPECT_EQ(set.more_seeds, 0u);
}

TEST(Certificate, a_close_race_keeps_both_and_asks_for_seeds) {
  const AccuracyModel model = model_of({{0.95, 0.93, 0.945}, {0.94, 0.945, 0.935}, {0.80, 0.81, 0.79}});
  const std::vector<double> best = probability_best(model, key, 0);
  EXPECT_GT(best[0], 0.2);
  EXPECT_GT(best[1], 0.2);
  EXPECT_NEAR(std::accumulate(best.begin(), best.end(), 0.0), 1.0, 1e-9);
  const SimultaneousSet set = may_be_best(model, key, 1);
  EXPECT_THAT(set.cells, ElementsAre(0, 1));
  ASSERT_TRUE(set.more_seeds);
  EXPECT_GT(*set.more_seeds, 1u);
}

TEST(Certificate, equal_cells_are_equally_likely_and_never_settled) {
  const AccuracyModel model = model_of({{0.9, 0.9}, {0.9, 0.9}, {0.9, 0.9}, {0.9, 0.9}});
  EXPECT_GT(model.noise, 0);
  for (const double share : probability_best(model, key, 0)) EXPECT_NEAR(share, 0.25, 0.02);
  EXPECT_EQ(may_be_best(model, key, 1).cells.size(), 4u);
  EXPECT_FALSE(may_be_best(model, key, 1).more_seeds);
}

TEST(Certificate, accuracies_of_0_and_1_stay_finite) {
  const AccuracyModel model = model_of({{1.0, 1.0}, {1.0, 0.99}});
  for (const double share : probability_best(model, key, 0)) EXPECT_TRUE(std::isfinite(share));
}

TEST(Certificate, is_the_same_every_time_and_another_with_another_key) {
  const AccuracyModel model = model_of({{0.95, 0.93, 0.945}, {0.94, 0.945, 0.935}});
  EXPECT_EQ(probability_best(model, key, 0), probability_best(model, key, 0));
  EXPECT_NE(probability_best(model, key, 0), probability_best(model, {2, 0, Purpose::resampling}, 0));
}

TEST(Certificate, the_reach_uses_dunnetts_point) {
  // Two cells, 100 seeds: one comparison, so Student's one-sided 95 % point on 99 degrees, 1.6604.
  AccuracyModel model;
  model.cells = {0, 1};
  model.seeds = 100;
  model.degrees = 99;
  model.noise = 0.5;  // sqrt(2 noise / seeds) = 0.1
  model.level = {0.0, -0.160};
  EXPECT_EQ(may_be_best(model, key, 1).cells.size(), 2u);
  model.level = {0.0, -0.173};
  EXPECT_EQ(may_be_best(model, key, 1).cells.size(), 1u);
}

}  // namespace
}  // namespace etalon
