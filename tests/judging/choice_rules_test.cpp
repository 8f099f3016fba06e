/// The rules that hold whatever the numbers of seeds are: what is compared, what a failure is, and what speed
/// may decide.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/certificate.h"
#include "etalon/judging/choose.h"
#include "etalon/judging/judge.h"
#include "made_up.h"
#include "made_up_outcomes.h"

namespace etalon {
namespace {

using made_up::evidence_of;
using made_up::falling;
using made_up::Outcomes;
using made_up::random_of;
using made_up::scattered;
using made_up::Study;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const auto fast_loss = falling(30), slow_loss = falling(5), diverging_loss = made_up::blows_up(0.2);

/// A short curve, for studies of many seeds.
Curve short_curve(const std::function<double(double)>& loss, double accuracy) {
  return made_up::with_accuracy(made_up::draw(loss, {40, 2, made_up::guessing, 0.05, 0}), accuracy);
}

Study& add(Study& study, const Setting& setting, const std::vector<double>& accuracies,
           const std::function<double(double)>& loss = fast_loss) {
  for (std::uint32_t seed = 0; seed < accuracies.size(); ++seed)
    study.trial({0, setting, seed}, short_curve(loss, accuracies[seed]));
  return study;
}

Recommendation recommended(Study& study) { return judge(study.done()).recommendations.at(0); }

TEST(UnequalSeeds, six_more_for_one_cell_are_no_certainty) {
  Study study;
  for (const double conv : {0.001, 0.01, 0.1, 1.0}) add(study, {{conv, 0.1}}, {0.95, 0.955, 0.945});
  add(study, {{10, 0.1}}, {0.951, 0.956, 0.946, 0.95, 0.953, 0.948, 0.955, 0.949, 0.951});
  const Recommendation result = recommended(study);
  EXPECT_LT(result.certificate->p_best, 0.9);
  EXPECT_GT(result.equivalent.size(), 1u);
  EXPECT_THAT(result.reason, HasSubstr("may be the best, too"));
}

TEST(UnequalSeeds, cells_of_fewer_seeds_are_compared_and_may_be_chosen) {
  Study study;
  add(study, {{0.01, 0.1}}, {0.80, 0.81, 0.80, 0.79, 0.80, 0.81});
  add(study, {{0.1, 0.1}}, {0.95, 0.951, 0.949});
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.1, 0.1}}));
  EXPECT_GT(result.certificate->p_best, 0.9);
}

TEST(UnequalSeeds, speed_decides_for_none_that_hardly_any_seed_has_shown) {
  Study study;
  add(study, {{0.01, 0.1}}, {0.980, 0.981, 0.979, 0.980, 0.981, 0.980}, slow_loss);
  add(study, {{0.1, 0.1}}, {0.9797}, fast_loss);
  EXPECT_EQ(recommended(study).setting, (Setting{{0.01, 0.1}}));
}

/// Outcomes of settings whose differences are small beside what seeds have in common. `apart`: no two
/// settings saw the same seed.
SetOutcomes paired(bool apart) {
  RandomSequence random = random_of(6);
  std::vector<double> common;
  for (int seed = 0; seed < 8; ++seed) common.push_back(0.4 * random.normal());
  Outcomes made;
  for (int setting = 0; setting < 8; ++setting) {
    std::vector<double> accuracies;
    for (const double shared : common) {
      const double logit = 2 + 0.12 * setting + shared + 0.04 * random.normal();
      accuracies.push_back(1 / (1 + std::exp(-logit)));
    }
    made.cell({{1e-4 * std::pow(3, setting)}}, accuracies);
    for (SeedOutcome& seed : made.set.settings.back().seeds)
      if (apart) seed.seed_index += static_cast<std::uint32_t>(8 * setting);
  }
  return made.set;
}

TEST(UnequalSeeds, are_compared_in_pairs_where_there_are_pairs_and_by_level_where_not) {
  const double pairs = posterior_of(evidence_of(paired(false)), 1).p_best[7],
               levels = posterior_of(evidence_of(paired(true)), 1).p_best[7];
  EXPECT_GT(pairs, levels + 0.05);
  EXPECT_GT(levels, 0.2);
}

TEST(Failure, a_run_that_learns_and_dies_has_failed_for_the_choice_too) {
  Study study;
  add(study, {{0.01, 0.1}}, {0.90, 0.90, 0.90}, slow_loss);
  add(study, {{0.1, 0.1}}, {0.99, 0.99, 0.1});  // its loss fell, its accuracy ends at chance
  const Judgement judgement = judge(study.done());
  const Recommendation& result = judgement.recommendations[0];
  EXPECT_EQ(judgement.cells[0][1].failed_seeds, 1u);
  EXPECT_EQ(judgement.cells[0][1].diverged_seeds, 0u);
  EXPECT_EQ(result.setting, (Setting{{0.01, 0.1}}));
  EXPECT_THAT(result.eligible, Not(Contains(Setting{{0.1, 0.1}})));
  EXPECT_EQ(judgement.cells[0][0].margin[0], (Margin{0.0, 1.0}));
}

TEST(Failure, one_in_ten_that_stalls_makes_no_choice_worse_with_more_seeds) {
  for (const std::size_t tens : {1u, 3u}) {
    Study study;
    std::vector<double> stalling;
    for (std::size_t i = 0; i < 10 * tens; ++i) stalling.push_back(i % 10 == 9 ? 0.1 : 0.96);
    add(study, {{0.01, 0.1}}, std::vector<double>(10 * tens, 0.95));
    add(study, {{0.1, 0.1}}, stalling);
    EXPECT_EQ(recommended(study).setting, (Setting{{0.01, 0.1}})) << 10 * tens << " seeds";
  }
}

