#include "etalon/storage/open.h"

#include "etalon/storage/memory_store.h"
#include "etalon/storage/postgresql_database.h"
#include "etalon/storage/sql_store.h"
#include "etalon/storage/sqlite_database.h"

namespace etalon {

StoreKind store_kind(const std::string& where) {
  if (where == "memory:") return StoreKind::memory;
  return is_postgresql_address(where) ? StoreKind::server : StoreKind::file;
}

std::unique_ptr<StudyStore> open_store(const std::string& where, StoreAccess access, const Clock& clock,
                                       const Sleeper& sleep) {
  if (where == "memory:") return make_memory_store(clock);
  if (is_postgresql_address(where))
    return make_sql_store(std::make_unique<PostgresqlDatabase>(where, access, clock,
                                                               PostgresqlPatience{.sleep_opening = sleep}),
                          clock);
  return make_sql_store(std::make_unique<SqliteDatabase>(where, access), clock);
}

std::string shown_store(const std::string& where) {
  return is_postgresql_address(where) ? shown_address(where) : where;
}

}  // namespace etalon
