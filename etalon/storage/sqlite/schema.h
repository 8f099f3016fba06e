/// The tables of a store file, as numbered migrations.
///
/// A migration that was released never changes: a new version is a new entry, a golden file in
/// tests/storage/golden and a paragraph in doc/store.md.
#pragma once

#include <cstdint>

#include <SQLiteCpp/SQLiteCpp.h>

namespace etalon {

inline constexpr std::uint32_t store_application_id = 0x45744C6E;  ///< "EtLn", in the file's header

/// The version that this program writes, kept as the file's user_version.
std::uint32_t newest_schema_version();

/// Brings the database to the newest version in one transaction; does nothing if it is there already.
void migrate(SQLite::Database& database);

/// True if every table of the newest version is there.
bool has_all_tables(SQLite::Database& database);

}  // namespace etalon
