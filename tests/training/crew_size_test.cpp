#include "etalon/training/crew_size.h"

#include <functional>

#include <gtest/gtest.h>

namespace etalon {
namespace {

/// The members of each of so many steps, where `there` are at hand and a step takes seconds(members).
std::vector<std::uint32_t> members_of_steps(CrewSize& size, std::uint32_t there, int steps,
                                            const std::function<double(std::uint32_t)>& seconds) {
  std::vector<std::uint32_t> all;
  for (int step = 0; step < steps; ++step) {
    all.push_back(size.next(there));
    size.step(all.back(), seconds(all.back()));
  }
  return all;
}

using Members = std::vector<std::uint32_t>;

TEST(CrewSize, grows_as_long_as_steps_get_shorter) {
  CrewSize size;
  EXPECT_EQ(members_of_steps(size, 3, 14, [](std::uint32_t members) { return 1.0 / members; }),
            (Members{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3}));
  EXPECT_TRUE(size.may_grow());
}

TEST(CrewSize, leaves_out_who_makes_no_step_shorter) {
  CrewSize size;
  EXPECT_EQ(members_of_steps(size, 2, 12, [](std::uint32_t members) { return members == 1 ? 1.0 : 1.5; }),
            (Members{1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1}));
  EXPECT_FALSE(size.may_grow());
  EXPECT_EQ(size.next(5), 1u) << "for good";
}

TEST(CrewSize, stops_where_a_third_does_not_pay) {
  CrewSize size;
  const Members all =
      members_of_steps(size, 4, 20, [](std::uint32_t members) { return members == 2 ? 0.6 : 1.0; });
  EXPECT_EQ(all.back(), 2u);
  EXPECT_FALSE(size.may_grow());
}

TEST(CrewSize, knows_how_long_it_takes_alone_when_the_first_one_comes) {
  CrewSize size;
  members_of_steps(size, 1, 100, [](std::uint32_t) { return 1.0; });
  EXPECT_EQ(size.next(2), 2u);
}

TEST(CrewSize, judges_by_the_fastest_step) {
  CrewSize size;
  int step = 0;
  const Members all = members_of_steps(size, 2, 30, [&](std::uint32_t members) {
    return ++step % 3 == 0 ? 10.0 : 1.0 / members;  // other programs get in the way
  });
  EXPECT_EQ(all.back(), 2u);
}

TEST(CrewSize, takes_part_in_what_is_there) {
  CrewSize size;
  members_of_steps(size, 3, 20, [](std::uint32_t members) { return 1.0 / members; });
  EXPECT_EQ(size.next(1), 1u);
  EXPECT_EQ(size.next(3), 3u);
}

}  // namespace
}  // namespace etalon
