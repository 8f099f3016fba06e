/// What must not change a verdict, and what must never improve it.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etalon/judging/judge.h"
#include "made_up.h"

namespace etalon {
namespace {

/// A random curve: a fall with hills, noise and now and then a spike.
Curve any_curve() {
  const double rate = *rc::gen::inRange(0, 40), height = *rc::gen::inRange(0, 100) / 50.0,
               place = *rc::gen::inRange(0, 100) / 100.0;
  made_up::CurveShape shape;
  shape.steps_per_epoch = *rc::gen::inRange(5u, 200u);
  shape.seed = *rc::gen::inRange(0u, 1000u);
  shape.noise = *rc::gen::inRange(0, 20) / 100.0;
  Curve curve = made_up::draw(
      [&](double t) {
        return made_up::falling(rate)(t) + height * std::exp(-std::pow((t - place) / 0.05, 2));
      },
      shape);
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i)
    curve.loss[*rc::gen::inRange<std::size_t>(0, curve.loss.size())] *= 30;
  return curve;
}

/// The verdict of one curve beside a steady one that sets the target. Scaled losses need scaled entropy.
Verdict judged(const Curve& curve, float scale = 1) {
  made_up::Study study(1, 2);
  study.trial({0, {{0.1, 0.1}}, 0}, made_up::draw(made_up::falling(20)));
  study.trial({0, {{0.2, 0.1}}, 1}, curve);  // seed index 1 sets no target
  for (TrialRecord& trial : study.snapshot.trials) {
    trial.curve.reference_loss *= scale;
    for (float& loss : trial.curve.loss) loss *= scale;
    for (EpochPoint& epoch : trial.curve.epochs) epoch.training_loss *= scale, epoch.validation_loss *= scale;
  }
  study.snapshot.sets[0].label_entropy *= scale;
  return judge(study.done()).trials.at(1).verdict;
}

RC_GTEST_PROP(Verdict, is_the_same_for_losses_in_another_unit, ()) {
  const Curve curve = any_curve();
  const float scale = std::ldexp(1.0f, *rc::gen::inRange(-8, 8));  // exact in binary
  const Verdict one = judged(curve), scaled = judged(curve, scale);
  RC_ASSERT(one.status == scaled.status);
  RC_ASSERT(one.sentence == scaled.sentence);
  RC_ASSERT(std::abs(one.set_back - scaled.set_back) < 1e-9);
  RC_ASSERT(std::abs(one.area - scaled.area) < 1e-9);
  RC_ASSERT(std::abs(*one.spike_share - *scaled.spike_share) < 1e-9);
  RC_ASSERT(std::abs(one.loss_target->epochs - scaled.loss_target->epochs) < 1e-9);
}

RC_GTEST_PROP(Verdict, measures_stay_in_their_ranges, ()) {
  const Verdict verdict = judged(any_curve());
  const auto within = [](double value, double low, double high) { return value >= low && value <= high; };
  RC_ASSERT(within(verdict.area, 0, 10));
  RC_ASSERT(within(verdict.set_back, 0, 10));
  RC_ASSERT(within(verdict.catapult, 0, 10));
  RC_ASSERT(within(*verdict.spike_share, 0, 1));
  RC_ASSERT(within(verdict.oscillation, 0, 1));
  RC_ASSERT(within(*verdict.still_falling, 0, 1));
  RC_ASSERT(within(verdict.loss_target->epochs, 1e-9, 2));
  RC_ASSERT(!verdict.sentence.empty());
}

RC_GTEST_PROP(Verdict, divergence_never_improves_a_run, ()) {
  const Curve whole = any_curve();
  Curve cut = whole;
  cut.loss.resize(*rc::gen::inRange<std::size_t>(1, whole.loss.size()));
  cut.loss.back() = std::numeric_limits<float>::quiet_NaN();
  cut.epochs.resize(cut.loss.size() / cut.steps_per_epoch);
  const Verdict before = judged(whole), after = judged(cut);
  RC_ASSERT(after.status == TrialStatus::diverged);
  RC_ASSERT(after.stability == StabilityWord::diverging);
  RC_ASSERT(after.area >= before.area);
  RC_ASSERT(after.set_back >= before.set_back);
  RC_ASSERT(after.loss_target->epochs >= before.loss_target->epochs - 0.06);  // a window's width
  RC_ASSERT(*after.accuracy == made_up::chance);
}

/// A study of a few settings whose seeds learn, stall or diverge, with accuracies that often tie.
made_up::Study any_study() {
  made_up::Study study(1, *rc::gen::inRange(2u, 5u));
  study.snapshot.plan.choice.divergence_limit = *rc::gen::element(0.0, 0.34, 0.5);
  const double level = *rc::gen::element(0.1, 0.5, 0.98), spread = *rc::gen::element(0.0, 0.002, 0.05);
  const Curve learning = made_up::draw(made_up::falling(20), {40, 2, made_up::guessing, 0.05, 0}),
              flat = made_up::draw([](double) { return 1.0; }, {40, 2, made_up::guessing, 0.0, 0}),
              lost = made_up::draw(made_up::blows_up(0.3), {40, 2, made_up::guessing, 0.05, 0});
  const int cells = *rc::gen::inRange(1, 7);
  for (int cell = 0; cell < cells; ++cell)
    for (std::uint32_t seed = 0; seed < study.snapshot.plan.seeds; ++seed) {
      const int kind = *rc::gen::weightedElement<int>({{8, 0}, {2, 1}, {1, 2}});
      const double accuracy = std::clamp(level + spread * *rc::gen::inRange(-10, 11) / 10.0, 0.0, 1.0);
      const Curve& curve = kind == 0 ? learning : kind == 1 ? flat : lost;
      study.trial({0, {{std::pow(10.0, cell - 5), 0.1}}, seed}, made_up::with_accuracy(curve, accuracy));
    }
  return study;
}

RC_GTEST_PROP(Choice, what_is_eligible_may_be_the_best, ()) {
  made_up::Study study = any_study();
  const Recommendation result = judge(study.done()).recommendations.at(0);
  const bool guess = std::ranges::any_of(result.warnings, [](const std::string& warning) {
    return warning.find("Nothing is above chance") != std::string::npos;
  });
  RC_ASSERT(result.certificate.has_value() == (result.setting.has_value() && !guess));
  if (!result.certificate) return;
  for (const Setting& setting : result.eligible)
    RC_ASSERT(std::ranges::find(result.equivalent, setting) != result.equivalent.end());
  RC_ASSERT(std::ranges::is_sorted(result.equivalent));
  RC_ASSERT(result.certificate->p_best_of.size() == result.equivalent.size());
}

RC_GTEST_PROP(Choice, a_stalled_seed_stands_behind_learning_ones, ()) {
  made_up::Study study = any_study();
  const Judgement judgement = judge(study.done());
  std::size_t stalling = 0;
  for (const CellSummary& cell : judgement.cells[0])
    stalling +=
        cell.stalled_seeds > 0 && std::ranges::find(judgement.recommendations[0].eligible, cell.setting) !=
                                      judgement.recommendations[0].eligible.end();
  RC_ASSERT(stalling == 0 || stalling == judgement.recommendations[0].eligible.size());
}

TEST(Judge, does_not_depend_on_the_order_of_trials) {
  made_up::Study study;
  study.cell({{0.1, 0.1}}, {0.9, 0.91, 0.92}).cell({{0.01, 0.1}}, {0.95, 0.9, 0.92}, made_up::falling(6));
  StudySnapshot turned = study.done();
  std::reverse(turned.trials.begin(), turned.trials.end());
  std::swap(turned.trials[1], turned.trials[4]);
  const Judgement one = judge(study.snapshot), other = judge(turned);
  EXPECT_EQ(one.recommendations[0].setting, other.recommendations[0].setting);
  EXPECT_EQ(one.recommendations[0].certificate->p_best, other.recommendations[0].certificate->p_best);
  EXPECT_EQ(one.recommendations[0].reason, other.recommendations[0].reason);
}

TEST(Choice, a_divergence_never_makes_a_setting_the_choice) {
  for (const std::size_t victim : {0u, 1u, 2u}) {
    made_up::Study study;
    for (const double conv : {0.01, 0.1, 1.0}) study.cell({{conv, 0.1}}, {0.9, 0.91, 0.92});
    const Setting struck = study.snapshot.trials[3 * victim].key.setting;
    study.snapshot.trials[3 * victim].curve = made_up::draw(made_up::blows_up(0.5));
    EXPECT_NE(judge(study.done()).recommendations[0].setting, struck);
  }
}

}  // namespace
}  // namespace etalon
