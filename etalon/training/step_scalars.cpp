#include "etalon/training/step_scalars.h"

#include <cmath>

#include "etalon/base/check.h"

namespace etalon {
namespace {

/// Those of the trial, or the task's for every group.
std::vector<double> of_groups(const std::vector<double>& own, double otherwise, std::size_t groups) {
  if (own.empty()) return std::vector<double>(groups, otherwise);
  check(own.size() == groups, "numbers of a trial", own.size(), "one for each layer group");
  return own;
}

}  // namespace

StepNumbers::StepNumbers(const SharedTask& shared)
    : shared_(shared), rate_(shared.groups(), 0.0f), keep_(rate_.size(), 1.0f) {}

void StepNumbers::begin(const Assignment& trial) {
  const OptimizerSpec& spec = shared_.task().training.optimizer;
  check(trial.eta.size() == rate_.size(), "etas of a trial", trial.eta.size(), "one for each layer group");
  eta_ = trial.eta;
  weight_decay_ = of_groups(trial.weight_decay, spec.weight_decay, rate_.size());
  decay_.assign(weight_decay_.begin(), weight_decay_.end());
  const std::vector<double> momentum = of_groups(trial.momentum, spec.momentum, rate_.size());
  momentum_.assign(momentum.begin(), momentum.end());
}

void StepNumbers::set(std::uint64_t step, BiasCorrection& correction) {
  const OptimizerSpec& spec = shared_.task().training.optimizer;
  const bool adaptive = spec.name == "adam" || spec.name == "adamw";
  if (adaptive) {
    correction.power1 *= spec.beta1;
    correction.power2 *= spec.beta2;
    root_ = static_cast<float>(std::sqrt(1 - correction.power2));
  }
  const double factor = shared_.schedule().factor(step);
  for (std::size_t group = 0; group < rate_.size(); ++group) {
    const double rate = eta_[group] * factor;
    rate_[group] = static_cast<float>(adaptive ? rate / (1 - correction.power1) : rate);
    keep_[group] = static_cast<float>(1 - rate * weight_decay_[group]);
  }
}

}  // namespace etalon
