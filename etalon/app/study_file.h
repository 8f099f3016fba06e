/// Study files: everything that an option of `etalon tune` sets, and more, as TOML. doc/study-file.md lists
/// the keys.
#pragma once

#include <cstdint>
#include <filesystem>

#include "etalon/app/tune_request.h"
#include "etalon/study/trial.h"

namespace etalon {

/// Largest values that make sense, for options and study files alike.
namespace limits {
inline constexpr std::uint64_t epochs = 100'000;
inline constexpr std::uint64_t seeds = first_confirmation_seed;
inline constexpr std::uint64_t confirmation = 1000;
inline constexpr std::uint64_t threads = 4096;
}  // namespace limits

/// Puts what the file says into `request`. Throws RequestError with file and line for text that is no TOML,
/// unknown tables and keys (with the nearest known one), and values of the wrong type or out of range.
/// Numbers that the file's optimizer does not read are refused too, unless an option chooses another.
void read_study_file(const std::filesystem::path& path, bool optimizer_is_overridden, TuneRequest& request);

bool uses_momentum(const OptimizerSpec& optimizer);
bool uses_betas(const OptimizerSpec& optimizer);
bool uses_step(const ScheduleSpec& schedule);
bool uses_factor(const ScheduleSpec& schedule);

}  // namespace etalon
