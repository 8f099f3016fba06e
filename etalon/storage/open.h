/// The front door of the storage room.
#pragma once

#include <memory>
#include <string>

#include "etalon/storage/study_store.h"

namespace etalon {

enum class StoreAccess { read, create };  ///< read: the store must exist; create: it is made if missing

/// Opens "FILE" (SQLite) or "memory:". Throws RequestError for a file that is no store, is from a newer
/// version, is damaged, or cannot be written to; such a file is left untouched.
std::unique_ptr<StudyStore> open_store(const std::string& where, StoreAccess access);

}  // namespace etalon
