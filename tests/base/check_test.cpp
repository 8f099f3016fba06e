// Checks: what they say, and that they end the program.
#include "etalon/base/check.h"

#include <gtest/gtest.h>

#include "etalon/base/exact_math.h"
#include "etalon/base/random.h"

namespace etalon {
namespace {

TEST(CheckDeathTest, says_place_value_and_expectation) {
  check(2 + 2 == 4, "a sum", 4, "4");
  EXPECT_DEATH(check(false, "seeds", 0, "at least 1"),
               "etalon: .*check_test.cpp:[0-9]+: received seeds 0, expected at least 1; this is a mistake");
  EXPECT_DEATH(fail_check("group", std::uint64_t{7}, "one of the block", "/home/me/etalon/nn/kernel.h", 3),
               "etalon: etalon/nn/kernel.h:3: received group 7, expected one of the block");
}

TEST(CheckDeathTest, looks_closely_in_chosen_builds_alone) {
  if (checks_closely)
    EXPECT_DEATH(check_closely(false, "place", 9, "one within"), "received place 9");
  else
    check_closely(false, "place", 9, "one within");
}

TEST(CheckDeathTest, holds_callers_to_what_they_must_ensure) {
  RandomSequence sequence({0, 0, Purpose::validation_split});
  EXPECT_DEATH(sequence.below(0), "received bound 0, expected more than 0");
  EXPECT_DEATH(exact_sin(1e6), "received x 1000000, expected within 1e5 of 0");
  EXPECT_DEATH(exact_pow(0, 2), "received base 0, expected more than 0");
}

}  // namespace
}  // namespace etalon
