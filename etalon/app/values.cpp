#include "etalon/app/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/study/setting.h"

namespace etalon {
namespace {

std::string range_text(std::uint64_t from, std::uint64_t to) {
  return fmt::format("a whole number from {} to {}", from, to);
}

bool is_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// For whole numbers in another dress: "1.0", "1e3", "12_000", "12,000".
std::string whole_hint(const std::string& text) {
  std::string plain = text;
  std::erase(plain, '_');
  if (const auto value = parse_number(plain);
      value && *value >= 0 && *value < 1e15 && *value == std::floor(*value) && plain.front() != '-') {
    const std::string whole = fmt::format("{:.0f}", *value);
    return whole == text ? "" : "write " + whole;  // a number that is out of range alone needs no other dress
  }
  std::erase(plain, ',');
  return plain != text && is_digits(plain) ? "write it without separators: " + plain : "";
}

/// For a number that was written "0,1".
std::string decimal_hint(const std::string& text, const std::string& hint) {
  std::string point = text;
  std::replace(point.begin(), point.end(), ',', '.');
  const bool comma = text.find(',') != std::string::npos && parse_number(point).has_value();
  return comma ? "did you mean " + point + "? Decimals follow a point" : hint;
}

/// "0,01" reads as the etas 0 and 01. A part that begins with a superfluous 0, or follows a lone 0, was meant
/// to be decimals: nobody lists eta 0.
void refuse_decimal_commas(const std::string& text, const std::string& place, const std::string& more = "") {
  const std::vector<std::string> parts = split_text(text, ',');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!is_digits(parts[i]) || !is_digits(parts[i - 1])) continue;
    if (parts[i - 1] != "0" && !(parts[i].size() > 1 && parts[i].front() == '0')) continue;
    throw RequestError(
        {place, in_quotes(text), "numbers with a decimal point, such as 0.01",
         fmt::format("did you mean {}.{}? Commas separate values{}", parts[i - 1], parts[i], more)});
  }
}

/// "12,000" reads as 12 and 000.
void refuse_separators(const std::string& text, const std::string& place) {
  const std::vector<std::string> parts = split_text(text, ',');
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (is_digits(parts[i]) && parts[i].size() > 1 && parts[i].front() == '0')
      throw RequestError({place, in_quotes(text), "whole numbers, separated by commas", whole_hint(text)});
}

}  // namespace

std::string in_quotes(std::string_view text) { return text.empty() ? "nothing" : fmt::format("'{}'", text); }

std::uint64_t whole_number(const std::string& text, const std::string& place, std::uint64_t from,
                           std::uint64_t to) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || value < from || value > to)
    throw RequestError({place, in_quotes(text), range_text(from, to), whole_hint(text)});
  return value;
}

double eta_value(double value, const std::string& place) {
  if (std::isnan(value) || !(value > 0) || value > largest_eta)
    throw RequestError({place, shortest(value),
                        fmt::format("learning rates above 0 and up to {}", shortest(largest_eta)),
                        value == 0 ? "a group with eta 0 would not learn; try 1e-6" : ""});
  return value;
}

double eta_value(const std::string& text, const std::string& place) {
  const auto value = parse_number(text);
  if (!value)
    throw RequestError({place, in_quotes(text), "a number, such as 0.01 or 1e-2",
                        "values are separated by commas, without spaces"});
  return eta_value(*value, place);
}

bool NumberRange::holds(double value) const {
  const bool above = includes_from ? value >= from : value > from;
  const bool below = includes_to ? value <= to : value < to;
  return above && below;
}

double number_value(const std::string& text, const std::string& place, const NumberRange& range) {
  const auto value = parse_number(text);
  if (!value || !range.holds(*value))
    throw RequestError({place, in_quotes(text), range.text, decimal_hint(text, range.hint)});
  return *value;
}

NumberRange range_of(Quantity quantity) {
  const QuantityTraits& traits = traits_of(quantity);
  return {traits.least, traits.most, traits.with_least, traits.with_most, traits.range.data()};
}

double axis_value(Quantity quantity, const std::string& text, const std::string& place) {
  const NumberRange range = range_of(quantity);
  if (traits_of(quantity).whole)
    return static_cast<double>(whole_number(text, place, static_cast<std::uint64_t>(range.from),
                                            static_cast<std::uint64_t>(range.to)));
  return number_value(text, place, range);
}

std::vector<double> axis_list(Quantity quantity, const std::string& text, const std::string& place) {
  std::vector<double> values;
  if (traits_of(quantity).whole)
    refuse_separators(text, place);
  else
    refuse_decimal_commas(text, place, ": 0.0 is 0, too");
  for (const std::string& part : name_list(text, place)) values.push_back(axis_value(quantity, part, place));
  return sorted_once(std::move(values));
}

std::vector<double> sorted_once(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<double> eta_list(const std::string& text, const std::string& place) {
  std::vector<double> values;
  refuse_decimal_commas(text, place);
  for (const std::string& part : name_list(text, place)) values.push_back(eta_value(part, place));
  return sorted_once(std::move(values));
}

std::uint64_t byte_count(const std::string& text, const std::string& place) {
  constexpr double most = 1e18;
  const std::string_view units = "KMGT";
  const std::size_t unit = text.empty() ? std::string_view::npos : units.find(text.back());
  const auto number =
      parse_number(std::string_view(text).substr(0, text.size() - (unit < units.size() ? 1 : 0)));
  const double bytes =
      number.value_or(0) * (unit < units.size() ? std::exp2(10.0 * static_cast<double>(unit + 1)) : 1);
  if (!(bytes >= 1) || bytes > most)
    throw RequestError({place, in_quotes(text), "a size such as 800M or 2G",
                        text.find(',') != std::string::npos
                            ? "decimals follow a point: 1.5G"
                            : "K, M, G and T stand for 1024 bytes, 1024 K, 1024 M and 1024 G"});
  return static_cast<std::uint64_t>(bytes);
}

std::map<std::string, std::string> data_sources(const std::vector<std::string>& texts,
                                                const std::string& place) {
  std::map<std::string, std::string> sources;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
      throw RequestError({place, in_quotes(text), "NAME=SOURCE such as mnist=mnist:DIR",
                          "NAME is what the study calls the set"});
    const std::string name = text.substr(0, equals);
    if (!sources.emplace(name, text.substr(equals + 1)).second)
      throw RequestError({place, "the set '" + name + "' twice", "each set once", ""});
  }
  return sources;
}

void require_expanded(const std::string& path, const std::string& place) {
  if (path != "~" && !path.starts_with("~/")) return;
  throw RequestError(
      {place, in_quotes(path), "a path without '~'",
       fmt::format("write $HOME{}; a shell expands ~ at the beginning of a word only", path.substr(1))});
}

std::vector<std::string> name_list(const std::string& text, const std::string& place) {
  std::vector<std::string> parts = split_text(text, ',');
  if (std::find(parts.begin(), parts.end(), "") != parts.end())
    throw RequestError(
        {place, text.empty() ? "an empty list" : in_quotes(text), "values separated by single commas", ""});
  return parts;
}

}  // namespace etalon
