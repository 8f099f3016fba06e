/// What the program says: results on standard output, everything else on standard error.
///
/// A write that fails ends nothing midway: hours of training do not depend on a reader. What could not be
/// written to standard output is remembered, and end_output() turns it into an exit code.
#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/base/error.h"

namespace etalon {

/// For main(), first: a descriptor 0, 1 or 2 that was closed is taken by one that fails, so that no file
/// which is opened later receives what is printed; a reader that has gone is an error of the write, no
/// signal.
void prepare_output();

/// A result. Bytes that no terminal should get (base/printable.h) come out as "\\xNN".
void print_text(std::string_view text);

/// The same of a text that was painted: its colours stay.
void print_painted(std::string_view text);

/// A message, in printable bytes. Where standard error takes nothing, as in a pipeline whose reader died of
/// the same Ctrl-C, it appears on the terminal that this process was started from, if it is in the foreground
/// there.
void tell_text(std::string_view text);

/// The same, with the bytes as they are. Safe in a signal handler.
void tell_raw(std::string_view text) noexcept;

template <typename... Values>
void print(fmt::format_string<Values...> format, Values&&... values) {
  print_text(fmt::format(format, std::forward<Values>(values)...));
}

template <typename... Values>
void tell(fmt::format_string<Values...> format, Values&&... values) {
  tell_text(fmt::format(format, std::forward<Values>(values)...));
}

/// A result for another program: indented, with a line feed; bytes that are no UTF-8 are replaced.
void print_json(const nlohmann::ordered_json& json);
void print_json_text(std::string_view text);  ///< laid out already

/// What was printed so far reaches its reader before anything else happens.
void flush_output();

/// For the end of the program: `code`, or `failed` with a message where that is `done` and not all of
/// standard output was written. Says nothing of a reader that went away, as `head` does.
ExitCode end_output(ExitCode code);

}  // namespace etalon
