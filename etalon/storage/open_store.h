/// The front door of the storage room.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/storage/backoff.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// read: the store must exist, and changes are refused with Failure; create: it is made if missing.
enum class StoreAccess { read, create };

/// The server of a store that does not answer, or does again. Calls wait meanwhile.
struct StoreOutage {
  bool over = false;
  std::string text;  ///< one line: which store, why, how long it is waited for, how long it took
};

/// Told from whichever thread notices, one call at a time; must not call the store. Twice an outage, or once
/// where it outlives patience.
using OutageListener = std::function<void(const StoreOutage&)>;

enum class StoreKind { file, server, memory };

/// server: "postgresql://..." or "postgres://..."; memory: "memory:" or ":memory:"; all else is a file.
/// Throws RequestError for what a library would read otherwise than its user meant, such as "sqlite:///x.db".
StoreKind store_kind(const std::string& where);

/// Opens "FILE" (SQLite), "postgresql://USER@HOST:PORT/DATABASE" or "memory:", which cannot be read alone.
/// Throws RequestError for a file or database that is no store, is from a newer version, is damaged, or
/// cannot be written to; it is left untouched. `clock` must outlive the store. `sleep` passes the time
/// between attempts to reach a server that does not answer, now or later, and may throw to end them.
std::unique_ptr<StudyStore> open_store(const std::string& where, StoreAccess access,
                                       const Clock& clock = system_clock(),
                                       const Sleeper& sleep = sleep_for_seconds,
                                       const OutageListener& outages = {});

/// `where` as it may be printed and kept: the address of a database without its password.
std::string shown_store(const std::string& where);

}  // namespace etalon
