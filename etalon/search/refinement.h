/// Settings between those of a grid.
#pragma once

#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

/// The settings half a step away from `leader` in one group, or in two at once: on each such axis the
/// geometric mean of the leader's eta and the next one on `axes`, to two digits. Where the leader lies at an
/// end of an axis, half a step beyond it too, within (0, 10]. In Setting order. `axes`: [group] etas,
/// ascending; a leader's own eta lies on it.
std::vector<Setting> half_steps(const Setting& leader, const std::vector<std::vector<double>>& axes);

/// [group] the etas that the settings have, ascending.
std::vector<std::vector<double>> axes_of(const std::vector<Setting>& settings);

}  // namespace etalon
