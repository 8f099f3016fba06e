/// Studies in a database that speaks SQL; doc/store.md describes the tables and what is guaranteed.
#pragma once

#include <memory>

#include "etalon/base/clock.h"
#include "etalon/storage/sql/sql.h"
#include "etalon/storage/study_store.h"

namespace etalon {

/// `database` has the tables of the newest version. `clock` must outlive the store.
std::unique_ptr<StudyStore> make_sql_store(std::unique_ptr<SqlDatabase> database, const Clock& clock);

}  // namespace etalon
