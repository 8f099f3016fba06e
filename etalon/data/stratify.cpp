#include "etalon/data/stratify.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "etalon/base/check.h"

namespace etalon {
namespace {

/// How many of a class may be taken.
struct Bounds {
  std::uint32_t least = 0, most = 0;
};

/// Labels by their counts, largest first.
std::vector<std::size_t> by_size(const std::vector<std::uint32_t>& counts) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  return order;
}

/// One image of each class on either side; where a side has fewer places than classes, of the largest.
std::vector<Bounds> bounds_for(const std::vector<std::uint32_t>& counts, std::uint64_t take,
                               std::uint64_t rest) {
  std::vector<Bounds> bounds(counts.size());
  for (const std::size_t i : by_size(counts)) {
    bounds[i] = {0, counts[i]};
    if (counts[i] >= 2 && take > 0) bounds[i].least = 1, --take;
    if (counts[i] >= 1 && rest > 0) bounds[i].most = counts[i] - 1, --rest;
  }
  return bounds;
}

}  // namespace

std::vector<std::uint32_t> stratified_counts(const std::vector<std::uint32_t>& counts, std::uint32_t take) {
  const std::uint64_t all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  check(take <= all, "take", take, "at most the sum of counts");
  const std::vector<Bounds> bounds = bounds_for(counts, take, all - take);
  std::vector<std::uint32_t> taken;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::uint64_t whole = all == 0 ? 0 : std::uint64_t{take} * counts[i] / all;
    taken.push_back(std::clamp(static_cast<std::uint32_t>(whole), bounds[i].least, bounds[i].most));
    sum += taken.back();
  }
  // How far a class stands below its share, in images times `all`: exact, so that no rounding decides.
  const auto lack = [&](std::size_t i) {
    return static_cast<std::int64_t>(std::uint64_t{take} * counts[i]) -
           static_cast<std::int64_t>(all * taken[i]);
  };
  const auto closest = [&](auto may, auto before) {
    std::size_t best = counts.size();
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (may(i) && (best == counts.size() || before(lack(i), lack(best)))) best = i;
    return best;
  };
  for (; sum < take; ++sum)
    ++taken[closest([&](std::size_t i) { return taken[i] < bounds[i].most; }, std::greater<>())];
  for (; sum > take; --sum)
    --taken[closest([&](std::size_t i) { return taken[i] > bounds[i].least; }, std::less<>())];
  return taken;
}

}  // namespace etalon
