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
