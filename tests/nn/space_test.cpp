// Space: nothing that lives at the same time shares a place, and what is gone leaves its own.
#include "etalon/nn/space.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace etalon {
namespace {

TEST(Space, gives_the_place_of_what_is_gone) {
  Space space;
  EXPECT_EQ(space.take(10), 0u);
  EXPECT_EQ(space.take(20, {0, 3}), 10u);
  EXPECT_EQ(space.take(20, {3, 4}), 30u);  // meets the one before in moment 3
  EXPECT_EQ(space.take(15, {4, 5}), 10u);
  EXPECT_EQ(space.take(5, {5, 5}), 25u);
  EXPECT_EQ(space.take(30, {5, 5}), 30u);
  EXPECT_EQ(space.size(), 60u);
  EXPECT_EQ(space.take(1), 60u);
}

RC_GTEST_PROP(Space, keeps_apart_what_lives_at_the_same_time, ()) {
  struct Piece {
    std::uint64_t first, size;
    Life life;
  };
  Space space;
  std::vector<Piece> pieces;
  const int count = *rc::gen::inRange(1, 20);
  for (int k = 0; k < count; ++k) {
    const auto size = *rc::gen::inRange<std::uint64_t>(0, 50);
    const auto first = *rc::gen::inRange(0u, 8u), last = first + *rc::gen::inRange(0u, 4u);
    const Life life = *rc::gen::arbitrary<bool>() ? Life{first, last} : Life{};
    const Piece piece{space.take(size, life), size, life};
    RC_ASSERT(piece.first + size <= space.size());
    for (const Piece& other : pieces)
      RC_ASSERT(!life.meets(other.life) || size == 0 || other.size == 0 ||
                piece.first >= other.first + other.size || other.first >= piece.first + size);
    pieces.push_back(piece);
  }
}

}  // namespace
}  // namespace etalon
