/// What one more run of a setting would reach, and which settings are worth more runs.
#pragma once

#include <cstddef>
#include <vector>

#include "etalon/judging/outcomes.h"

namespace etalon {

/// What is expected of a setting, tried or not.
struct Prospect {
  double accuracy = 0;  ///< expected validation accuracy of one more run, [0, 1], a failure counted as chance
  double p_best = 0;    ///< probability that no other setting's is higher; 0 below 0.02
  bool operator==(const Prospect&) const = default;
};

/// [setting] From the model of posterior.h; of settings without seeds too. Accuracies are rounded to 1e-9, so
/// that libraries that differ in the last bit of a logarithm rank alike. Where nothing learned yet: the mean
/// accuracy, or chance.
std::vector<Prospect> prospects(const SetOutcomes& outcomes);

/// Indices of the settings, the most promising first: by the probability to be the best, then by expected
/// accuracy, then in the order given.
std::vector<std::size_t> ranking(const std::vector<Prospect>& prospects);

}  // namespace etalon
