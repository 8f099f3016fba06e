/// Where a PostgreSQL database is: "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE" as libpq
/// reads it, every part optional, and what of it may be shown.
#pragma once

#include <string>
#include <vector>

namespace etalon {

/// True for "postgresql://..." and "postgres://...".
bool is_postgresql_address(const std::string& where);

/// The address with its passwords replaced by "***". Also for one that cannot be parsed.
std::string shown_address(const std::string& address);

class PostgresqlAddress {
 public:
  /// Throws RequestError if it cannot be parsed; the error shows no password.
  explicit PostgresqlAddress(const std::string& text);

  const std::string& text() const { return text_; }    ///< with the password: never print it
  const std::string& shown() const { return shown_; }  ///< without
  double connect_timeout_seconds() const { return connect_timeout_seconds_; }

  /// `message` without any password of the address.
  std::string redacted(std::string message) const;

 private:
  std::string text_, shown_;
  std::vector<std::string> secrets_;
  double connect_timeout_seconds_ = 10;
};

}  // namespace etalon
