/// Between SQL values and libpqxx's parameters and fields: integers as bigint, doubles bit for bit but for a
/// NaN's payload, text, bytes and null.
#pragma once

#include <vector>

#include <pqxx/pqxx>

#include "etalon/storage/sql/sql.h"

namespace etalon {

/// Throws Failure for a text that PostgreSQL cannot keep: one with a zero byte.
pqxx::internal::params parameters_of(const std::vector<SqlValue>& values);

/// bool and integers come as integers, numeric as an integer where it is whole.
std::vector<SqlRow> rows_of(const pqxx::result& result);

}  // namespace etalon
