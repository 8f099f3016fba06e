/// Study files: everything that an option of `etalon tune` sets, and more, as TOML. doc/study-file.md lists
/// the keys.
#pragma once

#include <filesystem>

#include "etalon/app/options/request.h"

namespace etalon {

/// Puts what the file says into `request`. Throws RequestError with file and line for text that is no TOML,
/// unknown tables and keys (with the nearest known one), and values of the wrong type or out of range.
/// Numbers that the file's optimizer does not read are refused too, unless an option chooses another.
void read_study_file(const std::filesystem::path& path, Request& request, Options options = option_table());

bool uses_betas(const OptimizerSpec& optimizer);
bool uses_step(const ScheduleSpec& schedule);
bool uses_factor(const ScheduleSpec& schedule);

}  // namespace etalon
