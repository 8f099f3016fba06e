#include "etalon/storage/postgresql/trouble.h"

#include <algorithm>
#include <array>
#include <regex>
#include <string_view>
#include <vector>

#include "etalon/base/text.h"

namespace etalon {
namespace {

struct StateTrouble {
  std::string_view prefix;
  Trouble trouble;
};

/// The first that fits counts.
constexpr std::array states = {
    StateTrouble{"57P04", Trouble::refused},  // database dropped
    StateTrouble{"08", Trouble::outage},      // connection exceptions
    StateTrouble{"53", Trouble::outage},      // insufficient resources: connections, memory, disk
    StateTrouble{"57", Trouble::outage},      // shutdown, start-up, cancelled by a person or a timeout
    StateTrouble{"58", Trouble::outage},      // system error on the server
    StateTrouble{"25P03", Trouble::outage},   // idle in transaction for too long: this process was stopped
    StateTrouble{"25006", Trouble::outage},   // read-only: a standby that is about to take over
    StateTrouble{"26000", Trouble::outage},   // a prepared statement is gone: a pooler changed the connection
    StateTrouble{"40", Trouble::conflict},    // serialization failure, deadlock
    StateTrouble{"55P03", Trouble::conflict},  // lock not available
    StateTrouble{"23", Trouble::conflict},     // inserted by another transaction at the same moment
    StateTrouble{"28", Trouble::refused},      // authorization
    StateTrouble{"3D000", Trouble::refused},   // unknown database
    StateTrouble{"42501", Trouble::refused},   // no permission
};

constexpr std::string_view host_prefix = "connection to server";

/// libpqxx 6 tells some states by the type of the exception alone.
std::string state_of(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty()) return error.sqlstate();
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) return "42501";
  if (dynamic_cast<const pqxx::insufficient_resources*>(&error) != nullptr) return "53000";
  if (dynamic_cast<const pqxx::integrity_constraint_violation*>(&error) != nullptr) return "23000";
  return "";
}

std::vector<std::string> lines_of(const std::string& message) {
  std::vector<std::string> lines;
  for (const std::string& line : split_text(message, '\n'))
    if (!line.empty() && line.rfind("LOCATION:", 0) != 0) lines.push_back(line);
  return lines;
}

/// "FATAL:  57P03: the database system is starting up"
std::string state_within(const std::string& line) {
  static const std::regex pattern(":  ([0-9A-Z]{5}): ");
  std::smatch match;
  return std::regex_search(line, match, pattern) ? match[1].str() : "";
}

bool is_refused_without_state(const std::string& line) {
  if (line.find("Temporary failure") != std::string::npos) return false;
  if (line.rfind(host_prefix, 0) != 0) return true;  // never came as far as a server
  for (const char* reason : {"certificate", "does not support SSL", "password supplied"})
    if (line.find(reason) != std::string::npos) return true;
  return false;
}

}  // namespace

Trouble trouble_of_state(const std::string& sqlstate) {
  const auto found = std::find_if(states.begin(), states.end(), [&](const StateTrouble& state) {
    return std::string_view(sqlstate).substr(0, state.prefix.size()) == state.prefix;
  });
  return found == states.end() ? Trouble::failed : found->trouble;
}

Diagnosis diagnose(const std::exception& error, bool open) {
  Diagnosis diagnosis{Trouble::failed, "", join(lines_of(error.what()), "; ")};
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
    diagnosis.sqlstate = state_of(*sql);
    diagnosis.trouble = trouble_of_state(diagnosis.sqlstate);
    if (diagnosis.message.find("cached plan") != std::string::npos) diagnosis.trouble = Trouble::outage;
  } else if (dynamic_cast<const ConnectionRefused*>(&error) != nullptr) {
    diagnosis.trouble = Trouble::refused;
  } else if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr ||
             dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr) {
    diagnosis.trouble = Trouble::outage;
  } else if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) {
    diagnosis.trouble = Trouble::conflict;
  }
  const bool may_pass = diagnosis.trouble == Trouble::outage || diagnosis.trouble == Trouble::conflict;
  if (!open && !may_pass && diagnosis.trouble != Trouble::refused) diagnosis.trouble = Trouble::outage;
  return diagnosis;
}

void throw_connection_trouble(const std::string& message, bool needs_password) {
  const auto lines = lines_of(message);
  const std::string text = join(lines, "; ");
  std::string refusal;
  for (const std::string& line : lines) {
    const std::string state = state_within(line);
    const bool starts_host = line.rfind(host_prefix, 0) == 0;
    if (!state.empty() && trouble_of_state(state) != Trouble::refused)
      throw pqxx::sql_error(text, "", state.c_str());
    if (!state.empty()) refusal = state;
    if (state.empty() && starts_host && !is_refused_without_state(line)) throw pqxx::broken_connection(text);
  }
  if (!refusal.empty()) throw pqxx::sql_error(text, "", refusal.c_str());
  if (needs_password) throw pqxx::sql_error(text, "", "28P01");
  if (!lines.empty() && is_refused_without_state(lines.front())) throw ConnectionRefused(text);
  throw pqxx::broken_connection(text);
}

}  // namespace etalon
