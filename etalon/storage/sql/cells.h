/// The cells of a row as values, and lists of values as SQL.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "etalon/storage/sql/sql.h"

namespace etalon {

/// Throws the Failure that says so.
[[noreturn]] void report_damage(const std::string& what, const std::string& received);

/// Throws Failure unless both are equal.
void require_checksum(const std::string& what, std::int64_t stored, std::int64_t computed);

/// Reads a row's cells from left to right. Throws Failure for one of another type or range.
class SqlCells {
 public:
  /// `what` is read: "stored trial". Takes texts and bytes out of the row.
  SqlCells(SqlRow& row, std::string what) : row_(row), what_(std::move(what)) {}

  template <class Number = std::int64_t>
  Number whole() {
    const auto value = take<std::int64_t>();
    if constexpr (sizeof(Number) < sizeof value)
      if (value < 0 || value > std::int64_t{std::numeric_limits<Number>::max()})
        report_damage(what_, std::to_string(value));
    return static_cast<Number>(value);
  }
  double real();  ///< NULL is NaN
  std::string text() { return take<std::string>(); }
  Bytes bytes() { return take<Bytes>(); }
  void skip(std::size_t cells) { next_ += cells; }
  bool next_is_null() const { return next_ < row_.size() && row_[next_].index() == 0; }
  const std::string& what() const { return what_; }

 private:
  SqlValue& next();
  template <class Type>
  Type take() {
    if (auto* value = std::get_if<Type>(&next())) return std::move(*value);
    report_damage(what_, "a cell of another type");
  }

  SqlRow& row_;
  std::string what_;
  std::size_t next_ = 0;
};

SqlValue sql_value(double value);  ///< NaN is NULL
SqlValue sql_value(std::span<const std::uint8_t> bytes);
inline SqlValue sql_value(std::uint64_t value) { return static_cast<std::int64_t>(value); }
inline SqlValue sql_value(std::uint32_t value) { return std::int64_t{value}; }
inline SqlValue sql_value(std::int64_t value) { return value; }
inline SqlValue sql_value(const std::string& text) { return text; }

template <class... Values>
void append(std::vector<SqlValue>& list, const Values&... values) {
  (list.push_back(sql_value(values)), ...);
}

/// "$3, $4, $5" for 3 values behind 2 others.
std::string places(std::size_t first, std::size_t count);

/// "(CAST($2 AS BIGINT), CAST($3 AS TEXT)), (...)" for types {"BIGINT", "TEXT"} and the first place 2: the
/// rows of a VALUES whose types no column tells.
std::string typed_rows(std::size_t first, std::size_t rows, const std::vector<std::string>& types);

}  // namespace etalon
