/// Studies in one SQLite file; doc/store.md describes the tables and what is guaranteed.
#pragma once

#include <memory>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/storage/open.h"

namespace etalon {

std::unique_ptr<StudyStore> open_sqlite_store(const std::string& path, StoreAccess access,
                                              const Clock& clock);

}  // namespace etalon
