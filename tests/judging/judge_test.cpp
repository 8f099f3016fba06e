#include "etalon/judging/judge.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "made_up.h"

namespace etalon {
namespace {

using made_up::falling;
using made_up::guessing;
using made_up::Study;

TEST(Judge, fixes_targets_from_the_best_trial_of_seed_index_0) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.99, 0.99}, falling(40, 0.1))
      .cell({{0.2, 0.1}}, {0.8, 0.8, 0.8}, falling(5, 0.3));
  const Judgement judgement = judge(study.done());
  ASSERT_TRUE(judgement.loss_target[0]);
  EXPECT_NEAR(*judgement.loss_target[0], guessing * (1 - 0.9 * 0.9), 0.02);
  EXPECT_NEAR(*judgement.accuracy_target[0], 0.1 + 0.9 * (0.9 - 0.1), 1e-9) << "seed index 1 reached 0.99";
}

TEST(Judge, targets_of_the_study_file_win_but_words_go_by_the_picture) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.9, 0.9}, falling(40));
  study.snapshot.plan.choice.target_loss = 1e-4;
  study.snapshot.plan.choice.target_accuracy = 0.5;
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.loss_target[0], 1e-4);
  EXPECT_EQ(judgement.accuracy_target[0], 0.5);
  const Verdict& verdict = judgement.trials[0].verdict;
  EXPECT_FALSE(verdict.loss_target->reached);
  EXPECT_EQ(verdict.loss_target->epochs, 2.0);
  EXPECT_EQ(verdict.speed, SpeedWord::super_fast);
  EXPECT_EQ(verdict.accuracy_target->epochs, 1.0);
}

TEST(Judge, no_target_where_nothing_learns) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.1, 0.1, 0.1}, [](double) { return 1.0; });
  const Judgement judgement = judge(study.done());
  EXPECT_FALSE(judgement.loss_target[0]);
  EXPECT_FALSE(judgement.accuracy_target[0]);
  EXPECT_FALSE(judgement.trials[0].verdict.loss_target);
  EXPECT_TRUE(judgement.recommendations[0].trade_offs.empty());
}

TEST(Judge, compares_at_equal_epochs) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.9, 0.9}, falling(40)).cell({{0.2, 0.1}}, {0.8, 0.8, 0.8}, falling(5, 0.3));
  const StudySnapshot whole = study.done();
  StudySnapshot beside = whole;
  beside.plan.epochs = whole.trials[0].curve.budget_epochs;
  for (const TrialRecord& trial : whole.trials) {
    beside.trials.push_back(trial);
    TrialRecord& stopped = beside.trials.back();
    stopped.key.seed_index += 7;
    stopped.curve = first_epochs(trial.curve, 1);
    for (EpochPoint& point : stopped.curve.epochs) point.validation_accuracy = 0.999;
  }
  const Judgement plain = judge(whole), judgement = judge(beside);
  EXPECT_EQ(judgement.loss_target, plain.loss_target);
  EXPECT_EQ(judgement.accuracy_target, plain.accuracy_target);
  EXPECT_EQ(judgement.recommendations[0].setting, plain.recommendations[0].setting);
  EXPECT_EQ(judgement.recommendations[0].reason, plain.recommendations[0].reason);
  ASSERT_EQ(judgement.cells[0].size(), 2u);
  EXPECT_EQ(judgement.cells[0][0].seeds, 3u);
  EXPECT_EQ(seed_accuracies(judgement, 0, {{0.1, 0.1}}, false).size(), 3u);
  ASSERT_EQ(judgement.trials.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) {
    const Verdict& verdict = judgement.trials[i].verdict;
    EXPECT_EQ(verdict.status == TrialStatus::stopped, judgement.trials[i].key.seed_index >= 7) << i;
    EXPECT_EQ(verdict.sentence.starts_with("Stopped after 1 of 2 epochs. The loss "),
              verdict.status == TrialStatus::stopped)
        << verdict.sentence;
    if (i > 0) {
      EXPECT_LT(judgement.trials[i - 1].key, judgement.trials[i].key);
    }
  }
}

