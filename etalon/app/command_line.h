/// The command line as values: which command, and what was typed for each option. Nothing is opened or run
/// here.
#pragma once

#include <string>
#include <vector>

#include "etalon/app/options/option.h"

namespace etalon {

struct CommandLine {
  std::string information{};  ///< of --help or --version: a text to print, and nothing to do
  Command command = Command::tune;
  std::vector<TypedOption> typed{};  ///< in the order of the table
};

/// Reads the arguments that follow the program's name. Throws RequestError for an unknown command or option
/// (with the nearest known one), a missing value, and anything left over.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const std::string& version,
                               Options options = option_table());

}  // namespace etalon
