#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/judging/judge.h"
#include "etalon/judging/reasons.h"
#include "made_up.h"

namespace etalon {
namespace {

using made_up::falling;
using made_up::Study;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const auto fast_loss = falling(30), slow_loss = falling(5), diverging_loss = made_up::blows_up(0.2);
const auto flat_loss = [](double) { return 1.0; };
/// As fast as fast_loss, with a hill on the way.
double hilly_loss(double place) { return fast_loss(place) + (place > 0.7 && place < 0.8 ? 0.3 : 0.0); }

Recommendation recommended(Study& study) { return judge(study.done()).recommendations.at(0); }

/// A setting above that holds and is clearly less accurate: it keeps failure away from those below.
Study& with_room(Study& study) { return study.cell({{1, 0.1}}, {0.80, 0.81, 0.79}, slow_loss); }

/// Three conv etas; the middle one is as accurate as the first within noise.
Study close_race() {
  Study study;
  study.cell({{0.01, 0.1}}, {0.981, 0.979, 0.983}, slow_loss);
  study.cell({{0.1, 0.1}}, {0.980, 0.981, 0.981}, fast_loss);
  study.cell({{1, 0.1}}, {0.950, 0.960, 0.955}, fast_loss);
  return study;
}

TEST(Choose, takes_the_fastest_of_those_that_are_as_accurate) {
  Study study = close_race();
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.1, 0.1}}));
  EXPECT_THAT(result.eligible, ElementsAre(Setting{{0.01, 0.1}}, Setting{{0.1, 0.1}}));
  EXPECT_NEAR(*result.validation_accuracy.mean, 0.980667, 1e-6);
  EXPECT_FALSE(result.confirmed);
  EXPECT_THAT(result.reason, HasSubstr("conv=0.1 full=0.1: 98.1 % validation accuracy over 3 seeds"));
  EXPECT_THAT(result.reason, HasSubstr("Of 2 settings"));
}

TEST(Choose, a_clear_difference_in_accuracy_beats_speed) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.981, 0.980, 0.982}, slow_loss);
  study.cell({{0.1, 0.1}}, {0.971, 0.970, 0.972}, fast_loss);
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.01, 0.1}}));
  EXPECT_THAT(result.eligible, ElementsAre(Setting{{0.01, 0.1}}));
}

TEST(Choose, a_setting_with_a_stalled_seed_waits_behind_one_that_always_learns) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.980, 0.981, 0.979}, slow_loss);
  study.cell({{0.1, 0.1}}, {0.981, 0.980, 0.980}, fast_loss);
  for (TrialRecord& trial : study.snapshot.trials)
    if (trial.key == TrialKey{0, {{0.1, 0.1}}, 1})
      trial.curve = made_up::with_accuracy(made_up::draw(flat_loss), 0.980);
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.01, 0.1}}));
  EXPECT_THAT(result.eligible, ElementsAre(Setting{{0.01, 0.1}}));
  EXPECT_TRUE(result.certificate);
}

TEST(Choose, the_reason_counts_the_seeds_that_reached_the_target) {
  // The other setting never gets there, and is less stable.
  const auto bumpy = [](double place) { return falling(0.4)(place) + (place > 0.7 && place < 0.8); };
  const auto reason_with = [&](const std::vector<double>& rates, std::optional<double> target) {
    Study study(1, static_cast<std::uint32_t>(rates.size()));
    for (std::uint32_t seed = 0; seed < rates.size(); ++seed)
      study.trial({0, {{0.1, 0.1}}, seed}, made_up::draw(falling(rates[seed])))
          .trial({0, {{0.01, 0.1}}, seed}, made_up::draw(bumpy));
    with_room(study);
    study.snapshot.plan.choice.target_loss = target;
    return recommended(study).reason;
  };
  EXPECT_THAT(reason_with({20, 20}, {}), HasSubstr("epochs, instability"));
  EXPECT_THAT(reason_with({20, 0.5}, {}), HasSubstr("(target loss reached by 1 of 2 seeds, instability"));
  EXPECT_THAT(reason_with({20, 20, 0.5}, {}), HasSubstr("epochs, reached by 2 of 3 seeds, instability"));
  EXPECT_THAT(reason_with({20, 20}, 1e-6), HasSubstr("(target loss not reached, instability"));
}