TEST(Judge, sums_cells_up_over_their_seeds) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.90, 0.91, 0.92}, falling(20))
      .cell({{1, 0.1}}, {0.1, 0.1, 0.1}, made_up::blows_up(0.3));
  const Judgement judgement = judge(study.done());
  ASSERT_EQ(judgement.cells[0].size(), 2u);
  const CellSummary& good = judgement.cells[0][0];
  const CellSummary& lost = judgement.cells[0][1];
  EXPECT_EQ(good.seeds, 3u);
  EXPECT_NEAR(*good.accuracy.mean, 0.91, 1e-9);
  EXPECT_NEAR(*good.accuracy.deviation, 0.01, 1e-9);
  EXPECT_EQ(good.seconds.mean, 1.0);
  EXPECT_TRUE(good.median_loss_target->reached);
  EXPECT_NEAR(good.failure_upper, 0.561497, 1e-6);
  EXPECT_EQ(lost.failure_upper, 1.0);
  EXPECT_EQ(lost.median_loss_target->epochs, 2.0);
  EXPECT_FALSE(lost.median_loss_target->reached);
  EXPECT_FALSE(lost.final_validation_loss.mean) << "not measured is not 0";
  EXPECT_NEAR(*lost.final_training_loss.mean, guessing, 1e-6) << "capped at the reference";
}

/// Of one cell: as many seeds that reach the target as asked, then such that miss it.
CellSummary cell_with(int reaching, int missing) {
  Study study(1, static_cast<std::uint32_t>(reaching + missing));
  std::uint32_t seed = 0;
  for (int i = 0; i < reaching; ++i)
    study.trial({0, {{0.1, 0.1}}, seed++}, made_up::draw(falling(20 + 10 * i)));
  for (int i = 0; i < missing; ++i) study.trial({0, {{0.1, 0.1}}, seed++}, made_up::draw(falling(0.5)));
  return judge(study.done()).cells[0][0];
}

TEST(Judge, the_median_of_epochs_to_target_is_censored_where_a_middle_seed_is) {
  EXPECT_TRUE(cell_with(2, 0).median_loss_target->reached);
  EXPECT_TRUE(cell_with(2, 1).median_loss_target->reached);
  EXPECT_TRUE(cell_with(3, 1).median_loss_target->reached);
  for (const auto& [reaching, missing] : {std::pair{1, 1}, {2, 2}, {1, 2}, {1, 3}}) {
    const EpochsToTarget median = *cell_with(reaching, missing).median_loss_target;
    EXPECT_FALSE(median.reached) << reaching << " of " << reaching + missing;
    EXPECT_EQ(median.epochs, 2.0) << reaching << " of " << reaching + missing;
  }
}

TEST(Judge, a_stalled_seed_above_chance_is_not_said_to_have_learned_nothing) {
  const auto sentence_with = [](double accuracy) {
    Study study;
    study.cell({{0.1, 0.1}}, {0.9, 0.9}, falling(20));
    study.trial({0, {{0.1, 0.1}}, 2},
                made_up::with_accuracy(made_up::draw([](double) { return 1.0; }), accuracy));
    return judge(study.done()).cells[0][0].sentence;
  };
  EXPECT_EQ(
      sentence_with(0.1),
      "The loss goes down super fast, but one of 3 seeds did not learn; the accuracies lie between 10 and "
      "90 %.");
  EXPECT_EQ(sentence_with(0.4),
            "The loss goes down super fast, but one of 3 seeds did not get below the level of guessing; the "
            "accuracies lie between 40 and 90 %.");
}

