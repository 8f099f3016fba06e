/// What went wrong between this program and a PostgreSQL server, and so what to do about it.
#pragma once

#include <exception>
#include <string>

#include <pqxx/pqxx>

namespace etalon {

enum class Trouble {
  conflict,  ///< with another transaction: the same again succeeds soon
  outage,    ///< the server or the way to it: connect again after a while
  refused,   ///< the request is to blame: address, password, permissions
  failed,    ///< anything else: trying again would not help
};

/// A connection that this side or the server's rules refuse, by the message without an SQLSTATE.
class ConnectionRefused : public pqxx::failure {
 public:
  using pqxx::failure::failure;
};

struct Diagnosis {
  Trouble trouble = Trouble::failed;
  std::string sqlstate;  ///< empty where the server gave none
  std::string message;   ///< one line
};

/// `open`: whether the connection still stands.
Diagnosis diagnose(const std::exception& error, bool open);

/// By the five letters that PostgreSQL's manual lists in "PostgreSQL Error Codes".
Trouble trouble_of_state(const std::string& sqlstate);

/// Throws what a failed connection means, from libpq's verbose message: pqxx::sql_error with its SQLSTATE,
/// ConnectionRefused or pqxx::broken_connection. Of several hosts, one that may come back outweighs all that
/// refuse.
[[noreturn]] void throw_connection_trouble(const std::string& message, bool needs_password);

}  // namespace etalon