TEST(Choose, speed_weight_moves_the_choice_between_fast_and_stable) {
  const auto with_weight = [](double weight) {
    Study study;
    study.cell({{0.01, 0.1}}, {0.98, 0.98, 0.98}, slow_loss)
        .cell({{0.1, 0.1}}, {0.98, 0.98, 0.98}, hilly_loss);
    with_room(study);
    study.snapshot.plan.choice.speed_weight = weight;
    return recommended(study);
  };
  EXPECT_EQ(with_weight(1).setting, (Setting{{0.1, 0.1}}));
  EXPECT_EQ(with_weight(0).setting, (Setting{{0.01, 0.1}}));
  EXPECT_THAT(with_weight(0.6).what_would_change_it, Contains(HasSubstr("With speed_weight")));
}

TEST(Choose, of_a_full_tie_the_one_further_from_failure_is_taken) {
  Study study;
  for (const double conv : {0.01, 0.1, 1.0}) study.cell({{conv, 0.1}}, {0.98, 0.98, 0.98}, fast_loss);
  study.cell({{10, 0.1}}, {0.1, 0.1, 0.1}, diverging_loss);
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.recommendations[0].setting, (Setting{{0.01, 0.1}}));
  EXPECT_THAT(judgement.recommendations[0].eligible, Not(Contains(Setting{{1, 0.1}})));
  EXPECT_EQ(judgement.cells[0][0].margin[0], (Margin{2.0, 3.0}));
  EXPECT_EQ(judgement.cells[0][0].margin[1], (Margin{0.0, {}})) << "nothing above was searched along full";
  EXPECT_EQ(judgement.cells[0][3].margin[0], (Margin{{}, 0.0}));
}

TEST(Choose, asks_for_a_cell_of_margin_where_the_grid_allows_it) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.98, 0.98, 0.98}, slow_loss);
  study.cell({{0.1, 0.1}}, {0.98, 0.98, 0.98}, fast_loss);
  study.cell({{1, 0.1}}, {0.5, 0.5, 0.5}, diverging_loss);
  EXPECT_EQ(recommended(study).setting, (Setting{{0.01, 0.1}}));

  Study narrow;  // no other eligible cell: the grid does not allow it
  narrow.cell({{0.1, 0.1}}, {0.98, 0.98, 0.98}, fast_loss).cell({{1, 0.1}}, {0.5, 0.5, 0.5}, diverging_loss);
  EXPECT_EQ(recommended(narrow).setting, (Setting{{0.1, 0.1}}));
}

/// The same setting with one diverged seed of three.
Study one_seed_diverges() {
  Study study;
  study.cell({{0.01, 0.1}}, {0.90, 0.90, 0.90}, fast_loss);
  study.cell({{0.1, 0.1}}, {0.999, 0.999}, fast_loss);
  study.trial({0, {{0.1, 0.1}}, 2}, made_up::draw(diverging_loss));
  return study;
}

TEST(Choose, a_diverged_trial_counts_as_chance_and_bars_its_setting) {
  Study study = one_seed_diverges();
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.recommendations[0].setting, (Setting{{0.01, 0.1}}));
  const CellSummary& cell = judgement.cells[0][1];
  EXPECT_EQ(cell.diverged_seeds, 1u);
  EXPECT_NEAR(*cell.accuracy.mean, (0.999 + 0.999 + 0.1) / 3, 1e-9);
}

TEST(Choose, a_looser_divergence_limit_admits_it) {
  Study study = one_seed_diverges();
  study.trial({0, {{0.1, 0.1}}, 3}, made_up::draw(diverging_loss));
  study.snapshot.trials[0].curve = study.snapshot.trials[1].curve = study.snapshot.trials[2].curve =
      made_up::with_accuracy(made_up::draw(fast_loss), 0.3);
  EXPECT_EQ(recommended(study).setting, (Setting{{0.01, 0.1}}));
  EXPECT_THAT(recommended(study).what_would_change_it, Contains(HasSubstr("divergence_limit 0.")));
  EXPECT_THAT(recommended(study).reason, HasSubstr("the highest of those that may be chosen"));
  study.snapshot.plan.choice.divergence_limit = 0.6;
  EXPECT_EQ(recommended(study).setting, (Setting{{0.1, 0.1}}));
}

