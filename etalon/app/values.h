/// Values as people type them: checked, with an error that names the place, what was received and what fits.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace etalon {

/// A whole number from `from` to `to`. Throws RequestError beginning with `place`.
std::uint64_t whole_number(const std::string& text, const std::string& place, std::uint64_t from,
                           std::uint64_t to);

/// An eta, in (0, 10]. Throws RequestError for 0, negative numbers, NaN, text and anything above 10.
double eta_value(const std::string& text, const std::string& place);
double eta_value(double value, const std::string& place);

/// A number from 0 up to, but not including, 1. Throws RequestError for all else.
double share_below_one(const std::string& text, const std::string& place);

/// A number from 0 to 1.
double share_value(const std::string& text, const std::string& place);

/// A finite number above 0.
double positive_value(const std::string& text, const std::string& place);

/// "0.1,0.01" as {0.01, 0.1}: ascending, repeated values once. Throws RequestError for an empty list.
std::vector<double> eta_list(const std::string& text, const std::string& place);

/// Ascending, each value once.
std::vector<double> sorted_once(std::vector<double> values);

/// Bytes: "800M", "1.5G", "4096"; K, M, G, T stand for powers of 1024. At least 1.
std::uint64_t byte_count(const std::string& text, const std::string& place);

/// Seconds between two checkpoints: 0 (after every step) to a day.
double checkpoint_seconds(const std::string& text, const std::string& place);

/// Seconds of silence after which a worker counts as dead: 1 to a day.
double lease_seconds(const std::string& text, const std::string& place);

inline constexpr double most_seconds = 86'400;  ///< of both

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
