#include "etalon/storage/sqlite/header.h"

#include <array>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sqlite3.h>

#include "etalon/base/error.h"
#include "etalon/storage/misread_place.h"
#include "etalon/storage/sqlite/schema.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

using Header = std::array<std::uint8_t, 100>;  // https://www.sqlite.org/fileformat.html#the_database_header

std::uint32_t big_endian(const Header& header, std::size_t place) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | header[place + i];
  return value;
}

/// SQLite's own page size field: 2 bytes, where 1 stands for 65536.
std::uint64_t page_size(const Header& header) {
  const std::uint32_t size = header[16] << 8 | header[17];
  return size == 1 ? 65536 : size;
}

[[noreturn]] void refuse(const std::string& path, const std::string& received, const std::string& hint) {
  throw RequestError({path, received, "a store of Etalon", hint + "; the file was left as it is"});
}

/// Through SQLite's own file, not open() and close(): a close() of the file elsewhere in the process would
/// drop the locks of a connection that has it open (https://www.sqlite.org/howtocorrupt.html, 2.2). A
/// connection on which no statement runs takes no locks and writes nothing.
Header read_header(const std::string& path) {
  try {
    const SQLite::Database database(sqlite_name(path), SQLite::OPEN_READONLY);
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    Header header{};
    const int result = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
    if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ)
      refuse(path, std::string("a file that cannot be read (") + sqlite3_errstr(result) + ")",
             "check the file and the disk");
    return header;
  } catch (const SQLite::Exception& error) {
    refuse(path, std::string("a file that cannot be read (") + error.what() + ")", "check its permissions");
  }
}

}  // namespace

void require_store_version(const std::string& path, std::uint32_t application, std::uint32_t version) {
  if (application != store_application_id)
    refuse(path, "a SQLite database of another program", "name another file as the store");
  if (version > newest_schema_version())
    refuse(path, fmt::format("a store of version {}, from a newer Etalon", version),
           fmt::format("this Etalon knows versions up to {}: use the newer one", newest_schema_version()));
  if (version == 0) refuse(path, "a store of version 0", "it may be damaged: restore it from a copy");
}

void require_store_header(const std::string& path) {
  const fs::file_status status = fs::status(path);
  if (!fs::exists(status))
    throw RequestError({path, "no file", "a store of Etalon", "check the path; 'etalon tune' makes a store"});
  if (fs::is_directory(status)) refuse(path, "a folder", "name a file as the store");
  if (!fs::is_regular_file(status)) refuse(path, "something that is no file", "name a file as the store");
  const std::uint64_t size = fs::file_size(path);
  if (size == 0) refuse(path, "an empty file", "remove it, or name another file as the store");
  const Header header = read_header(path);
  if (size < header.size() || std::memcmp(header.data(), "SQLite format 3", 16) != 0)
    refuse(path, "a file of another kind", "name another file as the store");
  require_store_version(path, big_endian(header, 68), big_endian(header, 60));
  const std::uint64_t expected = page_size(header) * big_endian(header, 28);
  // With a log beside it, the file may rightly be shorter: pages may lie in the log.
  std::error_code ignored;
  const auto log_size = fs::file_size(path + "-wal", ignored);
  const bool has_log = !ignored && log_size > 0;
  if (size < expected && !has_log)
    refuse(path, fmt::format("a truncated store: {} of {} bytes", size, expected), "restore it from a copy");
}

}  // namespace etalon
