#include "etalon/study/verdict.h"

#include <set>

#include <gtest/gtest.h>

namespace etalon {
namespace {

template <class Word>
std::set<std::string> texts_of(std::initializer_list<Word> words) {
  std::set<std::string> texts;
  for (const Word word : words) texts.insert(to_text(word));
  return texts;
}

TEST(verdict, words_are_those_of_the_design) {
  using Texts = std::set<std::string>;
  EXPECT_EQ(texts_of({TrialStatus::learning, TrialStatus::stalled, TrialStatus::diverged}),
            (Texts{"learning", "stalled", "diverged"}));
  EXPECT_EQ(texts_of({SpeedWord::super_fast, SpeedWord::fast, SpeedWord::slow, SpeedWord::very_slow,
                      SpeedWord::not_moving}),
            (Texts{"super fast", "fast", "slow", "very slow", "not moving"}));
  EXPECT_EQ(texts_of({StabilityWord::too_short, StabilityWord::perfectly_stable, StabilityWord::quite_stable,
                      StabilityWord::unstable, StabilityWord::really_unstable, StabilityWord::diverging}),
            (Texts{"too short to tell", "perfectly stable", "quite stable", "unstable", "really unstable",
                   "diverging"}));
}

TEST(verdict, single_words_have_their_own_text) {
  EXPECT_EQ(to_text(TrialStatus::stalled), "stalled");
  EXPECT_EQ(to_text(SpeedWord::very_slow), "very slow");
  EXPECT_EQ(to_text(StabilityWord::really_unstable), "really unstable");
}

}  // namespace
}  // namespace etalon
