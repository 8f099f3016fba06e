/// Curves drawn by hand, each with the words that a person would use who looks at its plot. They calibrate
/// the limits in limits.h: a limit that moves too far breaks one of these.
#include "etalon/judging/words.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "made_up.h"

namespace etalon {
namespace {

using made_up::draw;
using made_up::falling;
using made_up::guessing;

/// What the best trial of the made-up set reaches is 3 % of the reference: its target is 0.127 of it.
constexpr double target = guessing * (1 - 0.9 * 0.97);

Look seen(const Curve& curve) {
  const NormalizedCurve normalized = normalize(curve, 0);
  return look_at(normalized, status_of(normalized, guessing), target, guessing);
}

struct Case {
  const char* name;
  std::function<double(double)> loss;
  SpeedWord speed;
  StabilityWord stability;
  const char* sentence;
};

double hill(double place, double centre, double width) {
  return std::exp(-0.5 * std::pow((place - centre) / width, 2));
}

constexpr double blown_up = std::numeric_limits<double>::quiet_NaN();

using enum SpeedWord;
using enum StabilityWord;

const Case cases[] = {
    {"steep_exponential", falling(30), super_fast, perfectly_stable,
     "The loss goes down super fast and is perfectly stable."},
    {"exponential_of_ten_foldings", falling(10), fast, perfectly_stable,
     "The loss goes down fast and is perfectly stable."},
    {"exponential_that_bends_late", falling(4), slow, perfectly_stable,
     "The loss goes down slowly but is perfectly stable."},
    {"two_thirds_of_the_way", falling(1.2), slow, perfectly_stable,
     "The loss goes down slowly but is perfectly stable."},
    {"slow_drift", falling(0.2), very_slow, perfectly_stable,
     "The loss takes a long time to go down but is perfectly stable."},
    {"plateau_then_fall", [](double place) { return 0.05 + 0.95 / (1 + std::exp(40 * (place - 0.3))); }, fast,
     perfectly_stable, "The loss goes down fast and is perfectly stable."},
    {"flat", [](double) { return 1.0; }, not_moving, perfectly_stable, "The loss does not move."},
    {"flat_but_swinging", [](double place) { return 1.05 + 0.05 * std::sin(60 * place); }, not_moving,
     quite_stable, "The loss does not move."},
    {"small_bumps", [](double place) { return falling(30)(place) + 0.08 * hill(place, 0.6, 0.03); },
     super_fast, quite_stable, "The loss goes down super fast and is quite stable."},
    {"one_hill", [](double place) { return falling(30)(place) + 0.3 * hill(place, 0.8, 0.03); }, super_fast,
     unstable, "The loss goes down super fast but is unstable: it climbs back on the way."},
    {"rises_to_where_it_began",
     [](double place) { return falling(10)(place) + 0.9 * hill(place, 0.4, 0.05); }, slow, really_unstable,
     "The loss goes down slowly and is really unstable: it climbs back on the way."},
    {"growing_oscillation",
     [](double place) { return 0.55 - 0.2 * place + 0.3 * place * std::sin(60 * place); }, slow,
     really_unstable, nullptr},
    {"shrinking_oscillation",
     [](double place) { return falling(8)(place) * (1 + 0.6 * std::sin(150 * place)); }, fast, unstable,
     nullptr},
    {"catapult_then_descent", [](double place) { return place < 0.015 ? 4.0 : falling(12)(place - 0.015); },
     fast, quite_stable, "After a jump at the start, the loss goes down fast and is quite stable."},
    {"catapult_into_a_dead_network", [](double place) { return place < 0.015 ? 40.0 : 1.0; }, not_moving,
     unstable, "The loss jumps at the start, falls back and learns nothing more."},
    {"nan_at_once", [](double place) { return place < 0.01 ? 1.0 : blown_up; }, not_moving, diverging,
     "The loss blows up within the first epoch."},
    {"nan_in_the_second_epoch", [](double place) { return place < 0.7 ? 0.9 : blown_up; }, not_moving,
     diverging, "The loss blows up in epoch 2."},
    {"learns_then_blows_up", [](double place) { return place < 0.8 ? falling(30)(place) : blown_up; },
     super_fast, diverging, "The loss goes down, then blows up in epoch 2."},
    {"drifts_up", [](double place) { return 1 + 0.5 * place; }, not_moving, diverging,
     "The loss goes up and ends higher than it began."},
};

class HandMadeCurves : public testing::TestWithParam<Case> {};

TEST_P(HandMadeCurves, gets_the_words_that_a_person_would_use) {
  for (const std::uint32_t seed : {0u, 1u, 2u}) {
    const Look look = seen(draw(GetParam().loss, {400, 2, guessing, 0.05, seed}));
    EXPECT_EQ(to_text(speed_word(look)), to_text(GetParam().speed)) << "made " << look.made;
    EXPECT_EQ(to_text(stability_word(look)), to_text(GetParam().stability))
        << "climb " << look.climb << " swing " << look.swing << " jump " << look.jump << " spike "
        << look.tallest_spike;
    if (GetParam().sentence) {
      EXPECT_EQ(sentence(look), GetParam().sentence);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(all, HandMadeCurves, testing::ValuesIn(cases),
                         [](const auto& one) { return one.param.name; });

Curve spiky(std::size_t spikes) {
  Curve curve = draw(falling(30));
  for (std::size_t i = 0; i < spikes; ++i) curve.loss[780 - i * 630 / spikes] = 3.0f;
  return curve;
}

TEST(Words, late_spikes_weigh_by_their_number) {
  EXPECT_EQ(stability_word(seen(spiky(0))), perfectly_stable);
  EXPECT_EQ(stability_word(seen(spiky(1))), quite_stable);
  EXPECT_EQ(stability_word(seen(spiky(8))), unstable);
  EXPECT_EQ(stability_word(seen(spiky(30))), really_unstable);
  EXPECT_EQ(sentence(seen(spiky(8))), "The loss goes down super fast but is unstable: it has sharp spikes.");
}

TEST(Words, spikes_too_low_to_see_do_not_count) {
  Curve curve = draw(falling(30, 0.001));
  curve.loss[700] = 0.2f;
  EXPECT_GT(seen(curve).spikes->count, 0u);
  EXPECT_EQ(stability_word(seen(curve)), perfectly_stable);
}

TEST(Words, a_swing_from_step_to_step_is_seen) {
  int step = 0;
  const auto swinging = [&](double place) { return falling(20)(place) + 0.3 * (1 + std::sin(0.9 * step++)); };
  const Look look = seen(draw(swinging, {400, 2, guessing, 0.05, 0}));
  EXPECT_EQ(stability_word(look), unstable);
  EXPECT_THAT(sentence(look), testing::HasSubstr("it swings up and down"));
}

TEST(Words, minibatch_noise_is_not_instability) {
  for (const double noise : {0.0, 0.02, 0.05, 0.1}) {
    const Look look = seen(draw(falling(30), {800, 2, guessing, noise, 4}));
    EXPECT_EQ(stability_word(look), perfectly_stable) << noise;
  }
  for (const double noise : {0.2, 0.3}) {  // batches of a few samples
    const Look look = seen(draw(falling(30), {800, 2, guessing, noise, 4}));
    EXPECT_LE(stability_word(look), quite_stable) << noise;
  }
}

TEST(Words, of_few_steps_leave_stability_open) {
  const Look look = seen(draw(falling(5), {30, 2, guessing, 0.02, 0}));
  EXPECT_EQ(sentence(look), "The loss goes down slowly; fewer than 80 steps do not show how stable it is.");
  EXPECT_EQ(to_text(stability_word(look)), "too short to tell");
  EXPECT_EQ(to_text(words_over_seeds(std::vector{look, look}, look, 0.1).stability), "too short to tell");
  EXPECT_EQ(to_text(words_over_seeds(std::vector{look, look}, look, 0.2).stability), "unstable");
  EXPECT_THAT(sentence(seen(draw([](double place) { return place > 0.4 && place < 0.6 ? 0.95 : 0.2; },
                                 {30, 2, guessing, 0.0, 0}))),
              testing::HasSubstr("really unstable: it climbs back"))
      << "what is plain to see is said";
}

TEST(Words, of_batches_of_few_samples_are_not_unstable) {
  for (const std::uint32_t seed : {0u, 1u, 2u}) {
    const Look look = seen(draw(falling(12), {100, 2, guessing, 0.3, seed}));
    EXPECT_LE(stability_word(look), quite_stable) << "climb " << look.climb << " swing " << look.swing;
  }
}

TEST(Words, a_large_loss_at_the_start_neither_hides_a_slow_descent_nor_a_climb) {
  // From 3 times the level of guessing down to it at once; then hardly further, or with a hill of a third.
  const auto first_drop = [](double place) { return 2 * std::exp(-200 * place) + falling(0.15)(place); };
  const NormalizedCurve slow_one = normalize(
      draw([&](double place) { return first_drop(place) / 3; }, {400, 2, 3 * guessing, 0.05, 0}), 0);
  EXPECT_EQ(speed_word(look_at(slow_one, TrialStatus::learning, target, guessing)), very_slow);
  const auto with_hill = [&](double place) {
    return (first_drop(place) + 0.35 * hill(place, 0.5, 0.05)) / 3;
  };
  const NormalizedCurve hilly = normalize(draw(with_hill, {400, 2, 3 * guessing, 0.05, 0}), 0);
  EXPECT_EQ(stability_word(look_at(hilly, TrialStatus::learning, target, guessing)), unstable);
}

/// From 1.5 times the level of guessing down to 1.005 of it, or so much above, and no further.
Look at_guessing(double slope_at_the_end, double above = 0) {
  const auto loss = [=](double place) {
    return (1.005 + above + 0.5 * std::exp(-20 * place) + slope_at_the_end * (1 - place)) / 1.5;
  };
  const NormalizedCurve curve = normalize(draw(loss, {400, 2, 1.5 * guessing, 0.002, 0}), 0);
  return look_at(curve, status_of(curve, guessing), target, guessing);
}

TEST(Words, a_loss_that_still_falls_does_not_stay_at_the_level_of_guessing) {
  ASSERT_EQ(at_guessing(0).status, TrialStatus::stalled);
  EXPECT_EQ(sentence(at_guessing(0)), "The loss falls to the level of guessing and stays there.");
  EXPECT_EQ(sentence(at_guessing(0.1)),
            "The loss falls to the level of guessing within the budget and is still going down.");
}

TEST(Words, a_loss_that_ends_above_the_level_of_guessing_did_not_fall_to_it) {
  EXPECT_EQ(sentence(at_guessing(0, 0.15)),
            "The loss goes down, but stays above the level of guessing to the end of the budget.");
}

TEST(Words, a_loss_at_the_level_of_guessing_may_have_an_accuracy_above_chance) {
  Look look = at_guessing(0);
  look.above_chance = true;
  EXPECT_EQ(sentence(look),
            "The loss falls to the level of guessing within the budget; the accuracy is above chance.");
  look.jump = 1;
  EXPECT_EQ(sentence(look), "The loss jumps at the start and falls back; the accuracy is above chance.");
  look.still_falling = 0.99;
  EXPECT_EQ(sentence(look), "The loss jumps at the start, falls back and is still going down.");
}

TEST(Words, without_a_target_the_area_decides) {
  const auto word = [](double rate) {
    const NormalizedCurve curve = normalize(draw(falling(rate)), 0);
    return speed_word(look_at(curve, TrialStatus::learning, {}, guessing));
  };
  EXPECT_EQ(word(30), super_fast);
  EXPECT_EQ(word(4), fast);
  EXPECT_EQ(word(1.2), slow);
  EXPECT_EQ(word(0.2), very_slow);
}

TEST(Words, losses_by_the_epoch_are_judged_too) {
  Curve curve;
  curve.resolution = Resolution::epoch;
  curve.reference_loss = guessing;
  curve.steps_per_epoch = 1;
  curve.budget_epochs = 10;
  for (int epoch = 0; epoch < 10; ++epoch)
    curve.loss.push_back(static_cast<float>(guessing * falling(20)(epoch / 10.0 + 0.05)));
  EXPECT_EQ(sentence(seen(curve)), "The loss goes down fast and is perfectly stable.");
  curve.loss[7] = 2.0f;
  EXPECT_EQ(stability_word(seen(curve)), really_unstable);
}

}  // namespace
}  // namespace etalon