TEST(Choose, names_no_limit_for_a_setting_that_is_not_above_chance) {
  const Curve learns = made_up::with_accuracy(made_up::draw(fast_loss), 0.978);
  const Curve worse = made_up::with_accuracy(learns, 0.9), diverges = made_up::draw(diverging_loss);
  const Setting lower{{1e-5, 0.01}}, higher{{1e-4, 0.1}};
  Study study;
  study.snapshot.sets[0].validation_samples = 1;  // 0.978 is above chance, a mean of 0.54 is not
  study.snapshot.plan.choice.divergence_limit = 0;
  study.snapshot.definition.study_seed = 0;
  study.trial({0, lower, 0}, learns).trial({0, lower, 1}, diverges);
  study.trial({0, higher, 0}, learns);
  const std::uint32_t fresh = first_confirmation_seed;
  study.trial({0, lower, fresh}, learns).trial({0, lower, fresh + 1}, learns);
  study.trial({0, higher, fresh}, worse).trial({0, higher, fresh + 1}, learns);
  EXPECT_EQ(recommended(study).setting, higher);
  EXPECT_THAT(recommended(study).reason, HasSubstr("expected accuracy is the highest."));
  EXPECT_THAT(recommended(study).what_would_change_it, Not(Contains(HasSubstr("divergence_limit"))));
}

/// One setting: two seeds that learn, two that diverge.
Study half_of_the_seeds_diverge() {
  Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.9}, fast_loss);
  for (const std::uint32_t seed : {2u, 3u})
    study.trial({0, {{0.1, 0.1}}, seed}, made_up::draw(diverging_loss));
  return study;
}

TEST(Choose, where_every_setting_breaks_the_limit_the_least_bad_one_is_named_with_a_warning) {
  Study study = half_of_the_seeds_diverge();
  study.cell({{1, 0.1}}, {0.1, 0.1, 0.1}, diverging_loss);
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.1, 0.1}}));
  EXPECT_THAT(result.warnings,
              Contains(AllOf(HasSubstr("divergence_limit"), HasSubstr("2 of 4 runs failed"))));
}

TEST(Choose, slow_settings_at_chance_are_no_way_out_of_the_limit) {
  Study study = half_of_the_seeds_diverge();
  study.cell({{0.001, 0.1}}, {0.1, 0.1, 0.1}, flat_loss);
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.1, 0.1}}));
  EXPECT_TRUE(result.certificate);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("divergence_limit")));
}

TEST(Choose, all_diverged_gives_no_setting_and_says_to_lower_the_range) {
  Study study;
  study.cell({{0.1, 1}}, {0.1, 0.1, 0.1}, diverging_loss).cell({{1, 1}}, {0.1, 0.1, 0.1}, diverging_loss);
  const Judgement judgement = judge(study.done());
  const Recommendation& result = judgement.recommendations[0];
  EXPECT_FALSE(result.setting);
  EXPECT_FALSE(result.certificate);
  EXPECT_FALSE(result.validation_accuracy.mean);
  EXPECT_THAT(result.reason, HasSubstr("lower the range"));
  ASSERT_EQ(result.edges.size(), 2u);
  EXPECT_THAT(result.edges[0].suggested_values, ElementsAre(0.01, 0.1, 1));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("conv=0.01,0.1,1")));
  ASSERT_TRUE(judgement.overall);
  EXPECT_FALSE(judgement.overall->setting);
}

TEST(Choose, where_no_run_ended_above_chance_nothing_is_chosen) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.1, 0.101, 0.099}, flat_loss);
  study.cell({{0.1, 0.1}}, {0.1, 0.1, 0.1}, [](double place) { return 1 - 0.05 * place; });
  const Recommendation result = recommended(study);
  EXPECT_FALSE(result.setting);
  EXPECT_FALSE(result.certificate);
  EXPECT_THAT(result.reason, HasSubstr("No setting learned on one"));
}

