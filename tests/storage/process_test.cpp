#include "etalon/storage/process.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

TEST(Process, is_alive_dead_or_unknown) {
  const ProcessIdentity here = this_process();
  EXPECT_EQ(liveness_of(here), Liveness::alive);
  ProcessIdentity other = here;
  other.boot = "another";
  EXPECT_EQ(liveness_of(other), Liveness::unknown);
  other = here;
  other.pid_namespace = "pid:[1]";
  EXPECT_EQ(liveness_of(other), Liveness::unknown);
  other = here;
  other.pid = 999999999;
  EXPECT_EQ(liveness_of(other), Liveness::dead);
  other = here;
  other.start_ticks += 1;
  EXPECT_EQ(liveness_of(other), Liveness::dead);
}

}  // namespace
}  // namespace etalon
