#include "etalon/study/hyperparameters.h"

#include "etalon/base/check.h"

namespace etalon {
namespace {

/// Sets the number of the axis's group, or of every group.
void set_groups(std::vector<double>& numbers, const std::vector<LayerGroup>& groups, const Axis& axis,
                double value) {
  for (std::size_t group = 0; group < groups.size(); ++group)
    if (axis.group.empty() || axis.group == groups[group].name) numbers[group] = value;
}

}  // namespace

Hyperparameters hyperparameters_of(const StudyDefinition& definition, const Setting& setting) {
  const std::vector<LayerGroup>& groups = definition.groups;
  const std::vector<Axis> axes = axes_of(definition);
  check(setting.values.size() == axes.size(), "values of a setting", setting.values.size(),
        "one for each axis");
  const TrainingSpec& training = definition.training;
  Hyperparameters numbers{std::vector<double>(groups.size(), 0),
                          std::vector<double>(groups.size(), training.optimizer.momentum),
                          std::vector<double>(groups.size(), training.optimizer.weight_decay),
                          training.label_smoothing, definition.batch};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const double value = setting.values[i];
    switch (axes[i].quantity) {
      case Quantity::eta:
        set_groups(numbers.eta, groups, axes[i], value);
        break;
      case Quantity::momentum:
        set_groups(numbers.momentum, groups, axes[i], value);
        break;
      case Quantity::weight_decay:
        set_groups(numbers.weight_decay, groups, axes[i], value);
        break;
      case Quantity::label_smoothing:
        numbers.label_smoothing = value;
        break;
      case Quantity::batch:
        numbers.batch = static_cast<std::uint32_t>(value);
        break;
    }
  }
  return numbers;
}

}  // namespace etalon
