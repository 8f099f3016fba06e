/// The reference program as a newcomer runs it.
#include <algorithm>
#include <cstdio>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

/// Standard output of the program; a failed test if it does not end well.
std::string output_of_program() {
  std::FILE* pipe = popen(TINY_ETALON, "r");
  if (pipe == nullptr) return {};
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  return output;
}

TEST(Program, prints_every_pair_of_etas_and_a_choice) {
  const std::string output = output_of_program();
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1 + 16 + 1) << output;
  EXPECT_THAT(output, testing::HasSubstr("learning learning"));
  EXPECT_THAT(output, testing::HasSubstr("stalled stalled"));
  EXPECT_THAT(output, testing::HasSubstr("recommended: conv = 0.1, full = 0.1, validation accuracy 0."));
}

}  // namespace
