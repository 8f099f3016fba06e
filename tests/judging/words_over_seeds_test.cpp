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
  EXPECT_EQ(of({good, stuck}).sentence, "The loss goes down slowly, but one of 2 seeds did not learn.");
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
            "The loss goes down super fast, but one of 3 seeds did not learn.");
  EXPECT_EQ(of({good, stuck, good}).stability, StabilityWord::really_unstable);
  EXPECT_EQ(of({stuck, stuck, stuck}).sentence, "The loss does not move.");
  EXPECT_EQ(of({stuck, stuck, lost}).sentence, "The loss does not move; one of 3 seeds diverged.");
}

/// Seeds of one good curve that end with these accuracies, with as many of them judged to have failed.
CellWords ending(const std::vector<double>& accuracies, std::size_t failed = 0) {
  std::vector<NormalizedCurve> curves;
  for (std::uint32_t seed = 0; seed < accuracies.size(); ++seed)
    curves.push_back(normalize(draw(good, {400, 2, guessing, 0.02, seed}), 0));
  std::vector<Look> looks;
  std::vector<const NormalizedCurve*> pointers;
  for (std::size_t seed = 0; seed < curves.size(); ++seed) {
    looks.push_back(look_at(curves[seed], TrialStatus::learning, target, guessing));
    looks.back().accuracy = accuracies[seed];
    looks.back().fate = seed < failed ? Fate::failed : Fate::learned;
    pointers.push_back(&curves[seed]);
  }
  return words_over_seeds(looks, look_over_seeds(pointers, looks, target, guessing),
                          seed_spread(looks, 0.85, 1000));
}

TEST(WordsOverSeeds, agree_with_where_the_seeds_end) {
  EXPECT_EQ(ending({0.90, 0.91, 0.92}).sentence, "The loss goes down super fast and is perfectly stable.");
  EXPECT_EQ(ending({0.80, 0.93, 0.91}).sentence, "The loss goes down super fast and is quite stable.");
  const CellWords apart = ending({0.20, 0.91, 0.85});
  EXPECT_EQ(apart.stability, StabilityWord::really_unstable);
  EXPECT_EQ(
      apart.sentence,
      "The loss goes down super fast, but its seeds end far apart; the accuracies lie between 20 and 91 %.");
}

TEST(WordsOverSeeds, count_a_seed_that_ends_at_chance_as_failed) {
  const CellWords words = ending({0.09, 0.91, 0.20}, 1);
  EXPECT_EQ(words.stability, StabilityWord::really_unstable);
  EXPECT_EQ(
      words.sentence,
      "The loss goes down super fast, but one of 3 seeds ended no better than a guess; the accuracies lie "
      "between 9 and 91 %.");
  EXPECT_EQ(
      ending({0.09, 0.1, 0.1}, 3).sentence,
      "The loss goes down super fast and is perfectly stable; all 3 seeds ended no better than a guess.");
  EXPECT_EQ(
      ending({0.09}, 1).sentence,
      "The loss goes down super fast and is perfectly stable; the accuracy at the end is no better than a "
      "guess.");
}

TEST(SeedSpread, leaves_out_what_the_validation_samples_make_of_it) {
  std::vector<Look> looks(3);
  looks[0].accuracy = 0.5, looks[1].accuracy = 0.54, looks[2].accuracy = 0.46;
  EXPECT_EQ(seed_spread(looks, 0.8, 100), 0.0) << "a standard error of 5 points";
  EXPECT_NEAR(*seed_spread(looks, 0.8, 1'000'000), 0.04 / 0.8, 1e-3);
  EXPECT_FALSE(seed_spread(looks, 0, 100));
  EXPECT_FALSE(seed_spread(std::span(looks).first(1), 0.8, 100));
}

}  // namespace
}  // namespace etalon
