#include "etalon/storage/sqlite_schema.h"

#include <array>
#include <string>

namespace etalon {
namespace {

/// Entry i leads from version i to version i + 1.
constexpr std::array migrations{
    R"(
CREATE TABLE study (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,
  plan TEXT NOT NULL,
  facts TEXT NOT NULL,
  planned_trials INTEGER NOT NULL,
  started_unix_millis INTEGER NOT NULL,
  finished_unix_millis INTEGER NOT NULL,
  training_seconds REAL,
  samples_trained INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  finished_trials INTEGER NOT NULL,
  changed_unix_millis INTEGER NOT NULL
) STRICT;

CREATE TABLE trial (
  id INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES study (id),
  set_index INTEGER NOT NULL,
  setting TEXT NOT NULL,
  seed_index INTEGER NOT NULL,
  numeric_class TEXT NOT NULL,
  samples_trained INTEGER NOT NULL,
  started_unix_millis INTEGER NOT NULL,
  finished_unix_millis INTEGER NOT NULL,
  seconds REAL,
  checksum INTEGER NOT NULL,
  curve BLOB NOT NULL,
  UNIQUE (study, set_index, setting, seed_index)
) STRICT;

CREATE TABLE trial_weights (
  trial INTEGER PRIMARY KEY REFERENCES trial (id),
  checksum INTEGER NOT NULL,
  floats BLOB NOT NULL
) STRICT;

CREATE TABLE test_result (
  study INTEGER NOT NULL REFERENCES study (id),
  position INTEGER NOT NULL,
  set_index INTEGER NOT NULL,
  setting TEXT NOT NULL,
  seed_index INTEGER NOT NULL,
  loss REAL,
  accuracy REAL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (study, position)
) STRICT;

CREATE TABLE study_lock (
  study_name TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  boot TEXT NOT NULL,
  pid_namespace TEXT NOT NULL,
  heartbeat_unix_millis INTEGER NOT NULL
) STRICT;
)"};

constexpr const char* count_tables =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
    "('study', 'trial', 'trial_weights', 'test_result', 'study_lock')";
constexpr int table_count = 5;

std::uint32_t version_of(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getUInt();
}

}  // namespace

std::uint32_t newest_schema_version() { return static_cast<std::uint32_t>(migrations.size()); }

void migrate(SQLite::Database& database) {
  if (version_of(database) >= newest_schema_version()) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const auto version = version_of(database);  // again: another process may have been faster
  for (auto next = version; next < newest_schema_version(); ++next) database.exec(migrations.at(next));
  database.exec("PRAGMA application_id = " + std::to_string(store_application_id));
  database.exec("PRAGMA user_version = " + std::to_string(newest_schema_version()));
  transaction.commit();
}

bool has_all_tables(SQLite::Database& database) {
  return database.execAndGet(count_tables).getInt() == table_count;
}

}  // namespace etalon
