/// Other programs, run to their end.
#pragma once

#include <string>
#include <vector>

namespace etalon {

struct ProgramAnswer {
  int status = 0;   ///< exit status; 128 + the signal that ended it
  std::string out;  ///< standard output
  std::string err;  ///< standard error
};

/// Runs `words[0]`, looked for on the PATH, with nothing to read. A terminal's Ctrl-C does not reach it.
/// Throws RequestError if there is no such program, with `hint`; Failure if it cannot be run.
ProgramAnswer run_other_program(const std::vector<std::string>& words, const std::string& hint);

/// True if the PATH has it.
bool is_on_path(const std::string& program);

/// The file that this program was started from.
std::string own_path();

}  // namespace etalon
