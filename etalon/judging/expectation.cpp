#include "etalon/judging/expectation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "etalon/judging/posterior.h"

namespace etalon {
namespace {

constexpr std::size_t draws = 1000;
constexpr double told_apart = 0.02;  // smaller probabilities are the noise of so many draws

bool nothing_learned(const SetOutcomes& outcomes) {
  return std::ranges::all_of(outcomes.settings, [](const SettingOutcomes& setting) {
    return std::ranges::all_of(setting.seeds, &SeedOutcome::failed);
  });
}

double mean_accuracy(const SettingOutcomes& setting, double chance) {
  if (setting.seeds.empty()) return chance;
  double sum = 0;
  for (const SeedOutcome& seed : setting.seeds) sum += seed.accuracy;
  return sum / static_cast<double>(setting.seeds.size());
}

double rounded(double accuracy) { return std::round(accuracy * 1e9) / 1e9; }

}  // namespace

std::vector<Prospect> prospects(const SetOutcomes& outcomes) {
  std::vector<Prospect> result(outcomes.settings.size());
  if (nothing_learned(outcomes)) {
    for (std::size_t i = 0; i < result.size(); ++i)
      result[i].accuracy = rounded(mean_accuracy(outcomes.settings[i], outcomes.chance));
    return result;
  }
  const AccuracyPosterior posterior(outcomes);
  for (std::size_t i = 0; i < result.size(); ++i) result[i].accuracy = rounded(posterior.expected(i));
  const PosteriorDraws drawn =
      posterior.draw(posterior.contenders(true), draws, RandomSequence({0, 0, Purpose::strategy}, 1));
  const std::vector<double> shares = shares_of_best(drawn);
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (shares[i] >= told_apart) result[drawn.settings[i]].p_best = shares[i];
  return result;
}

std::vector<std::size_t> ranking(const std::vector<Prospect>& prospects) {
  std::vector<std::size_t> order(prospects.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    if (prospects[a].p_best != prospects[b].p_best) return prospects[a].p_best > prospects[b].p_best;
    return prospects[a].accuracy > prospects[b].accuracy;
  });
  return order;
}

}  // namespace etalon
