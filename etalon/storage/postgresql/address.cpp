#include "etalon/storage/postgresql/address.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr const char* hidden = "***";

std::size_t end_of_scheme(std::string_view where) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (where.substr(0, scheme.size()) == scheme) return scheme.size();
  return 0;
}

/// Hides the value of every option "NAME=VALUE" behind the question mark.
std::string without_option(std::string text, const std::string& name) {
  for (std::size_t at = text.find('?'); at < text.size();) {
    const std::size_t end = std::min(text.find('&', at + 1), text.size());
    if (text.compare(at + 1, name.size() + 1, name + "=") == 0) {
      const std::size_t value = at + 1 + name.size() + 1;
      text.replace(value, end - value, hidden);
    }
    at = text.find('&', at + 1);
  }
  return text;
}

[[noreturn]] void refuse(const std::string& shown, const std::string& received) {
  throw RequestError({"store " + shown, received, "postgresql://USER@HOST:PORT/DATABASE",
                      "write @ : / ? % within a name or password as %40 %3A %2F %3F %25; a password is "
                      "better kept in PGPASSWORD or ~/.pgpass"});
}

}  // namespace

bool is_postgresql_address(const std::string& where) { return end_of_scheme(where) > 0; }

std::string shown_address(const std::string& address) {
  std::string shown = address;
  const std::size_t start = end_of_scheme(shown);
  // A password may hold an '@' that should have been written as %40: the last one ends it.
  const std::size_t colon = shown.find(':', start), at = shown.rfind('@');
  if (colon != std::string::npos && at != std::string::npos && colon < at)
    shown.replace(colon + 1, at - colon - 1, hidden);
  return without_option(without_option(std::move(shown), "password"), "sslpassword");
}

PostgresqlAddress::PostgresqlAddress(const std::string& text) : text_(text), shown_(shown_address(text)) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(text.c_str(), &message), PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, PQfreemem);
  if (!options) {  // libpq quotes pieces of the address, which may be pieces of a password
    std::string reason = message == nullptr ? "" : ": " + std::string(message);
    while (!reason.empty() && reason.back() == '\n') reason.pop_back();
    refuse(shown_, "an address that cannot be read" + (shown_ == text ? reason : ""));
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string name = option->keyword, value = option->val;
    if (name == "password" || name == "sslpassword") secrets_.push_back(value);
    if (name == "host" && value.find('@') != std::string::npos)
      refuse(shown_, "more than one @ before the database");
    if (name == "port" && value.find_first_not_of("0123456789,") != std::string::npos)
      refuse(shown_, "a port that is no number");
    if (name == "connect_timeout")
      if (const auto seconds = parse_number(value); seconds && *seconds > 0)
        connect_timeout_seconds_ = *seconds;
  }
}

std::string PostgresqlAddress::redacted(std::string message) const {
  for (const std::string& secret : secrets_) {
    if (secret.size() < 3) continue;  // would hide half of every message, and tells nothing
    for (std::size_t at = 0; (at = message.find(secret, at)) != std::string::npos; at += std::strlen(hidden))
      message.replace(at, secret.size(), hidden);
  }
  return message;
}

}  // namespace etalon
