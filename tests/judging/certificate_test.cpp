#include "etalon/judging/certificate.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "made_up_outcomes.h"

namespace etalon {
namespace {

using made_up::evidence_of;
using made_up::Outcomes;
using made_up::random_of;
using made_up::scattered;

/// A grid of two by three, of which conv = 0.1, full = 1 is the best.
SetEvidence grid(std::size_t seeds = 4, double deviation = 0.15) {
  RandomSequence random = random_of(11);
  Outcomes made;
  const double accuracy[2][3] = {{0.80, 0.86, 0.88}, {0.85, 0.92, 0.94}};
  const double conv[] = {0.01, 0.1}, full[] = {0.01, 0.1, 1};
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      made.cell({{conv[i], full[j]}}, scattered(accuracy[i][j], deviation, seeds, random));
  return evidence_of(made.set);
}
constexpr std::size_t best = 5, equal = 4;  // cells of the grid

Certificate certified(const SetEvidence& evidence, std::size_t chosen, const CertificateRequest& request = {},
                      std::uint64_t seed = 1) {
  return certify(evidence, posterior_of(evidence, seed), chosen, request, seed);
}

TEST(Certificate, probabilities_to_be_the_best_sum_to_one) {
  const SetPosterior posterior = posterior_of(grid(), 1);
  EXPECT_NEAR(std::accumulate(posterior.p_best.begin(), posterior.p_best.end(), 0.0), 1, 1e-9);
  EXPECT_GT(posterior.p_best[best], 0.5);
}

TEST(Certificate, a_setting_that_is_alone_has_nothing_to_lose) {
  const SetEvidence evidence = evidence_of(Outcomes().cell({{0.1, 0.1}}, {0.9, 0.91}).set);
  const Certificate certificate = certified(evidence, 0);
  EXPECT_EQ(certificate.expected_loss, 0);
  EXPECT_NEAR(certificate.p_best, 1, 1e-9);
  EXPECT_EQ(certificate.p_within_point, 1);
  EXPECT_TRUE(certificate.more_time.empty());
  EXPECT_FALSE(closest_rival(posterior_of(evidence, 1), 0));
}

TEST(Certificate, numbers_agree_with_each_other) {
  const SetEvidence evidence = grid();
  for (const std::size_t chosen : {equal, best}) {
    const Certificate certificate = certified(evidence, chosen);
    EXPECT_TRUE(certificate.low_run > 0.1 && certificate.low_run < 0.95) << certificate.low_run;
    EXPECT_GE(certificate.p_within_point, certificate.p_best);
    EXPECT_GE(certificate.expected_loss, 0);
    EXPECT_GT(certificate.p_failure, 0);
  }
  EXPECT_LT(certified(evidence, best).expected_loss, certified(evidence, equal).expected_loss);
}

TEST(Certificate, a_setting_that_fails_now_and_then_has_low_runs) {
  SetEvidence evidence = grid();
  for (std::uint32_t seed = 4; seed < 6; ++seed)
    evidence.outcomes.settings[best].seeds.push_back({seed, 0.1, true});
  const Certificate certificate = certified(evidence, best);
  EXPECT_GT(certificate.p_failure, 0.15);
  EXPECT_NEAR(certificate.low_run, 0.1, 1e-9) << "more than one run in ten fails";
}

TEST(Certificate, says_what_one_eta_for_all_groups_costs) {
  const Certificate certificate = certified(grid(), best);
  ASSERT_TRUE(certificate.one_eta);
  EXPECT_EQ(certificate.one_eta->setting, (Setting{{0.1, 0.1}}));
  EXPECT_NEAR(certificate.one_eta->expected, 0.02, 0.015);
  EXPECT_LT(certificate.one_eta->low, certificate.one_eta->expected);
  EXPECT_GT(certificate.one_eta->high, certificate.one_eta->expected);
  const Certificate itself = certified(grid(), equal);
  EXPECT_EQ(itself.one_eta->expected, 0);
  EXPECT_EQ(itself.one_eta->high, 0);
  const SetEvidence single = evidence_of(Outcomes().cell({{0.1}}, {0.9}).cell({{1}}, {0.8}).set);
  EXPECT_FALSE(certified(single, 0).one_eta) << "one group: nothing to ask";
}

TEST(Certificate, says_what_the_current_setting_costs_if_it_was_tried) {
  const Certificate worse = certified(grid(), best, {Setting{{0.01, 0.01}}, 1});
  ASSERT_TRUE(worse.current);
  EXPECT_NEAR(worse.current->expected, 0.14, 0.04);
  EXPECT_GT(worse.current->low, 0);
  EXPECT_FALSE(certified(grid(), best, {Setting{{0.5, 0.5}}, 1}).current);
  EXPECT_FALSE(certified(grid(), best).current);
}

TEST(Certificate, more_time_gains_more_the_more_trials_it_buys) {
  const Certificate certificate = certified(grid(2, 0.3), best, {{}, 2});
  ASSERT_EQ(certificate.more_time.size(), 2u);
  const MoreTime &some = certificate.more_time[0], &more = certificate.more_time[1];
  EXPECT_GT(more.trials, some.trials);
  EXPECT_NEAR(some.seconds, 5.0 * some.trials, 1e-9) << "two threads";
  EXPECT_GT(some.gain, 0);
  EXPECT_GE(more.gain, some.gain);
  EXPECT_LT(more.gain, certificate.expected_loss + 0.003) << "at most what is lost by not knowing";
}

TEST(Certificate, more_time_gains_nothing_where_all_is_settled) {
  for (const MoreTime& one : certified(grid(40, 0.05), best).more_time) {
    EXPECT_GE(one.gain, 0);
    EXPECT_LT(one.gain, 0.0005);
  }
}

TEST(Certificate, what_speed_gave_up_is_no_gain_of_more_time) {
  // Two settings 0.4 points apart, both well known; the lower one was chosen for its speed.
  RandomSequence random = random_of(2);
  Outcomes made;
  made.cell({{0.01, 0.1}}, scattered(0.950, 0.01, 40, random));
  made.cell({{0.1, 0.1}}, scattered(0.954, 0.01, 40, random));
  for (const MoreTime& one : certified(evidence_of(made.set), 0).more_time) EXPECT_LT(one.gain, 0.0005);
}

TEST(Certificate, the_same_study_gives_the_same_numbers) {
  const Certificate one = certified(grid(), best), again = certified(grid(), best);
  EXPECT_EQ(one.p_best, again.p_best);
  EXPECT_EQ(one.expected_loss, again.expected_loss);
  EXPECT_EQ(one.low_run, again.low_run);
  EXPECT_EQ(one.more_time[1].gain, again.more_time[1].gain);
  EXPECT_NE(one.p_best, certified(grid(), best, {}, 2).p_best) << "other draws";
}

TEST(Certificate, may_be_best_holds_95_percent_and_what_is_eligible) {
  const SetPosterior posterior = posterior_of(grid(), 1);
  const std::vector<std::size_t> cells = may_be_best(posterior, std::vector<std::size_t>{0});
  double together = 0;
  for (const std::size_t cell : cells) together += posterior.p_best[cell];
  EXPECT_GE(together, 0.95);
  EXPECT_TRUE(std::ranges::is_sorted(cells));
  EXPECT_THAT(cells, testing::Contains(0u));
}

TEST(Certificate, the_closest_rival_is_the_likeliest_other_one) {
  const SetPosterior posterior = posterior_of(grid(), 1);
  EXPECT_EQ(closest_rival(posterior, equal), best);
  const std::size_t rival = closest_rival(posterior, best).value_or(best);
  ASSERT_NE(rival, best);
  for (std::size_t cell = 0; cell < best; ++cell) EXPECT_LE(posterior.p_best[cell], posterior.p_best[rival]);
}

/// How often a setting that is truly equal to the one that looks best is kept, of `studies` studies.
double kept_share(std::size_t seeds, std::uint32_t samples) {
  std::size_t asked = 0, kept = 0;
  for (std::uint64_t study = 0; study < 40; ++study) {
    RandomSequence random = random_of(100 + study);
    Outcomes made;
    made.set.validation_samples = samples;
    for (const double conv : {0.001, 0.01, 0.1, 1.0})
      made.cell({{conv, 0.1}}, scattered(conv == 0.001 ? 0.85 : 0.95, 0.2, seeds, random));
    const SetEvidence evidence = evidence_of(made.set);
    const SetPosterior posterior = posterior_of(evidence, study);
    std::size_t top = 1;
    for (const std::size_t cell : {2u, 3u})
      if (posterior.expected[cell] > posterior.expected[top]) top = cell;
    const std::vector<std::size_t> cells = as_accurate_as(evidence, posterior, top);
    for (const std::size_t cell : {1u, 2u, 3u}) {
      if (cell == top) continue;
      ++asked;
      kept += static_cast<std::size_t>(std::ranges::count(cells, cell));
    }
  }
  return static_cast<double>(kept) / static_cast<double>(asked);
}

TEST(AsAccurate, keeps_a_truly_equal_setting_at_its_stated_level_for_any_number_of_seeds) {
  for (const std::size_t seeds : {2u, 3u, 5u}) EXPECT_GE(kept_share(seeds, 1000), 0.93) << seeds << " seeds";
}

TEST(AsAccurate, has_a_floor_from_the_size_of_the_validation_part) {
  RandomSequence random = random_of(4);
  Outcomes made;
  made.cell({{0.01, 0.1}}, scattered(0.80, 0.01, 20, random));
  made.cell({{0.1, 0.1}}, scattered(0.95, 0.01, 20, random));
  const auto kept = [&](std::uint32_t samples) {
    SetEvidence evidence = evidence_of(made.set);
    const SetPosterior posterior = posterior_of(evidence, 1);
    evidence.outcomes.validation_samples = samples;
    return as_accurate_as(evidence, posterior, 1).size();
  };
  EXPECT_EQ(kept(1'000'000), 1u);
  EXPECT_EQ(kept(3), 2u) << "three samples can't tell 80 from 95 %";
}

}  // namespace
}  // namespace etalon
