#include <cmath>

#include <gtest/gtest.h>

#include "etalon/judging/over_seeds.h"
#include "made_up.h"

namespace etalon {
namespace {

using made_up::draw;
using made_up::falling;
using made_up::guessing;

using Seeds = std::vector<std::function<double(double)>>;
constexpr double target = guessing * 0.127;

/// A seed for each function, with its own minibatch noise.
CellWords of(const Seeds& seeds) {
  std::vector<NormalizedCurve> curves;
  for (std::uint32_t seed = 0; seed < seeds.size(); ++seed)
    curves.push_back(normalize(draw(seeds[seed], {400, 2, guessing, 0.02, seed}), 0));
  std::vector<Look> looks;
  std::vector<const NormalizedCurve*> pointers;
  for (const NormalizedCurve& curve : curves) {
    looks.push_back(look_at(curve, status_of(curve, guessing), target, guessing));
    pointers.push_back(&curve);
  }
  return words_over_seeds(looks, look_over_seeds(pointers, looks, target, guessing));
}

std::function<double(double)> hill_at(double place) {
  return [=](double t) { return falling(30)(t) + 0.3 * std::exp(-0.5 * std::pow((t - place) / 0.03, 2)); };
}

const auto good = falling(30), slower = falling(10), drifting = falling(0.2), lost = made_up::blows_up(0.3),
           stuck = std::function<double(double)>([](double) { return 1.0; });

TEST(WordsOverSeeds, agree_with_the_one_seed) {
  EXPECT_EQ(of({good}).sentence, "The loss goes down super fast and is perfectly stable.");
  EXPECT_EQ(of({lost}).sentence, "The loss blows up within the first epoch.");
}

TEST(WordsOverSeeds, the_middle_seed_speaks_for_all) {
  EXPECT_EQ(of({good, slower, slower}).speed, SpeedWord::fast);
  EXPECT_EQ(of({good, good, slower}).speed, SpeedWord::super_fast);
}

TEST(WordsOverSeeds, diverged_seeds_are_counted_aloud) {
  const CellWords words = of({good, lost, good});
  EXPECT_EQ(words.sentence, "The loss goes down super fast, but one of 3 seeds diverged.");
  EXPECT_EQ(words.stability, StabilityWord::really_unstable);
  EXPECT_EQ(of({lost, lost, good}).stability, StabilityWord::diverging);
  EXPECT_EQ(of({lost, lost, lost}).sentence,
            "The loss blows up within the first epoch. All 3 seeds diverged.");
}

TEST(WordsOverSeeds, of_two_seeds_the_line_between_them_is_described) {
  // Halfway between a curve at the bottom and one that hardly moves: half of the way is made.
  EXPECT_EQ(of({good, drifting}).speed, SpeedWord::slow);
  EXPECT_EQ(of({good, stuck}).sentence,
            "The loss goes down slowly but is perfectly stable; one of 2 seeds did not learn.");
  EXPECT_EQ(of({good, slower}).speed, SpeedWord::fast);
}

TEST(WordsOverSeeds, of_four_seeds_the_mean_of_the_middle_two_is_described) {
  EXPECT_EQ(of({good, good, good, stuck}).speed, SpeedWord::super_fast);
  EXPECT_EQ(of({good, good, stuck, stuck}).speed, SpeedWord::slow);
  EXPECT_EQ(of({good, stuck, stuck, stuck}).sentence,
            "The loss does not move; three of 4 seeds did not learn.");
}

TEST(WordsOverSeeds, half_of_the_seeds_lost_is_a_line_that_leaves_the_plot) {
  EXPECT_EQ(of({good, lost}).sentence, "The loss blows up within the first epoch; one of 2 seeds diverged.");
  EXPECT_EQ(of({good, lost}).stability, StabilityWord::diverging);
  EXPECT_EQ(of({good, lost, good, lost}).sentence,
            "The loss blows up within the first epoch; two of 4 seeds diverged.");
  EXPECT_EQ(of({good, good, good, lost}).sentence,
            "The loss goes down super fast, but one of 4 seeds diverged.");
  EXPECT_EQ(
      of({stuck, lost}).sentence,
      "The loss blows up within the first epoch; one of 2 seeds diverged and one of 2 seeds did not learn.");
}

TEST(WordsOverSeeds, half_the_hill_is_seen_where_one_of_two_seeds_climbs) {
  EXPECT_EQ(of({hill_at(0.5)}).stability, StabilityWord::unstable);
  EXPECT_EQ(of({hill_at(0.5), good}).stability, StabilityWord::quite_stable);
  EXPECT_EQ(of({hill_at(0.5), hill_at(0.5), good, good}).stability, StabilityWord::quite_stable);
}

TEST(WordsOverSeeds, hills_at_different_times_do_not_hide_each_other) {
  EXPECT_EQ(of({hill_at(0.3), hill_at(0.5), hill_at(0.8)}).stability, StabilityWord::unstable);
}

TEST(MedianCurve, is_the_mean_of_the_middle_two_and_infinite_where_either_is) {
  NormalizedCurve low, high, gone;
  low.smooth = {0.2, 0.2}, high.smooth = {1.0, 0.4}, gone.smooth = {1.0, 1e6};
  low.reference = high.reference = gone.reference = 2;
  gone.finite = false;
  const NormalizedCurve two = median_curve(std::vector<const NormalizedCurve*>{&low, &high});
  EXPECT_DOUBLE_EQ(two.smooth[0], 0.6);
  EXPECT_DOUBLE_EQ(two.smooth[1], 0.3);
  EXPECT_TRUE(two.finite);
  const NormalizedCurve half = median_curve(std::vector<const NormalizedCurve*>{&low, &gone});
  EXPECT_DOUBLE_EQ(half.smooth[0], 0.6);
  EXPECT_EQ(half.smooth[1], 1e6);
  EXPECT_EQ(half.reported, 1u);
  EXPECT_FALSE(half.finite);
  EXPECT_TRUE(median_curve(std::vector<const NormalizedCurve*>{&low, &high, &gone}).finite);
}

TEST(WordsOverSeeds, seeds_that_do_not_learn_are_counted_aloud) {
  EXPECT_EQ(of({good, stuck, good}).sentence,
            "The loss goes down super fast and is perfectly stable; one of 3 seeds did not learn.");
  EXPECT_EQ(of({stuck, stuck, stuck}).sentence, "The loss does not move.");
  EXPECT_EQ(of({stuck, stuck, lost}).sentence, "The loss does not move; one of 3 seeds diverged.");
}

}  // namespace
}  // namespace etalon
