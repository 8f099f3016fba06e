/// Places of stores that a library, or this program, would read as something else than their user meant.
#pragma once

#include <string>

namespace etalon {

/// Throws RequestError for an empty place, addresses of other databases and other spellings of ours
/// ("sqlite:///x.db", "file:x.db?mode=ro", "mysql://...", "postgresql:x", "host=... dbname=..."), with the
/// spelling that works. A file that is truly called so is "./file:x".
void require_plain_place(const std::string& where);

/// The file's name as SQLite takes it for nothing but a file: absolute. A name that begins with ':' or
/// "file:" would otherwise be a database in memory, or an address with options.
std::string sqlite_name(const std::string& path);

}  // namespace etalon
