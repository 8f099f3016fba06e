#include "tests/report/golden.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "etalon/base/files.h"
#include "etalon/base/text.h"

namespace etalon::testing {

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(ETALON_SOURCE_DIR) / "tests/report/golden" / name;
  const char* approve = std::getenv("ETALON_APPROVE");
  if (approve && std::string(approve) == "1") return write_atomically(path, text);
  ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing: approve it with tools/approve.sh";
  const std::string approved = read_text(path);
  if (text == approved) return;
  const auto now = split_text(text, '\n'), then = split_text(approved, '\n');
  for (std::size_t line = 0; line < std::min(now.size(), then.size()); ++line)
    ASSERT_EQ(now[line], then[line]) << name << ":" << line + 1 << " (approve with tools/approve.sh)";
  FAIL() << name << " has " << now.size() << " lines, approved are " << then.size();
}

}  // namespace etalon::testing
