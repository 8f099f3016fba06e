/// Between rows of the tables and values. Every row carries a checksum that is held against it when it is
/// read.
///
/// All functions run inside the caller's transaction and let SQLite::Exception through.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "etalon/study/snapshot.h"

namespace etalon {

std::optional<std::int64_t> find_study(SQLite::Database& database, const std::string& name);

/// All but trials and tests. Throws Failure for a damaged row.
StudySnapshot read_study(SQLite::Database& database, std::int64_t study);
StudyDefinition read_definition(SQLite::Database& database, std::int64_t study);

/// Inserts the study, or replaces the row of `existing`; trials, tests and the count of trials stay.
void write_study(SQLite::Database& database, const StudySnapshot& study,
                 std::optional<std::int64_t> existing);

/// Notes the time of a change, and `added_trials` more finished trials.
void touch_study(SQLite::Database& database, std::int64_t study, int added_trials,
                 std::int64_t now_unix_millis);

/// In TrialKey order. Throws Failure for a damaged row, or if rows are missing.
std::vector<TrialRecord> read_trials(SQLite::Database& database, std::int64_t study);

/// The new row's id; nothing if the trial is there already.
std::optional<std::int64_t> insert_trial(SQLite::Database& database, std::int64_t study,
                                         const TrialRecord& trial);
std::optional<std::int64_t> find_trial(SQLite::Database& database, std::int64_t study, const TrialKey& key);

void insert_weights(SQLite::Database& database, std::int64_t trial, std::span<const float> weights);
std::optional<std::vector<float>> read_weights(SQLite::Database& database, std::int64_t trial);
void drop_weights(SQLite::Database& database, std::int64_t study, const std::vector<std::int64_t>& keep);

std::vector<TestResult> read_tests(SQLite::Database& database, std::int64_t study);
void write_tests(SQLite::Database& database, std::int64_t study, const std::vector<TestResult>& tests);

}  // namespace etalon
