#include "etalon/judging/odds.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace etalon {
namespace {

struct Odds {
  double probability;
  const char* text;
};

constexpr std::array<Odds, 10> few_seeds_odds{{{0.1, "about 1 in 10"},
                                               {0.2, "about 1 in 5"},
                                               {0.25, "about 1 in 4"},
                                               {1.0 / 3, "about 1 in 3"},
                                               {0.5, "about 1 in 2"},
                                               {2.0 / 3, "about 2 in 3"},
                                               {0.75, "about 3 in 4"},
                                               {0.8, "about 4 in 5"},
                                               {0.9, "about 9 in 10"},
                                               {0.95, "about 19 in 20"}}};
constexpr std::uint32_t few_seeds = 5;

}  // namespace

std::string odds_text(double probability, std::uint32_t seeds) {
  if (probability > 0.975) return "over 0.95";
  if (probability < 0.025) return "under 0.05";
  if (seeds >= few_seeds) return fmt::format("about {:.2f}", std::round(20 * probability) / 20);
  const Odds* nearest = few_seeds_odds.data();
  for (const Odds& odds : few_seeds_odds)
    if (std::abs(odds.probability - probability) < std::abs(nearest->probability - probability))
      nearest = &odds;
  return nearest->text;
}

}  // namespace etalon
