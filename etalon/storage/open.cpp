#include "etalon/storage/open.h"

#include "etalon/storage/memory_store.h"
#include "etalon/storage/sql_store.h"
#include "etalon/storage/sqlite_database.h"

namespace etalon {

std::unique_ptr<StudyStore> open_store(const std::string& where, StoreAccess access, const Clock& clock) {
  if (where == "memory:") return make_memory_store(clock);
  return make_sql_store(std::make_unique<SqliteDatabase>(where, access), clock);
}

}  // namespace etalon
