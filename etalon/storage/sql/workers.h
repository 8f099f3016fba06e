/// Rows of workers: their seats, beats and the strategist's role.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "etalon/storage/sql/sql.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// The study at which the worker sits; nothing if its seat is gone.
std::optional<std::int64_t> study_of_worker(SqlSession& session, std::uint64_t worker);

/// The same; the seat stays until this transaction ends. Notes the number of a claim.
std::optional<std::int64_t> lock_seat(SqlSession& session, std::uint64_t worker, std::uint64_t claim);

/// Does nothing where the worker sits already.
void insert_worker(SqlSession& session, std::int64_t study, const WorkerIdentity& worker,
                   std::int64_t now_unix_millis);
bool beat_worker(SqlSession& session, std::uint64_t worker, const WorkDone& done,
                 std::int64_t now_unix_millis);

/// What it did; nothing, and no change, if it does not sit there with so many beats.
std::optional<WorkDone> erase_worker(SqlSession& session, std::uint64_t worker,
                                     std::optional<std::uint64_t> beats);

std::vector<WorkerRecord> read_workers(SqlSession& session, std::int64_t study);

/// Of those who sit at the study now.
WorkDone work_done(SqlSession& session, std::int64_t study);

/// Who holds the role; 0: nobody, or one whose seat is gone.
std::uint64_t strategist_of(SqlSession& session, std::int64_t study);

}  // namespace etalon
