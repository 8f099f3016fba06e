#include "etalon/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace etalon {

void fail_check(const char* what, const std::string& received, const char* expected, const char* file,
                int line) {
  const std::string path = file;  // as the compiler was given it
  const std::size_t room = path.rfind("/etalon/");
  fmt::print(stderr, "etalon: {}:{}: received {} {}, expected {}; this is a mistake in the program\n",
             room == std::string::npos ? path : path.substr(room + 1), line, what, received, expected);
  std::fflush(stderr);
  std::abort();
}

void fail_check(const char* what, std::uint64_t received, const char* expected, const char* file, int line) {
  fail_check(what, std::to_string(received), expected, file, line);
}

}  // namespace etalon
