#include "etalon/search/halving.h"

#include <numeric>

#include <gtest/gtest.h>

#include "etalon/study/trial.h"

namespace etalon {
namespace {

using Seeds = std::vector<std::uint32_t>;

std::size_t sum_of(const Seeds& seeds) { return std::accumulate(seeds.begin(), seeds.end(), std::size_t{0}); }

/// {settings in, more seeds for the first} of each round.
std::vector<std::pair<std::size_t, std::uint32_t>> race_of(std::size_t settings, std::size_t budget) {
  std::vector<std::pair<std::size_t, std::uint32_t>> rounds;
  Seeds seeds(settings, 0);
  for (;;) {
    const Seeds more = more_seeds(seeds, budget);
    if (sum_of(more) == 0) return rounds;
    rounds.emplace_back(seeds.size(), more[0]);
    for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i] += more[i];
    budget -= sum_of(more);
    if (seeds.size() <= 2) {
      EXPECT_EQ(budget, 0u) << "the last round spends all";
      return rounds;
    }
    seeds.resize(survivors_of(seeds.size()));
  }
}

TEST(Halving, spends_seventy_five_trials_on_twenty_five_settings) {
  EXPECT_EQ(race_of(25, 75),
            (std::vector<std::pair<std::size_t, std::uint32_t>>{{25, 1}, {12, 1}, {6, 2}, {3, 4}, {2, 7}}));
}

TEST(Halving, works_for_any_number_of_settings_and_seeds) {
  for (std::size_t settings = 1; settings < 40; ++settings)
    for (std::size_t seeds = 1; seeds < 6; ++seeds) {
      std::size_t in = settings;
      for (const auto& [running, more] : race_of(settings, settings * seeds)) {
        EXPECT_EQ(running, in);
        EXPECT_GE(more, 1u);
        in = in > 2 ? survivors_of(in) : in;
      }
    }
}

TEST(Halving, one_seed_each_is_the_first_round_and_no_more) {
  EXPECT_EQ(race_of(25, 25), (std::vector<std::pair<std::size_t, std::uint32_t>>{{25, 1}}));
  EXPECT_EQ(race_of(1, 1), (std::vector<std::pair<std::size_t, std::uint32_t>>{{1, 1}}));
}

TEST(Halving, one_or_two_settings_get_all_seeds_at_once) {
  EXPECT_EQ(race_of(1, 3), (std::vector<std::pair<std::size_t, std::uint32_t>>{{1, 3}}));
  EXPECT_EQ(race_of(2, 6), (std::vector<std::pair<std::size_t, std::uint32_t>>{{2, 3}}));
}

TEST(Halving, the_first_in_rank_gets_what_divides_unevenly) {
  EXPECT_EQ(more_seeds({4, 4}, 5), (Seeds{3, 2}));
}

TEST(Halving, newcomers_catch_up_first) {
  EXPECT_EQ(more_seeds({2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0}, 38),
            (Seeds{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(more_seeds({2, 1, 2}, 20), (Seeds{3, 4, 3})) << "all to 5 for a share of 10";
  EXPECT_EQ(more_seeds({9, 2}, 8), (Seeds{1, 7})) << "the last round fills up, then goes on with the first";
}

TEST(Halving, never_spends_more_than_is_left) { EXPECT_EQ(more_seeds({1, 1, 1, 1}, 3), (Seeds{1, 1, 1, 0})); }

TEST(Halving, tuning_seeds_end_where_confirmation_begins) {
  EXPECT_EQ(more_seeds({0, 0}, 100'000), (Seeds{first_confirmation_seed, first_confirmation_seed}));
  EXPECT_EQ(sum_of(more_seeds({first_confirmation_seed, first_confirmation_seed}, 5)), 0u);
}

}  // namespace
}  // namespace etalon
