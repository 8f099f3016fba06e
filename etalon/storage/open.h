/// The front door of the storage room.
#pragma once

#include <memory>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/storage/backoff.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// read: the store must exist, and changes are refused with Failure; create: it is made if missing.
enum class StoreAccess { read, create };

enum class StoreKind { file, server, memory };

/// server: "postgresql://..." or "postgres://..."; memory: "memory:"; all else is a file.
StoreKind store_kind(const std::string& where);

/// Opens "FILE" (SQLite), "postgresql://USER@HOST:PORT/DATABASE" or "memory:". Throws RequestError for a file
/// or database that is no store, is from a newer version, is damaged, or cannot be written to; it is left
/// untouched. `clock` must outlive the store. `sleep` passes the time between attempts to reach a server that
/// has not answered yet, and may throw to end them.
std::unique_ptr<StudyStore> open_store(const std::string& where, StoreAccess access,
                                       const Clock& clock = system_clock(),
                                       const Sleeper& sleep = sleep_for_seconds);

/// `where` as it may be printed and kept: the address of a database without its password.
std::string shown_store(const std::string& where);

}  // namespace etalon
