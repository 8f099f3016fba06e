/// Where a store is, as it was typed: a file, a database of a server, or memory.
#pragma once

#include <string>

namespace etalon {

enum class StoreKind { file, server, memory };

/// server: "postgresql://..." or "postgres://..."; memory: "memory:"; all else is a file.
StoreKind store_kind(const std::string& store);

/// True where the text itself holds a password: "postgresql://me:secret@host/db", "...?password=secret",
/// "...?sslpassword=secret".
bool holds_password(const std::string& store);

/// The text with *** in place of a password: for everything that is printed or written.
std::string shown_store(const std::string& store);

/// Throws RequestError, beginning with `place`, unless files can be made where a store that is a file lies.
/// Asks nothing of a server or of memory.
void require_store_folder(const std::string& store, const std::string& place);

}  // namespace etalon
