/// What a study measures: given a set and trials that wait, it trains them and hands back their curves.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "etalon/training/trainer.h"
#include "etalon/training/trial_source.h"

namespace etalon {

/// Used by one caller at a time; inside, it may use as many threads as it says.
class Objective {
 public:
  virtual ~Objective() = default;

  virtual std::uint32_t threads() const = 0;  ///< how many take trials at the same time
  virtual std::string numeric_class() const = 0;

  /// Trains what `source` hands out, until it has nothing left or asks to stop.
  virtual void train(TrialSource& source) = 0;

  /// Loss and accuracy of a trial's final weights on the test part.
  virtual Evaluation evaluate_test(std::span<const float> weights) = 0;
};

}  // namespace etalon
