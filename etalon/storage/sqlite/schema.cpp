#include "etalon/storage/sqlite/schema.h"

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
)",
    R"(
DROP TABLE study_lock;

ALTER TABLE study ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE study ADD COLUMN concluded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN queued_trials INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN strategist INTEGER NOT NULL DEFAULT 0;
UPDATE study SET concluded = 1 WHERE finished_unix_millis <> 0;

ALTER TABLE trial ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN worker INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trial ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE trial ADD COLUMN host TEXT NOT NULL DEFAULT '';
UPDATE trial SET number = numbered.number
  FROM (SELECT id, row_number() OVER (PARTITION BY study ORDER BY id) AS number FROM trial) AS numbered
  WHERE numbered.id = trial.id;
CREATE UNIQUE INDEX trial_in_order ON trial (study, number);

CREATE TABLE worker (
  id INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES study (id),
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  boot TEXT NOT NULL,
  pid_namespace TEXT NOT NULL,
  etalon_version TEXT NOT NULL,
  enlisted_unix_millis INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  beats INTEGER NOT NULL,
  last_beat_unix_millis INTEGER NOT NULL,
  training_seconds REAL,
  samples_trained INTEGER NOT NULL,
  work_checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX worker_of_study ON worker (study);

CREATE TABLE queue (
  study INTEGER NOT NULL REFERENCES study (id),
  position INTEGER NOT NULL,
  set_index INTEGER NOT NULL,
  setting TEXT NOT NULL,
  seed_index INTEGER NOT NULL,
  epochs INTEGER NOT NULL,
  round INTEGER NOT NULL,
  worker INTEGER NOT NULL,
  claim INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  started_unix_millis INTEGER NOT NULL,
  numeric_class TEXT NOT NULL,
  phase INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (study, position),
  UNIQUE (study, set_index, setting, seed_index)
) STRICT;
CREATE INDEX queue_waiting ON queue (study, set_index, worker, position);
CREATE INDEX queue_held ON queue (study, worker);

CREATE TABLE trial_checkpoint (
  study INTEGER NOT NULL,
  position INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  state_checksum INTEGER NOT NULL,
  curve BLOB NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (study, position),
  FOREIGN KEY (study, position) REFERENCES queue (study, position)
) STRICT;
)",
    // Checkpoints of the engine that had a trial in each lane: no other goes on from them.
    R"(
DELETE FROM trial_checkpoint;
UPDATE queue SET numeric_class = '';
ALTER TABLE queue DROP COLUMN phase;
)",
    // Finished trials that may go on: each keeps its state, and gets a new number when it has finished again. A
    // program of an older version that is at work does not know that: the new name of a column stops it. Sets are
    // counted without reading JSON, as one damaged study must not keep the others from being read.
    R"(
CREATE TABLE trial_state (
  trial INTEGER PRIMARY KEY REFERENCES trial (id),
  checksum INTEGER NOT NULL,
  size INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;
ALTER TABLE study ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN state_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE study ADD COLUMN sets INTEGER NOT NULL DEFAULT 0;
UPDATE study SET last_number = finished_trials,
  sets = (length(definition) - length(replace(definition, '"fingerprint":', ''))) / 14;
ALTER TABLE study RENAME COLUMN queued_trials TO open_trials;
)"};

constexpr const char* count_tables =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
    "('study', 'trial', 'trial_weights', 'trial_state', 'test_result', 'worker', 'queue', 'trial_checkpoint')";
constexpr int table_count = 8;

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
