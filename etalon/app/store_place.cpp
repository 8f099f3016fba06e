#include "etalon/app/store_place.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "etalon/base/files.h"

namespace etalon {
namespace {

using Range = std::pair<std::size_t, std::size_t>;  ///< begin and length

/// Where passwords stand in a URL: between the user's colon and the @, and behind password=.
std::vector<Range> passwords(const std::string& store) {
  std::vector<Range> found;
  if (store_kind(store) != StoreKind::server) return found;
  const std::size_t begin = store.find("://") + 3;
  const std::size_t end = std::min(store.find_first_of("/?", begin), store.size());
  const std::size_t at = store.rfind('@', end);
  const std::size_t colon = store.find(':', begin);
  if (at != std::string::npos && at > begin && at < end && colon < at)
    found.emplace_back(colon + 1, at - colon - 1);
  const std::string key = "password=";
  for (std::size_t place = store.find(key, end); place != std::string::npos;
       place = store.find(key, place + 1)) {
    const std::size_t value = place + key.size();
    found.emplace_back(value, std::min(store.find('&', value), store.size()) - value);
  }
  return found;
}

}  // namespace

StoreKind store_kind(const std::string& store) {
  if (store == "memory:") return StoreKind::memory;
  const bool server = store.starts_with("postgresql://") || store.starts_with("postgres://");
  return server ? StoreKind::server : StoreKind::file;
}

bool holds_password(const std::string& store) { return !passwords(store).empty(); }

std::string shown_store(const std::string& store) {
  std::string shown = store;
  const std::vector<Range> found = passwords(store);
  for (auto range = found.rbegin(); range != found.rend(); ++range)
    shown.replace(range->first, range->second, "***");
  return shown;
}

void require_store_folder(const std::string& store, const std::string& place) {
  if (store_kind(store) != StoreKind::file) return;
  require_writable_folder(std::filesystem::absolute(store).parent_path(), place + " " + store);
}

}  // namespace etalon
