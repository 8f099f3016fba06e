#include <gtest/gtest.h>

#include "etalon/judging/words.h"
#include "made_up.h"

namespace etalon {
namespace {

using made_up::draw;
using made_up::falling;
using made_up::guessing;

Look seen(const std::function<double(double)>& loss) {
  const NormalizedCurve curve = normalize(draw(loss), 0);
  return look_at(curve, status_of(curve, guessing), guessing * 0.127, guessing);
}

const Look good = seen(falling(30)), slower = seen(falling(10)), lost = seen(made_up::blows_up(0.3)),
           stuck = seen([](double) { return 1.0; });

CellWords of(const std::vector<Look>& looks) { return words_over_seeds(looks); }

TEST(WordsOverSeeds, agree_with_the_one_seed) {
  EXPECT_EQ(of({good}).sentence, "The loss goes down super fast and is perfectly stable.");
  EXPECT_EQ(of({lost}).sentence, "The loss blows up within the first epoch.");
}

TEST(WordsOverSeeds, the_middle_seed_speaks_for_all) {
  EXPECT_EQ(of({good, slower, slower}).speed, SpeedWord::fast);
  EXPECT_EQ(of({good, good, slower}).speed, SpeedWord::super_fast);
}

TEST(WordsOverSeeds, diverged_seeds_are_counted_aloud) {
  const CellWords words = of({good, lost, good});
  EXPECT_EQ(words.sentence, "The loss goes down super fast, but one of 3 seeds diverged.");
  EXPECT_EQ(words.stability, StabilityWord::really_unstable);
  EXPECT_EQ(of({lost, lost, good}).stability, StabilityWord::diverging);
  EXPECT_EQ(of({lost, lost, lost}).sentence,
            "The loss blows up within the first epoch. All 3 seeds diverged.");
}

TEST(WordsOverSeeds, seeds_that_do_not_learn_are_counted_aloud) {
  EXPECT_EQ(of({good, stuck, good}).sentence,
            "The loss goes down super fast and is perfectly stable; one of 3 seeds did not learn.");
  EXPECT_EQ(of({stuck, stuck, stuck}).sentence, "The loss does not move.");
  EXPECT_EQ(of({stuck, stuck, lost}).sentence, "The loss does not move; one of 3 seeds diverged.");
}

}  // namespace
}  // namespace etalon
