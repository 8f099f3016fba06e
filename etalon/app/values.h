/// Values as people type them: checked, with an error that names the place, what was received and what fits.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "etalon/study/axis.h"

namespace etalon {

/// A whole number from `from` to `to`. Throws RequestError beginning with `place`.
std::uint64_t whole_number(const std::string& text, const std::string& place, std::uint64_t from,
                           std::uint64_t to);

/// An eta, in (0, 10]. Throws RequestError for 0, negative numbers, NaN, text and anything above 10.
double eta_value(const std::string& text, const std::string& place);
double eta_value(double value, const std::string& place);

/// Bounds of a number; `text` says them: "a number from 0 up to, but not including, 1".
struct NumberRange {
  double from = 0;
  double to = 0;
  bool includes_from = true;
  bool includes_to = true;
  const char* text = "";
  const char* hint = "";
  bool holds(double value) const;  ///< false for NaN
};

namespace ranges {
inline constexpr double endless = std::numeric_limits<double>::max(), day = 86'400;
inline constexpr NumberRange share{0, 1, true, true, "a number from 0 to 1"};
inline constexpr NumberRange below_one{0, 1, true, false, "a number from 0 up to, but not including, 1"};
inline constexpr NumberRange share_above_zero{0, 1, false, true, "a number above 0 and up to 1"};
inline constexpr NumberRange positive{0, endless, false, true, "a number above 0"};
inline constexpr NumberRange not_negative{0, endless, true, true, "a number, 0 or more"};
inline constexpr NumberRange checkpoint{
    0, day, true, true, "a number of seconds from 0 to 86400", "0 keeps the state after every step"};
inline constexpr NumberRange lease{1, day, true, true, "a number of seconds from 1 to 86400"};
}  // namespace ranges

inline constexpr std::uint32_t most_threads = 4096;  ///< of a worker

/// A number in `range`. Throws RequestError for all else.
double number_value(const std::string& text, const std::string& place, const NumberRange& range);

/// What a quantity may be, as a range of numbers; whole numbers where it takes no others.
NumberRange range_of(Quantity quantity);
/// A value that the quantity may have. Throws RequestError for all else.
double axis_value(Quantity quantity, const std::string& text, const std::string& place);
/// "0.9,0.8" as {0.8, 0.9}: ascending, repeated values once. Throws RequestError for an empty list.
std::vector<double> axis_list(Quantity quantity, const std::string& text, const std::string& place);

/// "0.1,0.01" as {0.01, 0.1}: ascending, repeated values once. Throws RequestError for an empty list.
std::vector<double> eta_list(const std::string& text, const std::string& place);

/// Ascending, each value once.
std::vector<double> sorted_once(std::vector<double> values);

/// Bytes: "800M", "1.5G", "4096"; K, M, G, T stand for powers of 1024. At least 1.
std::uint64_t byte_count(const std::string& text, const std::string& place);

/// {"mnist=mnist:DIR"} as {{"mnist", "mnist:DIR"}}: where data sets lie on this machine. Throws RequestError
/// for a text without a name, and for a name given twice.
std::map<std::string, std::string> data_sources(const std::vector<std::string>& texts,
                                                const std::string& place);

/// "a,b" as {"a", "b"}. Throws RequestError for an empty part.
std::vector<std::string> name_list(const std::string& text, const std::string& place);

/// Throws RequestError for "~" and "~/...": a shell expands them at the beginning of a word alone, and taken
/// as they are they would name a folder '~'.
void require_expanded(const std::string& path, const std::string& place);

/// What was typed, in quotation marks; "nothing" where it is empty.
std::string in_quotes(std::string_view text);

}  // namespace etalon
