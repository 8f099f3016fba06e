/// Tells a store from any other file by its first 100 bytes, before SQLite may touch it.
#pragma once

#include <cstdint>
#include <string>

namespace etalon {

/// Throws RequestError unless the file is a SQLite database of this application, of a known version and not
/// truncated. Reads and changes nothing else.
void require_store_header(const std::string& path);

/// Throws RequestError unless `application` is Etalon's and `version` is one that this program knows.
void require_store_version(const std::string& path, std::uint32_t application, std::uint32_t version);

}  // namespace etalon
