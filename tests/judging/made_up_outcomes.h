/// How trials ended, made up without their curves, for tests of the model alone.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/judging/evidence.h"

namespace etalon::made_up {

/// One set with chance 0.1 and 10,000 validation samples.
class Outcomes {
 public:
  SetOutcomes set{0.1, 10'000, {}};
  /// Seeds 0, 1, ... of these accuracies, then `failed` ones that end at chance. Give settings in their
  /// order.
  Outcomes& cell(const Setting& setting, const std::vector<double>& accuracies, std::uint32_t failed = 0);
};

/// The cells that belong to the outcomes; every run took 10 seconds.
SetEvidence evidence_of(const SetOutcomes& outcomes);

/// `count` accuracies whose logits are normal about that of `accuracy`, in whole thousandths.
std::vector<double> scattered(double accuracy, double deviation, std::size_t count, RandomSequence& random);

RandomSequence random_of(std::uint64_t seed);

}  // namespace etalon::made_up
