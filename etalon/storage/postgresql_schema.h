/// The tables within the schema `etalon` of a PostgreSQL database, as numbered migrations.
///
/// A migration that was released never changes: a new version is a new entry, a golden dump in
/// tests/storage/golden and a paragraph in doc/store.md.
#pragma once

#include <cstdint>
#include <string>

#include <pqxx/pqxx>

namespace etalon {

/// The version that this program writes, kept in etalon.meta.
std::uint32_t newest_postgresql_version();

/// True if the schema is there in the newest version, false if it is missing, empty or older. Throws
/// RequestError, naming `place`, if it is foreign, newer or damaged. Changes nothing.
bool is_newest_schema(pqxx::transaction_base& transaction, const std::string& place);

/// Brings the schema to the newest version; of processes that do so at once each succeeds. Throws as
/// is_newest_schema does.
void migrate_postgresql(pqxx::transaction_base& transaction, const std::string& place);

/// Makes the room of deleted rows free. Outside of any transaction.
void vacuum(pqxx::connection_base& connection);

}  // namespace etalon
