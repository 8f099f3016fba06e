#include "etalon/storage/open_store.h"

#include "etalon/base/error.h"
#include "etalon/storage/memory/store.h"
#include "etalon/storage/misread_place.h"
#include "etalon/storage/postgresql/database.h"
#include "etalon/storage/sql/store.h"
#include "etalon/storage/sqlite/database.h"

namespace etalon {

StoreKind store_kind(const std::string& where) {
  require_plain_place(where);
  if (where == "memory:" || where == ":memory:") return StoreKind::memory;
  return is_postgresql_address(where) ? StoreKind::server : StoreKind::file;
}

std::unique_ptr<StudyStore> open_store(const std::string& where, StoreAccess access, const Clock& clock,
                                       const Sleeper& sleep, const OutageListener& outages) {
  const StoreKind kind = store_kind(where);
  if (kind == StoreKind::memory && access == StoreAccess::read)
    throw RequestError({"store " + where, "a store in memory, which is empty at the start of every command",
                        "a store that was written to", "name a file or a server for what is to be kept"});
  if (kind == StoreKind::memory) return make_memory_store(clock);
  if (kind == StoreKind::server)
    return make_sql_store(std::make_unique<PostgresqlDatabase>(
                              where, access, clock,
                              PostgresqlPatience{.sleep = sleep, .sleep_opening = sleep, .outages = outages}),
                          clock);
  return make_sql_store(std::make_unique<SqliteDatabase>(where, access), clock);
}

std::string shown_store(const std::string& where) {
  return is_postgresql_address(where) ? shown_address(where) : where;
}

}  // namespace etalon