TEST(Choose, where_validation_cannot_show_learning_the_lowest_loss_is_a_guess) {
  Study study;
  study.cell({{0.01, 0.1}}, {1, 1, 1}, [](double place) { return 1 - 0.05 * place; });
  study.cell({{0.1, 0.1}}, {1, 1, 0}, fast_loss);
  study.snapshot.sets[0].validation_samples = 1;
  study.snapshot.sets[0].chance = 0.5;
  const Recommendation result = recommended(study);
  EXPECT_EQ(result.setting, (Setting{{0.1, 0.1}})) << "the lowest loss";
  EXPECT_THAT(result.warnings, Contains("The validation part of one tells no setting from a guess: its "
                                        "commonest class alone makes 50.0 % of it. Give it more samples of "
                                        "other classes."));
  EXPECT_FALSE(result.certificate) << "accuracies tell nothing";
  EXPECT_THAT(result.equivalent, IsEmpty());
}

TEST(Choose, where_samples_are_many_it_says_that_nothing_is_above_chance) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.1, 0.101, 0.35}, fast_loss);
  study.cell({{0.1, 0.1}}, {0.1, 0.1, 0.1}, slow_loss);
  study.snapshot.sets[0].chance = 0.28;
  study.snapshot.sets[0].validation_samples = 1000;
  const Recommendation result = recommended(study);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("Nothing is above chance on one")));
}

// The choice's expected accuracy is the highest, and the other one is more often the best.
TEST(ChoiceWhy, names_the_one_that_is_more_often_the_best) {
  const StudySnapshot study = Study().cell({{0.01, 0.1}}, {0.9}).cell({{0.1, 0.1}}, {0.9}).done();
  Recommendation result;
  result.setting = Setting{{0.01, 0.1}};
  result.equivalent = {{{0.01, 0.1}}, {{0.1, 0.1}}};
  result.certificate.emplace().p_best = 0.4;
  result.certificate->p_best_of = {0.4, 0.58};
  ChoiceStory story;
  story.eligible = {0};
  EXPECT_EQ(choice_why(study, {}, story, result),
            "Its expected accuracy is the highest. conv=0.1 full=0.1 is more often the best, but loses more "
            "where it is not.");
  result.certificate->p_best_of = {0.4, 0.43};
  EXPECT_EQ(choice_why(study, {}, story, result), "Its expected accuracy is the highest.");
}

TEST(Choose, one_seed_gives_a_choice_that_says_how_little_it_rests_on) {
  Study study(1, 1);
  study.cell({{0.01, 0.1}}, {0.980}, slow_loss).cell({{0.1, 0.1}}, {0.9785}, fast_loss);
  study.cell({{1, 0.1}}, {0.80}, slow_loss);
  const Recommendation result = recommended(study);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("One seed")));
  ASSERT_TRUE(result.certificate);
  EXPECT_LT(result.certificate->p_best, 0.9);
  EXPECT_THAT(result.equivalent, AllOf(Contains(Setting{{0.01, 0.1}}), Contains(Setting{{0.1, 0.1}})));
}

TEST(Choose, warns_at_the_edge_with_the_option_that_extends_the_grid) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.900, 0.901, 0.899}, fast_loss);
  study.cell({{0.1, 0.1}}, {0.930, 0.931, 0.929}, fast_loss);
  study.cell({{1, 0.1}}, {0.960, 0.961, 0.959}, fast_loss);
  const Recommendation result = recommended(study);
  ASSERT_EQ(result.edges.size(), 1u) << "full has one value: nothing was searched there";
  EXPECT_EQ(result.edges[0].side, EdgeSide::high);
  EXPECT_THAT(result.edges[0].suggested_values, ElementsAre(0.01, 0.1, 1, 10));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("conv=0.01,0.1,1,10")));
}

TEST(Choose, no_edge_warning_inside_the_grid) {
  Study study = close_race();
  EXPECT_THAT(recommended(study).edges, IsEmpty());
}

TEST(Choose, warns_of_a_budget_that_was_too_short) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.5, 0.5, 0.51}, [](double place) { return 1 - 0.9 * place; });
  EXPECT_THAT(recommended(study).warnings, Contains(HasSubstr("still falling")));
  Study settled;
  settled.cell({{0.1, 0.1}}, {0.5, 0.5, 0.51}, falling(60));
  EXPECT_THAT(recommended(settled).warnings, Not(Contains(HasSubstr("still falling"))));
}

