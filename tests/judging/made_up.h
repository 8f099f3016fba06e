/// Curves drawn by hand and studies made of them, for tests whose verdict a person can tell in advance.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "etalon/study/snapshot.h"

namespace etalon::made_up {

inline constexpr double chance = 0.1;
inline constexpr double guessing = 2.302585;  ///< H of ten even classes; the reference loss of made-up curves

struct CurveShape {
  std::uint32_t steps_per_epoch = 400;
  std::uint32_t epochs = 2;
  double reference = guessing;
  double noise =
      0.05;  ///< of the minibatch loss; relative to it noise / (0.3 + loss), as cross-entropy has it
  std::uint32_t seed = 0;
};

/// loss(t) for t in [0, 1) of the budget, in shares of the reference, with minibatch noise. A value that is
/// not finite ends the curve there, as a diverging run does.
Curve draw(const std::function<double(double)>& loss, const CurveShape& shape = {});

/// from 1 towards `floor`, with so many e-foldings over the budget.
std::function<double(double)> falling(double rate, double floor = 0.03);

/// Sets every epoch's validation accuracy.
Curve with_accuracy(Curve curve, double accuracy);

/// A study of made-up trials on sets "one", "two", ... with groups conv and full.
class Study {
 public:
  explicit Study(std::uint32_t sets = 1, std::uint32_t seeds = 3);
  /// One trial a value of `accuracies`, with seed index 0, 1, ...; the same curve but for the noise.
  Study& cell(const Setting& setting, const std::vector<double>& accuracies,
              const std::function<double(double)>& loss = falling(20), std::uint32_t set = 0);
  Study& trial(const TrialKey& key, Curve curve);
  /// Space and plan as the cells have them; call last.
  const StudySnapshot& done();
  StudySnapshot snapshot;
};

/// Ends as NaN after `share` of the budget.
std::function<double(double)> blows_up(double share);

}  // namespace etalon::made_up
