/// One cell of a row: binding and reading values exactly.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "etalon/base/error.h"

namespace etalon {

/// SQLite takes a null pointer for NULL, and keeps lengths in an int.
inline void bind_bytes(SQLite::Statement& statement, int place, std::span<const std::uint8_t> bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw SQLite::Exception("string or blob too big");
  statement.bindNoCopy(place, bytes.empty() ? static_cast<const void*>("") : bytes.data(),
                       static_cast<int>(bytes.size()));
}

inline std::span<const std::uint8_t> bytes_of(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

/// SQLite's REAL has neither NaN nor -0: they go as NULL and 0, and every NaN comes back as the quiet one.
inline double as_stored(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0;
}

inline void bind_real(SQLite::Statement& statement, int place, double value) {
  if (std::isnan(value))
    statement.bind(place);
  else
    statement.bind(place, as_stored(value));
}

inline double real_of(const SQLite::Column& column) {
  return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

inline void require_checksum(const std::string& what, std::int64_t stored, std::int64_t computed) {
  if (stored != computed)
    throw Failure({what, "bytes that do not agree with their checksum", "what was once stored",
                   "the store is damaged: restore it from a copy"});
}

}  // namespace etalon
