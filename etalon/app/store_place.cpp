#include "etalon/app/store_place.h"

#include <filesystem>

#include "etalon/base/files.h"
#include "etalon/storage/open_store.h"

namespace etalon {

void require_store_folder(const std::string& store, const std::string& place) {
  if (store_kind(store) != StoreKind::file) return;
  require_writable_folder(std::filesystem::absolute(store).parent_path(), place + " " + store);
}

}  // namespace etalon
