#include "etalon/storage/postgresql_schema.h"

#include <array>

#include <fmt/format.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

/// What etalon.meta says of itself; no other program's schema does.
constexpr const char* format_name = "etalon studies";
constexpr std::int64_t migration_lock = 0x45744C6E;  ///< "EtLn", for pg_advisory_xact_lock

/// [version - 1]
constexpr std::array migrations = {R"(
CREATE TABLE etalon.meta (format text NOT NULL, version bigint NOT NULL);
)"};

constexpr const char* tables = "'meta'";
constexpr int table_count = 1;

[[noreturn]] void refuse(const std::string& place, const std::string& received, const std::string& hint) {
  throw RequestError({"store " + place, received, "a schema 'etalon' that Etalon made", hint});
}

/// The schema's version; 0 where it is missing or empty.
std::uint32_t version_of(pqxx::transaction_base& transaction, const std::string& place) {
  const auto found = transaction.exec1(
      "SELECT count(*), coalesce(bool_or(c.relname = 'meta' AND c.relkind = 'r'), false) FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'etalon'");
  if (found[0].as<int>() == 0) return 0;
  const auto hint = "name another database; this one's schema 'etalon' belongs to another program";
  if (!found[1].as<bool>()) refuse(place, "a schema 'etalon' of another program", hint);
  const auto columns = transaction.exec(
      "SELECT 1 FROM pg_attribute WHERE attrelid = 'etalon.meta'::regclass AND attname IN ('format', "
      "'version')");
  if (columns.size() != 2) refuse(place, "a schema 'etalon' of another program", hint);
  const auto meta = transaction.exec("SELECT format::text, version::text FROM etalon.meta");
  if (meta.size() != 1 || meta[0][0].as<std::string>("") != format_name)
    refuse(place, "a schema 'etalon' of another program", hint);
  const auto version = meta[0][1].as<std::int64_t>(0);
  if (version > newest_postgresql_version())
    refuse(place, fmt::format("version {} of the schema", version),
           "use a newer Etalon; this one knows version " + std::to_string(newest_postgresql_version()));
  if (version < 1) refuse(place, fmt::format("version {} of the schema", version), "restore it from a copy");
  return static_cast<std::uint32_t>(version);
}

void require_all_tables(pqxx::transaction_base& transaction, const std::string& place) {
  const auto found = transaction.exec1(
      fmt::format("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                  "WHERE n.nspname = 'etalon' AND c.relkind = 'r' AND c.relname IN ({})",
                  tables));
  if (found[0].as<int>() != table_count)
    refuse(place, "a schema 'etalon' whose tables are missing in part", "restore it from a copy");
}

void require_server(pqxx::transaction_base& transaction, const std::string& place) {
  const auto settings =
      transaction.exec1("SELECT current_setting('server_version_num'), current_setting('server_encoding')");
  if (settings[0].as<int>() < 120000)
    throw RequestError({"store " + place, "a server of version " + settings[0].as<std::string>(),
                        "PostgreSQL 12 or later", ""});
  if (settings[1].as<std::string>() != "UTF8")
    throw RequestError({"store " + place,
                        "a database whose texts are encoded as " + settings[1].as<std::string>(), "UTF8",
                        "createdb --encoding=UTF8 --template=template0 NAME"});
}

}  // namespace

std::uint32_t newest_postgresql_version() { return static_cast<std::uint32_t>(migrations.size()); }

bool is_newest_schema(pqxx::transaction_base& transaction, const std::string& place) {
  require_server(transaction, place);
  if (version_of(transaction, place) < newest_postgresql_version()) return false;
  require_all_tables(transaction, place);
  return true;
}

void migrate_postgresql(pqxx::transaction_base& transaction, const std::string& place) {
  transaction.exec(fmt::format("SELECT pg_advisory_xact_lock({})", migration_lock));
  const std::uint32_t version = version_of(transaction, place);  // another process may have been faster
  if (version == newest_postgresql_version()) return;
  if (version == 0) {
    const auto there = transaction.exec("SELECT 1 FROM pg_namespace WHERE nspname = 'etalon'");
    if (there.empty()) transaction.exec("CREATE SCHEMA etalon");
  }
  for (auto next = version; next < newest_postgresql_version(); ++next) transaction.exec(migrations.at(next));
  transaction.exec("DELETE FROM etalon.meta");
  transaction.exec(fmt::format("INSERT INTO etalon.meta (format, version) VALUES ('{}', {})", format_name,
                               newest_postgresql_version()));
}

void vacuum(pqxx::connection_base& connection) {
  pqxx::nontransaction(connection).exec("VACUUM etalon.meta");
}

}  // namespace etalon