TEST(Judge, sensitivity_is_the_rise_towards_the_neighbours_per_decade) {
  Study study(1, 1);
  for (const auto& [conv, level] : {std::pair{0.01, 0.4}, {1.0, 0.2}, {10.0, 0.5}})
    study.trial(
        {0, {{conv, 0.1}}, 0},
        made_up::with_accuracy(
            made_up::draw([level = level](double) { return level; }, {400, 2, guessing, 0.0, 0}), 0.5));
  const Judgement judgement = judge(study.done());
  EXPECT_NEAR(*judgement.cells[0][1].sensitivity, guessing * (0.2 / 2 + 0.3 / 1) / 2, 1e-5);
  Study alone(1, 1);
  alone.cell({{0.1, 0.1}}, {0.9});
  EXPECT_FALSE(judge(alone.done()).cells[0][0].sensitivity);
}

TEST(Judge, takes_curves_by_the_epoch_with_negative_losses) {
  Study study(1, 2);
  for (const std::uint32_t seed : {0u, 1u})
    for (const double eta : {0.1, 0.01}) {
      Curve curve;
      curve.resolution = Resolution::epoch;
      curve.reference_loss = 2;
      curve.steps_per_epoch = 1;
      curve.budget_epochs = 20;
      for (int epoch = 0; epoch < 20; ++epoch) {
        curve.loss.push_back(static_cast<float>(-8 + 10 * std::exp(-epoch * eta * 5)));
        curve.epochs.push_back({curve.loss.back(), std::numeric_limits<double>::quiet_NaN(), 0.5 + 4 * eta});
      }
      study.trial({0, {{eta, 0.1}}, seed}, curve);
    }
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.recommendations[0].setting, (Setting{{0.1, 0.1}}));
  const Verdict& best = judgement.trials[2].verdict;
  EXPECT_EQ(best.status, TrialStatus::learning);
  EXPECT_TRUE(best.loss_target->reached);
  EXPECT_FALSE(best.final_validation_loss);
  EXPECT_NEAR(best.final_training_loss, -8, 0.01);
  EXPECT_EQ(judgement.cells[0][0].speed, SpeedWord::slow);
}

TEST(Judge, uses_no_times) {
  Study study;
  study.cell({{0.1, 0.1}}, {0.90, 0.91, 0.92}).cell({{1, 0.1}}, {0.91, 0.90, 0.92}, falling(10));
  const Recommendation before = judge(study.done()).recommendations[0];
  for (TrialRecord& trial : study.snapshot.trials) trial.times = {5, 7, 1e6, 3, "elsewhere"};
  const Recommendation after = judge(study.snapshot).recommendations[0];
  EXPECT_EQ(before.setting, after.setting);
  EXPECT_EQ(before.certificate->p_best, after.certificate->p_best);
}

TEST(Judge, a_snapshot_without_facts_is_no_error) {
  Study study(0, 1);
  study.cell({{0.1, 0.1}}, {0.9});
  EXPECT_EQ(judge(study.done()).recommendations.at(0).setting, (Setting{{0.1, 0.1}}));
  EXPECT_TRUE(judge(StudySnapshot{}).trials.empty());
}

/// Smoothed labels leave a loss that no run gets below: a target of the unsmoothed would never be reached.
TEST(Judge, has_a_loss_target_for_each_label_smoothing) {
  made_up::Study study(1, 2);
  study.snapshot.definition.groups = {{"all", {"conv", "dense"}}};
  study.snapshot.definition.axes = {{Quantity::label_smoothing, ""}};
  study.cell({{0.1, 0}}, {0.9, 0.91}, made_up::falling(20, 0.03));
  study.cell({{0.1, 0.2}}, {0.92, 0.93}, made_up::falling(20, 0.4));
  const Judgement judgement = judge(study.done());
  EXPECT_EQ(judgement.loss_target[0], std::nullopt) << "there are two";
  for (const CellSummary& cell : judgement.cells[0]) {
    ASSERT_TRUE(cell.median_loss_target) << cell.setting.values[1];
    EXPECT_TRUE(cell.median_loss_target->reached) << cell.setting.values[1];
  }
  EXPECT_EQ(judgement.recommendations[0].setting, (Setting{{0.1, 0.2}}));
}

}  // namespace
}  // namespace etalon
