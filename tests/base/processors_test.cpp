#include "etalon/base/processors.h"

#include <fstream>
#include <future>

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

namespace etalon {
namespace {

namespace fs = std::filesystem;

class Processors : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(root_); }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }

  const fs::path root_ = fs::temp_directory_path() / ("etalon-processors-" + std::to_string(::getpid()));
};

TEST_F(Processors, are_those_of_the_affinity_mask) {
  EXPECT_GE(processor_count(), 1u);
  const std::uint32_t bound = std::async(std::launch::async,
                                         [] {  // a thread has a mask of its own
                                           cpu_set_t mask, one;
                                           CPU_ZERO(&one);
                                           ::sched_getaffinity(0, sizeof mask, &mask);
                                           for (int i = 0; i < CPU_SETSIZE; ++i)
                                             if (CPU_ISSET(i, &mask) && CPU_COUNT(&one) == 0)
                                               CPU_SET(i, &one);
                                           EXPECT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
                                           return processor_count();
                                         })
                                  .get();
  EXPECT_EQ(bound, 1u);
}

TEST_F(Processors, are_no_more_than_the_least_quota_on_the_way_to_the_group) {
  write("cpu.max", "max 100000\n");
  write("jobs/cpu.max", "150000 100000\n");
  write("jobs/mine/cpu.max", "400000 100000\n");
  EXPECT_EQ(processor_quota("0::/jobs/mine\n", root_), 1.5);
  EXPECT_EQ(processor_quota("0::/\n", root_), std::nullopt);
  EXPECT_EQ(processor_quota("0::/elsewhere\n", root_), std::nullopt);
}

TEST_F(Processors, heed_the_first_version_of_control_groups) {
  write("cpu,cpuacct/jobs/cpu.cfs_quota_us", "200000\n");
  write("cpu,cpuacct/jobs/cpu.cfs_period_us", "100000\n");
  write("cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  write("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processor_quota("5:memory:/jobs\n4:cpu,cpuacct:/jobs\n", root_), 2.0);
  EXPECT_EQ(processor_quota("4:cpu,cpuacct:/\n", root_), std::nullopt);
}

TEST_F(Processors, have_no_quota_where_nothing_can_be_read) {
  EXPECT_EQ(processor_quota("", root_), std::nullopt);
  EXPECT_EQ(processor_quota("nonsense\n:\n", root_), std::nullopt);
  write("jobs/cpu.max", "many 0\n");
  EXPECT_EQ(processor_quota("0::/jobs", root_), std::nullopt);
}

}  // namespace
}  // namespace etalon
