#include "etalon/storage/misread_place.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/storage/postgresql/address.h"

namespace etalon {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& received, const std::string& hint) {
  throw RequestError(
      {"store " + shown_address(where), received, "a file, postgresql://HOST/DATABASE or memory:", hint});
}

/// "sqlite" of "SQLite:///x"; empty where the place does not begin with letters, digits, '+', '-' or '.' and
/// a colon.
std::string scheme_of(const std::string& where) {
  const std::size_t colon = where.find(':');
  if (colon == std::string::npos) return "";
  std::string scheme = where.substr(0, colon);
  for (char& c : scheme) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && std::string("+-.").find(c) == std::string::npos)
      return "";
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return scheme;
}

/// "sqlite:///x.db" (of the folder at hand) and "sqlite:////tmp/x.db" as SQLAlchemy and Optuna write them.
std::string file_behind(const std::string& where) {
  std::string rest = where.substr(where.find(':') + 1);
  const bool is_file =
      scheme_of(where) == "file";  // "file:///tmp/x.db" has an absolute path behind its two slashes
  if (rest.starts_with("///")) rest = rest.substr(is_file ? 2 : 3);
  return rest.substr(0, rest.find('?'));
}

bool is_connection_text(const std::string& where) {
  return where.starts_with("host=") || where.starts_with("dbname=") ||
         where.find(" dbname=") != std::string::npos;
}

}  // namespace

void require_plain_place(const std::string& where) {
  if (where.empty()) refuse(where, "no place", "name a file, such as etalon.db");
  if (is_postgresql_address(where)) return;
  const std::string scheme = scheme_of(where);
  const bool has_host = where.find("://") != std::string::npos;
  if (scheme.starts_with("sqlite") || scheme == "file") {
    const std::string file = file_behind(where);
    refuse(where, "an address of SQLite",
           file.empty() || file == ":memory:" ? "name the file itself; memory: keeps nothing"
                                              : "name the file itself: " + file);
  }
  if (scheme.starts_with("postgres"))
    refuse(where, "an address that is not PostgreSQL's", "write postgresql://USER@HOST:PORT/DATABASE");
  if (is_connection_text(where))
    refuse(where, "a connection text of PostgreSQL", "write it as postgresql://USER@HOST:PORT/DATABASE");
  if (has_host && !scheme.empty())
    refuse(where, "an address of a kind that is not known, '" + scheme + "://'",
           "a file whose name looks so is ./" + shown_address(where));
  if (where.starts_with("memory:") && where != "memory:")
    refuse(where, "memory: with a name", "memory: alone; a file whose name looks so is ./" + where);
}

std::string sqlite_name(const std::string& path) { return std::filesystem::absolute(path).string(); }

}  // namespace etalon
