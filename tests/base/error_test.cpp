#include "etalon/base/error.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

const Complaint complaint{"--batch", "0", "a whole number from 1", "the default is 64"};

TEST(error, text_has_place_received_expected_and_the_hint_on_its_own_line) {
  EXPECT_EQ(to_text(complaint),
            "--batch: received 0, expected a whole number from 1\n  hint: the default is 64");
}

TEST(error, text_without_a_hint_is_one_line) {
  EXPECT_EQ(to_text({"a.toml:7", "x", "y", ""}), "a.toml:7: received x, expected y");
}

TEST(error, a_wrong_request_exits_with_2_and_a_failure_with_1) {
  EXPECT_EQ(RequestError(complaint).code(), ExitCode::wrong_request);
  EXPECT_EQ(static_cast<int>(RequestError(complaint).code()), 2);
  EXPECT_EQ(static_cast<int>(Failure(complaint).code()), 1);
}

TEST(error, keeps_its_complaint_and_says_it) {
  try {
    throw RequestError(complaint);
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), to_text(complaint));
    EXPECT_EQ(error.complaint().place, "--batch");
    EXPECT_EQ(error.complaint().hint, "the default is 64");
  }
}

}  // namespace
}  // namespace etalon
