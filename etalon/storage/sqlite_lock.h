/// The lock on a study as a row of the store.
///
/// Another process of this machine is looked up among the living ones, so a lock dies with its process, also
/// by kill -9. A process of another machine or container cannot be looked up: its lock counts as held while
/// its heartbeat is younger than `heartbeat_limit_millis`. A thread of its own beats, as a pack of trials may
/// train for longer than that without a word to the store.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/storage/sqlite_file.h"
#include "etalon/storage/study_store.h"

namespace etalon {

inline constexpr std::chrono::seconds heartbeat_interval{20};
inline constexpr std::int64_t heartbeat_limit_millis = 3 * 60 * 1000;  ///< 9 missed beats

/// Throws RequestError naming process and host if the study is held.
std::unique_ptr<StudyLock> take_lock(std::shared_ptr<SqliteFile> file, const std::string& study,
                                     const Clock& clock);

}  // namespace etalon
