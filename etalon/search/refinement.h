/// Settings between those of a grid.
#pragma once

#include <span>
#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

/// The settings half a step away from `leader` along one axis of etas, or along two at once: on each such axis the
/// geometric mean of the leader's eta and the next one of `values`, to two digits. Where the leader lies at an
/// end of an axis, half a step beyond it too, within (0, 10]. In Setting order. `values`: [axis] ascending, the
/// leader's own among them; none of an axis without half steps.
std::vector<Setting> half_steps(const Setting& leader, const std::vector<std::vector<double>>& values);

/// [axis] the etas that the settings have, ascending; none of an axis of choices. `axes` as in SearchTask.
std::vector<std::vector<double>> refinable_values(const std::vector<Setting>& settings,
                                                  std::span<const Axis> axes = {});

}  // namespace etalon