TEST(Margin, a_missing_neighbour_is_unknown_not_safe) {
  Study study;  // of four equal settings only the first has a neighbour upwards that holds in both groups
  for (const double conv : {0.01, 0.1})
    for (const double full : {0.01, 0.1})
      add(study, {{conv, full}}, {0.98, 0.98, 0.98}, conv + full > 0.15 ? fast_loss : slow_loss);
  EXPECT_THAT(recommended(study).eligible, ElementsAre(Setting{{0.01, 0.01}}));
}

TEST(Margin, a_choice_next_to_a_failing_setting_is_warned_of) {
  const auto warnings_with = [](double failing) {
    Study study;
    add(study, {{0.01, 0.1}}, {0.80, 0.80, 0.80});
    add(study, {{0.1, 0.1}}, {0.95, 0.95, 0.95});
    add(study, {{failing, 0.1}}, {0.1, 0.1, 0.1}, diverging_loss);
    study.snapshot.plan.choice.divergence_limit = 0.3;
    const Recommendation result = recommended(study);
    EXPECT_EQ(result.setting, (Setting{{0.1, 0.1}}));
    return result.warnings;
  };
  EXPECT_THAT(warnings_with(1),
              Contains(AllOf(HasSubstr("next to a setting that fails"), HasSubstr("conv"))));
  EXPECT_THAT(warnings_with(10), Not(Contains(HasSubstr("next to a setting that fails"))));
}

TEST(Limit, is_held_against_the_posterior_whatever_the_number_of_seeds) {
  const auto chosen_of = [](std::size_t failed, std::size_t all) {
    Study study;
    add(study, {{0.01, 0.1}}, std::vector<double>(all, 0.7));
    std::vector<double> accuracies(all, 0.95);
    std::fill_n(accuracies.begin(), failed, 0.1);
    add(study, {{0.1, 0.1}}, accuracies);
    return recommended(study).setting->values[0];
  };
  for (const std::size_t all : {1u, 3u, 10u, 30u}) EXPECT_EQ(chosen_of(0, all), 0.1) << all;
  for (const std::size_t all : {2u, 4u, 10u, 30u}) EXPECT_EQ(chosen_of(all / 2, all), 0.01) << all;
  EXPECT_EQ(chosen_of(1, 40), 0.1) << "one of forty is below one in ten";
}

/// Two settings that speed and stability tell apart and a third, as accurate, that both rule out.
TEST(Balance, an_irrelevant_third_setting_does_not_flip_the_first_two) {
  const auto hilly = [](double place) { return fast_loss(place) + (place > 0.7 && place < 0.8 ? 0.3 : 0.0); };
  const auto wild = [](double place) { return slow_loss(place) + (place > 0.5 && place < 0.9 ? 3.0 : 0.0); };
  for (const double weight : {0.0, 0.2, 0.3, 0.5, 1.0}) {
    Study two, three;
    for (Study* study : {&two, &three}) {
      study->cell({{0.01, 0.1}}, {0.98, 0.98, 0.98}, slow_loss);
      study->cell({{0.1, 0.1}}, {0.98, 0.98, 0.98}, hilly);
      study->cell({{1, 0.1}}, {0.80, 0.81, 0.79}, slow_loss);  // keeps failure away
      study->snapshot.plan.choice.speed_weight = weight;
    }
    three.cell({{0.001, 0.1}}, {0.98, 0.98, 0.98}, wild);
    const Recommendation before = recommended(two), after = recommended(three);
    EXPECT_EQ(before.setting, after.setting) << "weight " << weight << "\n"
                                             << before.reason << "\n"
                                             << after.reason;
    ASSERT_EQ(after.trade_offs.size(), 4u);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(before.trade_offs[i].score, after.trade_offs[i + 1].score) << "plain units";
  }
}

/// The choice between 0.01, slow, and 0.1, fast, made from outcomes alone.
Recommendation chosen_by(const SetOutcomes& outcomes) {
  Study study;
  SetEvidence evidence = evidence_of(outcomes);
  for (std::size_t cell = 0; cell < evidence.cells.size(); ++cell)
    evidence.cells[cell].median_loss_target = {cell == 0 ? 1.5 : 0.2, true};
  return choose(study.snapshot, evidence, posterior_if_any(evidence, 1));
}

TEST(Balance, speed_decides_only_within_half_a_point) {
  for (const double behind : {0.0005, 0.001, 0.02, 0.04}) {
    RandomSequence random = random_of(9);
    Outcomes made;
    made.set.validation_samples = 100;  // which can't tell them apart
    const std::vector<double> shape = scattered(0.95, 0.05, 6, random);
    std::vector<double> lower = shape;
    for (double& one : lower) one -= behind;
    made.cell({{0.01, 0.1}}, shape).cell({{0.1, 0.1}}, lower);
    made.cell({{1, 0.1}}, std::vector<double>(6, 0.7));  // keeps failure away
    EXPECT_EQ(chosen_by(made.set).setting->values[0], behind < 0.005 ? 0.1 : 0.01) << behind;
  }
}

}  // namespace
}  // namespace etalon
