/// Schedules: a factor on every eta as a function of the training step.
#pragma once

#include <cstdint>

#include "etalon/study/definition.h"

namespace etalon {

/// With T = epochs * steps_per_epoch steps in all and w = warmup_epochs * steps_per_epoch, rounded, steps of
/// warm-up, the factor at step t (from 0) is
///
///   t < w         (t + 1) / w
///   constant      1
///   step          factor^n, n the drops so far: drop k comes at u = k * step_epochs * steps_per_epoch, rounded
///   exponential   factor^(u / steps_per_epoch), so that an epoch multiplies by `factor`
///   cosine        (1 + cos(pi * u / (T - w))) / 2, and 0 from step T on (Loshchilov and Hutter 2017,
///                 arXiv 1608.03983, without restarts)
///
/// with u = t - w. A plain value from exact_math alone, so that curves agree bit for bit everywhere. The span
/// is that of the study's full epochs: a short budget sees a prefix of the long one's factors.
class Schedule {
 public:
  /// REQUIRES: a spec that require_valid accepts, steps_per_epoch > 0, epochs > 0.
  Schedule(const ScheduleSpec& spec, std::uint32_t steps_per_epoch, std::uint32_t epochs);

  double factor(std::uint64_t step) const;  ///< in [0, 1]

 private:
  enum class Shape { constant, step, cosine, exponential };

  Shape shape_;
  double decay_;                ///< step, exponential: multiplied in each period
  double period_steps_;         ///< step: between drops; exponential: an epoch; cosine: T - w
  std::uint64_t warmup_steps_;  ///< w
};

}  // namespace etalon
