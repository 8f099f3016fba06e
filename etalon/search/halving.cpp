#include "etalon/search/halving.h"

#include <algorithm>

#include "etalon/base/check.h"
#include "etalon/study/trial.h"

namespace etalon {
namespace {

/// Trials that lift all settings to `level` seeds.
std::size_t cost_of(const std::vector<std::uint32_t>& seeds, std::uint32_t level) {
  std::size_t cost = 0;
  for (const std::uint32_t one : seeds) cost += level > one ? level - one : 0;
  return cost;
}

/// The highest level that `share` trials pay for.
std::uint32_t highest_level(const std::vector<std::uint32_t>& seeds, std::size_t share) {
  std::uint32_t paid = *std::min_element(seeds.begin(), seeds.end()), unpaid = first_confirmation_seed + 1;
  while (unpaid - paid > 1) {
    const std::uint32_t middle = paid + (unpaid - paid) / 2;
    (cost_of(seeds, middle) <= share ? paid : unpaid) = middle;
  }
  return paid;
}

}  // namespace

std::size_t survivors_of(std::size_t in) {
  check(in > 2, "settings", in, "more than 2");
  return std::max<std::size_t>(in / 2, 2);
}

std::size_t rounds_from(std::size_t in) {
  std::size_t rounds = 1;
  for (; in > 2; in = survivors_of(in)) ++rounds;
  return rounds;
}

std::vector<std::uint32_t> more_seeds(const std::vector<std::uint32_t>& seeds, std::size_t budget) {
  std::vector<std::uint32_t> more(seeds.size(), 0);
  if (seeds.empty()) return more;
  const std::size_t rounds = rounds_from(seeds.size());
  const std::uint32_t least = *std::min_element(seeds.begin(), seeds.end());
  std::uint32_t level = highest_level(seeds, budget / rounds);
  if (level == least && rounds > 1) level = std::min(least + 1, first_confirmation_seed);
  std::size_t left = budget;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (level > seeds[i]) more[i] = static_cast<std::uint32_t>(std::min<std::size_t>(level - seeds[i], left));
    left -= more[i];
  }
  if (rounds > 1) return more;
  for (std::size_t i = 0; i < seeds.size() && left > 0; ++i)
    if (seeds[i] + more[i] == level && level < first_confirmation_seed) ++more[i], --left;
  return more;
}

}  // namespace etalon
