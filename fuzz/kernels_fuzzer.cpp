// libFuzzer target: every engine against one lane, one lane against nested loops, Winograd's algorithm
// against direct sums.
#include <cstdio>
#include <cstdlib>

#include "fuzz/kernel_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const etalon::fuzz::NetworkCase made = etalon::fuzz::decode_network({data, size});
  std::string where = etalon::fuzz::difference_between_sets(made);
  if (where.empty()) where = etalon::fuzz::difference_from_nested_loops(made);
  if (where.empty()) where = etalon::fuzz::difference_of_winograd(made);
  if (where.empty()) return 0;
  std::fprintf(stderr, "%s\n%s\n", to_text(made).c_str(), where.c_str());
  std::abort();
}
