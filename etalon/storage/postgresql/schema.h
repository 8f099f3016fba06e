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

/// The version of the schema that is there; 0 if it is missing or empty. Throws RequestError, naming `place`,
/// if it is foreign, newer or damaged. Changes nothing.
std::uint32_t schema_version(pqxx::transaction_base& transaction, const std::string& place);

/// Throws RequestError, naming `place`, if a schema of this version is older and its tables are not the
/// user's.
void require_may_migrate(pqxx::transaction_base& transaction, const std::string& place,
                         std::uint32_t version);

/// Brings the schema to the newest version; of processes that do so at once each succeeds. Throws as
/// schema_version does.
void migrate_postgresql(pqxx::transaction_base& transaction, const std::string& place);

/// Makes the room of deleted rows free. Outside of any transaction.
void vacuum(pqxx::connection_base& connection);

}  // namespace etalon
