/// Small text tools that several rooms need: numbers as people write them, and the nearest known name to a
/// mistyped one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace etalon {

/// The shortest decimal text that reads back to the same value: 0.1, 1e-05, 3. "nan", "inf", "-inf" for the
/// rest.
std::string shortest(double value);

/// The whole of `text` as a finite or non-finite number; nothing if anything is left over.
std::optional<double> parse_number(std::string_view text);

std::vector<std::string> split_text(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The known name with the smallest edit distance to `name`, if that is at most a third of its length (at
/// least 1, or 2 for names of 5 letters and more).
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> known);

/// "did you mean 'X'?" or, where nothing is near, "known: A, B, C".
std::string hint_for(std::string_view name, std::span<const std::string> known);

/// "1 trial", "3 trials", "0 trials": for nouns that take an s.
std::string counted(std::uint64_t count, std::string_view noun);

/// 75 s as "1 min 15 s", 0.42 s as "0.4 s", 7300 s as "2 h 1 min"; "unknown" where it is not finite.
std::string duration_text(double seconds);

/// Bytes in the largest unit that leaves at least 1: "812 B", "1.4 MiB".
std::string size_text(double bytes);

}  // namespace etalon
