/// A setting as training takes it.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/study/definition.h"

namespace etalon {

/// The numbers that a trial trains with.
struct Hyperparameters {
  std::vector<double> eta, momentum, weight_decay;  ///< [group]
  double label_smoothing = 0;
  std::uint32_t batch = 0;
  bool operator==(const Hyperparameters&) const = default;
};

/// What the setting says and, of what no axis sets, the definition. REQUIRES: a value for each axis.
Hyperparameters hyperparameters_of(const StudyDefinition& definition, const Setting& setting);

}  // namespace etalon
