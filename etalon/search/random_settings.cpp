#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/exact_math.h"
#include "etalon/base/random.h"
#include "etalon/search/planned.h"

namespace etalon {
namespace {

/// Draws of one setting before the space is taken for too small: a range of a few representable etas.
constexpr int most_attempts = 1000;

struct LogRange {
  double low, high;  // of eta
};

std::vector<LogRange> ranges_of(const SearchSpace& space) {
  std::vector<LogRange> ranges;
  for (const std::vector<double>& values : space.values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    ranges.push_back({*low, *high});
  }
  return ranges;
}

double draw_eta(const LogRange& range, RandomSequence& random) {
  const double exponent = random.uniform(exact_log10(range.low), exact_log10(range.high));
  const double rounded = std::strtod(fmt::format("{:.5e}", exact_pow(10.0, exponent)).c_str(), nullptr);
  return std::clamp(rounded, range.low, range.high);
}

[[noreturn]] void refuse(std::uint32_t trials, std::size_t settings) {
  throw RequestError({Field::trials, std::to_string(trials),
                      fmt::format("at most {}, the settings that the space holds", settings),
                      "ask for fewer trials or widen the range of an eta"});
}

std::vector<Setting> from_list(const SearchSpace& space, std::uint32_t trials, std::uint64_t study_seed) {
  const std::vector<Setting> all = grid_settings(space);
  if (trials > all.size()) refuse(trials, all.size());
  const RandomSequence random({study_seed, 0, Purpose::strategy});
  std::vector<Setting> settings;
  for (const std::uint32_t place : permutation(static_cast<std::uint32_t>(all.size()), random))
    if (settings.size() < trials) settings.push_back(all[place]);
  return settings;
}

}  // namespace

std::vector<Setting> random_settings(const SearchSpace& space, std::uint32_t trials,
                                     std::uint64_t study_seed) {
  if (!space.settings.empty()) return from_list(space, trials, study_seed);
  const std::vector<LogRange> ranges = ranges_of(space);
  std::vector<Setting> settings;
  std::set<Setting> seen;
  for (std::uint32_t trial = 0; trial < trials; ++trial) {
    RandomSequence random({study_seed, 0, Purpose::strategy},
                          trial);  // a stream each: a prefix stays a prefix
    for (int attempt = 0;; ++attempt) {
      if (attempt == most_attempts) refuse(trials, settings.size());
      Setting setting;
      for (const LogRange& range : ranges) setting.eta.push_back(draw_eta(range, random));
      if (!seen.insert(setting).second) continue;
      settings.push_back(std::move(setting));
      break;
    }
  }
  return settings;
}

}  // namespace etalon
