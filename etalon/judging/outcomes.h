/// How the trials of one set ended, without their curves: what settings are compared by.
#pragma once

#include <cstdint>
#include <vector>

#include "etalon/study/setting.h"

namespace etalon {

struct SeedOutcome {
  std::uint32_t seed_index = 0;
  double accuracy = 0;  ///< last validation accuracy; chance where the run diverged
  bool failed = false;  ///< diverged, stalled, or ended without being above chance
};

/// The tuning seeds of one setting; none of a setting that was not tried yet.
struct SettingOutcomes {
  Setting setting;
  std::vector<SeedOutcome> seeds;
};

struct SetOutcomes {
  double chance = 0;
  std::uint32_t validation_samples = 0;
  std::vector<SettingOutcomes> settings;
  std::vector<Axis> axes{};  ///< that the settings are points along; empty: every value is an eta
};

}  // namespace etalon
