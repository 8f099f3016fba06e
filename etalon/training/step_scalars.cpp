#include "etalon/training/step_scalars.h"

#include <cmath>

namespace etalon {

StepNumbers::StepNumbers(const SharedTask& shared)
    : shared_(shared), rate_(shared.groups(), 0.0f), keep_(rate_.size(), 1.0f) {}

void StepNumbers::set(std::span<const double> eta, std::uint64_t step, BiasCorrection& correction) {
  const OptimizerSpec& spec = shared_.task().training.optimizer;
  const bool adaptive = spec.name == "adam" || spec.name == "adamw";
  if (adaptive) {
    correction.power1 *= spec.beta1;
    correction.power2 *= spec.beta2;
    root_ = static_cast<float>(std::sqrt(1 - correction.power2));
  }
  const double factor = shared_.schedule().factor(step);
  for (std::uint32_t group = 0; group < shared_.groups(); ++group) {
    const double rate = eta[group] * factor;
    rate_[group] = static_cast<float>(adaptive ? rate / (1 - correction.power1) : rate);
    keep_[group] = static_cast<float>(1 - rate * spec.weight_decay);
  }
}

}  // namespace etalon
