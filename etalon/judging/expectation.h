/// What one more run of a setting would reach.
#pragma once

#include <vector>

#include "etalon/judging/outcomes.h"

namespace etalon {

/// [setting] the expected validation accuracy of one more run, in [0, 1], failures counted with their
/// probability; of settings without seeds too. The same on every machine: rounded to 1e-9.
std::vector<double> expected_accuracies(const SetOutcomes& outcomes);

}  // namespace etalon
