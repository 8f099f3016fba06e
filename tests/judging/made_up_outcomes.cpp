#include "made_up_outcomes.h"

#include <algorithm>
#include <cmath>

namespace etalon::made_up {

Outcomes& Outcomes::cell(const Setting& setting, const std::vector<double>& accuracies,
                         std::uint32_t failed) {
  SettingOutcomes outcomes{setting, {}};
  std::uint32_t seed = 0;
  for (const double accuracy : accuracies) outcomes.seeds.push_back({seed++, accuracy, false});
  for (; failed > 0; --failed) outcomes.seeds.push_back({seed++, set.chance, true});
  set.settings.push_back(std::move(outcomes));
  return *this;
}

SetEvidence evidence_of(const SetOutcomes& outcomes) {
  SetEvidence evidence;
  evidence.name = "one";
  evidence.outcomes = outcomes;
  for (const SettingOutcomes& setting : outcomes.settings) {
    CellSummary& cell = evidence.cells.emplace_back();
    cell.setting = setting.setting;
    cell.seeds = static_cast<std::uint32_t>(setting.seeds.size());
    cell.failed_seeds =
        static_cast<std::uint32_t>(std::ranges::count_if(setting.seeds, &SeedOutcome::failed));
    cell.seconds.mean = 10;
    evidence.confirmation.emplace_back();
    evidence.reached.push_back(cell.seeds);
  }
  return evidence;
}

std::vector<double> scattered(double accuracy, double deviation, std::size_t count, RandomSequence& random) {
  std::vector<double> accuracies;
  for (std::size_t i = 0; i < count; ++i) {
    const double logit = std::log(accuracy / (1 - accuracy)) + deviation * random.normal();
    accuracies.push_back(std::round(1000 / (1 + std::exp(-logit))) / 1000);
  }
  return accuracies;
}

RandomSequence random_of(std::uint64_t seed) { return RandomSequence({seed, 0, Purpose::generated_set}); }

}  // namespace etalon::made_up
