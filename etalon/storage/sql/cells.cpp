#include "etalon/storage/sql/cells.h"

#include <cmath>

#include "etalon/base/error.h"
#include "etalon/storage/curve_bytes.h"

namespace etalon {

void report_damage(const std::string& what, const std::string& received) {
  throw Failure({what, received, "what was once stored", "the store is damaged: restore it from a copy"});
}

void require_checksum(const std::string& what, std::int64_t stored, std::int64_t computed) {
  if (stored != computed) report_damage(what, "bytes that do not agree with their checksum");
}

SqlValue& SqlCells::next() {
  if (next_ == row_.size()) report_damage(what_, "a row that is too short");
  return row_[next_++];
}

double SqlCells::real() {
  if (!next_is_null()) return take<double>();
  ++next_;
  return std::numeric_limits<double>::quiet_NaN();
}

SqlValue sql_value(double value) {
  if (std::isnan(value)) return {};
  return as_stored(value);
}

SqlValue sql_value(std::span<const std::uint8_t> bytes) { return Bytes(bytes.begin(), bytes.end()); }

std::string places(std::size_t first, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  return text;
}

std::string typed_rows(std::size_t first, std::size_t rows, const std::vector<std::string>& types) {
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < types.size(); ++i)
      text += (i == 0 ? "CAST($" : ", CAST($") + std::to_string(first++) + " AS " + types[i] + ")";
    text += ")";
  }
  return text;
}

}  // namespace etalon
