// libFuzzer target: readers of files. What is no RequestError ends the run.
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "fuzz/reader_checks.h"

namespace {

/// In memory where the system has a place for that.
class Folder {
 public:
  Folder() {
    const bool shared = std::filesystem::is_directory("/dev/shm");
    std::string pattern = std::string(shared ? "/dev/shm" : "/tmp") + "/etalon_fuzz_XXXXXX";
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  etalon::fuzz::read_bytes_as_files({data, size}, folder.path);
  return 0;
}
