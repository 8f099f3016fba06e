/// Rows of studies and test results. Every row carries a checksum that is held against it when it is read.
///
/// All functions run inside the caller's transaction. Where one locks several rows, their order is: study,
/// worker, queue, checkpoint; so transactions never wait for each other in a circle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "etalon/storage/sql/sql.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// A study's row as it lies in the table.
struct StudyRow {
  std::string name, definition, plan, facts;
  std::uint32_t planned_trials = 0;
  StudyTimes times;
  std::uint64_t revision = 0;
  bool concluded = false;
  std::uint32_t finished_trials = 0;
  std::uint32_t open_trials = 0;  ///< waiting or held
  std::uint32_t last_number = 0;  ///< that was given to a finished trial
  std::uint64_t state_bytes = 0;  ///< of all final states
  std::uint32_t sets = 0;         ///< of its definition

  std::int64_t checksum() const;  ///< of all that stands before revision
};

StudyRow row_of(const StudySnapshot& study);     ///< with no trials, not concluded
StudySnapshot snapshot_of(const StudyRow& row);  ///< without trials and tests

std::optional<std::int64_t> find_study(SqlSession& session, const std::string& name);
std::int64_t require_study(SqlSession& session, const std::string& name);  ///< throws Failure

/// No other transaction changes the study's row until this one ends. False, nothing: it is not there.
std::optional<std::int64_t> lock_study(SqlSession& session, const std::string& name);
bool lock_study(SqlSession& session, std::int64_t study);

StudyRow read_study(SqlSession& session, std::int64_t study);  ///< throws Failure for a damaged row

/// The new row's id; nothing if there is a study of that name.
std::optional<std::int64_t> insert_study(SqlSession& session, const StudyRow& row,
                                         std::int64_t now_unix_millis);

/// Replaces all of the row but its name and definition.
void update_study(SqlSession& session, std::int64_t study, const StudyRow& row, std::int64_t now_unix_millis);

/// With everything that hangs on it.
void erase_study(SqlSession& session, std::int64_t study);

std::vector<TestResult> read_tests(SqlSession& session, std::int64_t study);
void write_tests(SqlSession& session, std::int64_t study, const std::vector<TestResult>& tests);

}  // namespace etalon
