/// The option table as CLI11 knows it.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "etalon/app/options/option.h"

namespace etalon {

/// Fills `app` with every command and its options.
void add_commands(CLI::App& app, Options options);

/// What was typed for the options of `command`. REQUIRES: `parsed` is that command's, after parsing.
std::vector<TypedOption> typed_options(const CLI::App& parsed, Command command, Options options);

}  // namespace etalon
