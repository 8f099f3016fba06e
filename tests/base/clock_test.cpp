#include "etalon/base/clock.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

TEST(clock, writes_utc_to_the_second) {
  EXPECT_EQ(utc_text(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(utc_text(1'795'424'353'999), "2026-11-23 08:59:13 UTC");
  EXPECT_EQ(utc_text(951'782'400'000), "2000-02-29 00:00:00 UTC");
}

TEST(clock, steady_time_never_goes_back) {
  double last = system_clock().steady_seconds();
  for (int i = 0; i < 1000; ++i) {
    const double now = system_clock().steady_seconds();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(clock, the_system_clock_counts_milliseconds_since_1970) {
  constexpr std::int64_t year_2020 = 1'577'836'800'000, year_2200 = 7'258'118'400'000;
  EXPECT_GT(system_clock().unix_millis(), year_2020);
  EXPECT_LT(system_clock().unix_millis(), year_2200);
}

}  // namespace
}  // namespace etalon