TEST(Choose, warns_of_mixed_numeric_classes) {
  Study study = close_race();
  EXPECT_THAT(recommended(study).warnings, Not(Contains(HasSubstr("numeric classes"))));
  study.snapshot.trials[2].numeric_class = "x86-64";
  EXPECT_THAT(recommended(study).warnings, Contains(HasSubstr("numeric classes")));
}

TEST(Choose, confirmation_seeds_are_printed_but_never_choose) {
  Study study = close_race();
  const Recommendation before = recommended(study);
  for (const double conv : {0.1, 1.0})
    for (std::uint32_t seed = 0; seed < 4; ++seed)
      study.trial({0, {{conv, 0.1}}, first_confirmation_seed + seed},
                  made_up::with_accuracy(made_up::draw(fast_loss), conv == 1 ? 0.999 : 0.97));
  const Judgement after = judge(study.done());
  const Recommendation& result = after.recommendations[0];
  EXPECT_EQ(result.setting, before.setting);
  EXPECT_EQ(result.certificate->p_best, before.certificate->p_best);
  EXPECT_EQ(after.cells[0][2].seeds, 3u);
  EXPECT_TRUE(result.confirmed);
  EXPECT_NEAR(*result.validation_accuracy.mean, 0.97, 1e-9) << "of the fresh seeds alone";
  EXPECT_NEAR(*result.tuning_accuracy.mean, 0.980667, 1e-6);
  EXPECT_THAT(result.reason, HasSubstr("97.0 % validation accuracy over 4 fresh seeds"));
}

TEST(Choose, warns_where_fresh_seeds_end_clearly_lower) {
  Study study = close_race();
  for (const double accuracy : {0.97, 0.971, 0.96, 0.975})
    study.trial(
        {0, {{0.1, 0.1}}, first_confirmation_seed + static_cast<std::uint32_t>(study.snapshot.trials.size())},
        made_up::with_accuracy(made_up::draw(fast_loss), accuracy));
  EXPECT_THAT(
      recommended(study).warnings,
      Contains(HasSubstr("The fresh seeds end 1.17 points lower than the 3 seeds that it was chosen by")));
  for (TrialRecord& trial : study.snapshot.trials)
    if (trial.key.seed_index >= first_confirmation_seed)
      trial.curve = made_up::with_accuracy(trial.curve, 0.98);
  EXPECT_THAT(recommended(study).warnings, Not(Contains(HasSubstr("The fresh seeds end"))));
}

TEST(Choose, the_front_holds_what_no_other_cell_beats) {
  Study study;
  study.cell({{0.01, 0.1}}, {0.98, 0.98, 0.98}, falling(12));  // slower and as calm: beaten
  study.cell({{0.1, 0.1}}, {0.98, 0.98, 0.98}, falling(30));
  study.cell({{1, 0.1}}, {0.98, 0.98, 0.98}, [](double place) {  // faster with a hill
    return falling(60)(place) + (place > 0.7 && place < 0.8 ? 0.3 : 0.0);
  });
  study.cell({{10, 0.1}}, {0.1, 0.1, 0.1}, diverging_loss);
  const std::vector<TradeOff> points = recommended(study).trade_offs;
  ASSERT_EQ(points.size(), 4u);
  EXPECT_TRUE(points[1].on_front);
  EXPECT_TRUE(points[2].on_front);
  EXPECT_FALSE(points[3].on_front) << "diverged";
  EXPECT_FALSE(points[3].eligible);
  EXPECT_LT(points[2].epochs_to_target, points[1].epochs_to_target);
  EXPECT_GT(points[2].instability, points[1].instability);
}

TEST(Choose, a_study_without_trials_has_nothing_to_say) {
  Study study;
  const Judgement judgement = judge(study.snapshot);
  ASSERT_EQ(judgement.recommendations.size(), 1u);
  EXPECT_FALSE(judgement.recommendations[0].setting);
  EXPECT_THAT(judgement.recommendations[0].reason, HasSubstr("No trial on one is finished"));
  EXPECT_FALSE(judgement.overall);
}

}  // namespace
}  // namespace etalon
