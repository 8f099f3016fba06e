#include "etalon/training/schedule.h"

#include <algorithm>
#include <cmath>

#include "etalon/base/check.h"
#include "etalon/base/exact_math.h"

namespace etalon {

Schedule::Schedule(const ScheduleSpec& spec, std::uint32_t steps_per_epoch, std::uint32_t epochs)
    : shape_(Shape::constant),
      decay_(spec.factor),
      period_steps_(steps_per_epoch),
      warmup_steps_(static_cast<std::uint64_t>(std::floor(spec.warmup_epochs * steps_per_epoch + 0.5))) {
  check(steps_per_epoch > 0, "steps an epoch", steps_per_epoch, "at least 1");
  check(epochs > 0, "epochs", epochs, "at least 1");
  if (spec.name == "step") {
    shape_ = Shape::step;
    period_steps_ = spec.step_epochs * steps_per_epoch;
  } else if (spec.name == "exponential") {
    shape_ = Shape::exponential;
  } else if (spec.name == "cosine") {
    shape_ = Shape::cosine;
    period_steps_ =
        static_cast<double>(std::uint64_t{steps_per_epoch} * epochs) - static_cast<double>(warmup_steps_);
  }
}

double Schedule::factor(std::uint64_t step) const {
  if (step < warmup_steps_) return static_cast<double>(step + 1) / static_cast<double>(warmup_steps_);
  const double since = static_cast<double>(step - warmup_steps_);
  switch (shape_) {
    case Shape::constant:
      return 1.0;
    case Shape::step:  // the half rounds each drop to its nearest step, however 0.1 * 30 was rounded
      return exact_pow(decay_, std::floor((since + 0.5) / period_steps_));
    case Shape::exponential:
      return exact_pow(decay_, since / period_steps_);
    case Shape::cosine:
      return since >= period_steps_ ? 0.0 : 0.5 * (1.0 + exact_cos(exact_pi * since / period_steps_));
  }
  return 1.0;
}

}  // namespace etalon
