/// SQL as the stores that speak it need it: one SqlStore implements StudyStore over it, a database of each
/// kind implements it.
///
/// Statements are valid in SQLite 3.40 and in PostgreSQL 15 alike: parameters are "$1", "$2", ... in order;
/// values are whole numbers of 64 bits, doubles (never NaN: that is NULL), UTF-8 texts, bytes and NULL. The
/// two differ only in what is asked of them here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "etalon/base/files.h"

namespace etalon {

using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
using SqlRow = std::vector<SqlValue>;

/// Within a transaction.
class SqlSession {
 public:
  virtual ~SqlSession() = default;
  virtual std::vector<SqlRow> query(const std::string& statement,
                                    const std::vector<SqlValue>& values = {}) = 0;
  /// How many rows it changed.
  virtual std::uint64_t run(const std::string& statement, const std::vector<SqlValue>& values = {}) = 0;
};

/// Thread-safe. What goes wrong in the database becomes a Failure; what `act` throws comes out as it is.
class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;

  /// One consistent state; neither seen nor blocked by writers.
  virtual void read(const std::function<void(SqlSession&)>& act) = 0;

  /// Durable when it returns, undone if `act` throws. `act` may be called again after a lost connection or a
  /// conflict: it must be repeatable and find its own work done. Each statement sees what was committed
  /// before it began, and rows that it changes stay locked.
  virtual void write(const std::function<void(SqlSession&)>& act) = 0;

  /// As write(), but a loss of power may undo it, whole, with all that came after it in the same way: for
  /// what can be made again. A kill of the process undoes nothing.
  virtual void write_soon(const std::function<void(SqlSession&)>& act) { write(act); }

  /// Ends a query whose rows are to be changed and that may pass over those that others are about to change:
  /// nothing in SQLite, whose writers take turns; " FOR UPDATE SKIP LOCKED" in PostgreSQL.
  virtual std::string locking_rows() const = 0;

  virtual std::uint64_t size_bytes() = 0;
  virtual void shrink() noexcept = 0;  ///< gives room that was freed back to the disk, as far as it can now
};

}  // namespace etalon
