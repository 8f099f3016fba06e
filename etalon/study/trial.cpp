#include "etalon/study/trial.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace etalon {
namespace {

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }
bool same(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

bool same(const EpochPoint& a, const EpochPoint& b) {
  return same(a.training_loss, b.training_loss) && same(a.validation_loss, b.validation_loss) &&
         same(a.validation_accuracy, b.validation_accuracy);
}

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same(a[i], b[i])) return false;
  return true;
}

}  // namespace

bool same_bits(const Curve& a, const Curve& b) {
  return a.resolution == b.resolution && same(a.reference_loss, b.reference_loss) &&
         a.steps_per_epoch == b.steps_per_epoch && a.budget_epochs == b.budget_epochs &&
         same(a.loss, b.loss) && same(a.epochs, b.epochs);
}

Curve first_epochs(const Curve& curve, std::uint32_t epochs) {
  Curve first = curve;
  first.budget_epochs = epochs;
  first.loss.resize(std::min(curve.loss.size(), std::size_t{curve.steps_per_epoch} * epochs));
  first.epochs.resize(std::min<std::size_t>(curve.epochs.size(), epochs));
  return first;
}

bool has_non_finite_loss(const Curve& curve) {
  for (const float loss : curve.loss)
    if (!std::isfinite(loss)) return true;
  for (const EpochPoint& epoch : curve.epochs)
    if (!std::isfinite(epoch.training_loss) || std::isinf(epoch.validation_loss)) return true;
  return false;
}

}  // namespace etalon
