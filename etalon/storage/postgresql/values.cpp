#include "etalon/storage/postgresql/values.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// Type numbers of the catalogue pg_type, which never change.
enum Oid : pqxx::oid {
  oid_bool = 16,
  oid_bytea = 17,
  oid_int8 = 20,
  oid_int2 = 21,
  oid_int4 = 23,
  oid_oid = 26,
  oid_float4 = 700,
  oid_float8 = 701,
  oid_numeric = 1700
};

std::string double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return shortest(value);
}

template <class Number>
Number number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw Failure({"store", "the number '" + std::string(text) + "' from PostgreSQL",
                   "one that fits " + std::to_string(8 * sizeof(Number)) + " bits", ""});
  return number;
}

double double_from(std::string_view text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return infinity;
  if (text == "-Infinity") return -infinity;
  return number_from<double>(text);
}

SqlValue value_of(const pqxx::field& field, pqxx::oid type) {
  if (field.is_null()) return {};
  const std::string_view text(field.c_str(), field.size());
  switch (type) {
    case oid_bool:
      return std::int64_t{text == "t"};
    case oid_int2:
    case oid_int4:
    case oid_int8:
    case oid_oid:
      return number_from<std::int64_t>(text);
    case oid_numeric:
      if (text.find_first_not_of("-0123456789") == std::string_view::npos)
        return number_from<std::int64_t>(text);
      return double_from(text);
    case oid_float4:
    case oid_float8:
      return double_from(text);
    case oid_bytea: {
      const pqxx::binarystring bytes(field);
      return Bytes(bytes.begin(), bytes.end());
    }
    default:
      return std::string(text);
  }
}

/// Fills the form that libpqxx 6 itself makes of its parameters; its public ways to it need their types to be
/// known to the compiler.
struct Filler {
  pqxx::internal::params& parameters;

  void add(std::string text) const {
    parameters.lengths.push_back(static_cast<int>(text.size()));
    parameters.nonnulls.push_back(1);
    parameters.binaries.push_back(0);
    parameters.strings.push_back(std::move(text));
  }
  void operator()(std::monostate) const {
    parameters.lengths.push_back(0);
    parameters.nonnulls.push_back(0);
    parameters.binaries.push_back(0);
  }
  void operator()(std::int64_t value) const { add(std::to_string(value)); }
  void operator()(double value) const { add(double_text(value)); }
  void operator()(const std::string& value) const {
    if (value.find('\0') != std::string::npos)
      throw Failure(
          {"store", "a text with a zero byte", "one that PostgreSQL can keep", "leave the zero byte away"});
    add(value);
  }
  void operator()(const Bytes& value) const {
    parameters.lengths.push_back(static_cast<int>(value.size()));
    parameters.nonnulls.push_back(1);
    parameters.binaries.push_back(1);
    parameters.bin_strings.emplace_back(value.data(), value.size());
  }
};

}  // namespace

pqxx::internal::params parameters_of(const std::vector<SqlValue>& values) {
  pqxx::internal::params parameters;
  for (const SqlValue& value : values) std::visit(Filler{parameters}, value);
  return parameters;
}

std::vector<SqlRow> rows_of(const pqxx::result& result) {
  std::vector<pqxx::oid> types(result.columns());
  for (pqxx::row::size_type column = 0; column < result.columns(); ++column)
    types[column] = result.column_type(column);
  std::vector<SqlRow> rows;
  rows.reserve(result.size());
  for (const auto& row : result) {
    SqlRow& values = rows.emplace_back();
    values.reserve(types.size());
    for (pqxx::row::size_type column = 0; column < types.size(); ++column)
      values.push_back(value_of(row[column], types[column]));
  }
  return rows;
}

}  // namespace etalon
