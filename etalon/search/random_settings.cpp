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

double draw_between(double low, double high, RandomSequence& random) {
  const double exponent = random.uniform(exact_log10(low), exact_log10(high));
  const double rounded = std::strtod(fmt::format("{:.5e}", exact_pow(10.0, exponent)).c_str(), nullptr);
  return std::clamp(rounded, low, high);
}

Setting draw_setting(const SearchSpace& space, std::span<const Axis> axes, RandomSequence& random) {
  Setting setting;
  for (std::size_t axis = 0; axis < space.values.size(); ++axis) {
    const std::vector<double>& values = space.values[axis];
    if (traits_of(quantity_of(axes, axis)).scale == Scale::log) {
      const auto [low, high] = std::ranges::minmax_element(values);
      setting.values.push_back(draw_between(*low, *high, random));
    } else {
      setting.values.push_back(values[random.below(static_cast<std::uint32_t>(values.size()))]);
    }
  }
  return setting;
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

std::vector<Setting> random_settings(const SearchSpace& space, std::uint32_t trials, std::uint64_t study_seed,
                                     std::span<const Axis> axes) {
  if (!space.settings.empty()) return from_list(space, trials, study_seed);
  std::vector<Setting> settings;
  std::set<Setting> seen;
  for (std::uint32_t trial = 0; trial < trials; ++trial) {
    RandomSequence random({study_seed, 0, Purpose::strategy},
                          trial);  // a stream each: a prefix stays a prefix
    for (int attempt = 0;; ++attempt) {
      if (attempt == most_attempts) refuse(trials, settings.size());
      Setting setting = draw_setting(space, axes, random);
      if (!seen.insert(setting).second) continue;
      settings.push_back(std::move(setting));
      break;
    }
  }
  return settings;
}

}  // namespace etalon
