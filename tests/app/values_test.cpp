#include "etalon/app/values.h"

#include <gmock/gmock.h>

#include "etalon/base/error.h"
#include "tests/app/complaints.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;

TEST(WholeNumber, TakesItsWholeRange) {
  EXPECT_EQ(whole_number("1", "--epochs", 1, 10), 1U);
  EXPECT_EQ(whole_number("10", "--epochs", 1, 10), 10U);
  EXPECT_EQ(whole_number("18446744073709551615", "--study-seed", 0, ~0ULL), ~0ULL);
}

TEST(WholeNumber, RefusesEverythingElse) {
  for (const char* text : {"", "0", "11", "-1", "2.5", "abc", "3 ", " 3", "1e3", "99999999999999999999"}) {
    const Complaint complaint = complaint_of([&] { whole_number(text, "--epochs", 1, 10); });
    EXPECT_EQ(complaint.place, "--epochs") << text;
    EXPECT_EQ(complaint.expected, "a whole number from 1 to 10") << text;
  }
}

TEST(EtaList, IsAscendingWithoutRepeats) {
  EXPECT_THAT(eta_list("0.1,1e-3,0.1,10,.01", "--eta conv"), ElementsAre(0.001, 0.01, 0.1, 10));
}

TEST(EtaList, RefusesWhatIsNoLearningRate) {
  for (const char* text : {"0", "-0.1", "nan", "inf", "10.5", "1,0", "0.1,-1", "1e-400"})
    EXPECT_EQ(complaint_of([&] { eta_list(text, "--eta conv"); }).place, "--eta conv") << text;
  EXPECT_EQ(complaint_of([] { eta_list("0.1,nan", "--eta conv"); }).received, "nan");
}

TEST(EtaList, RefusesTextAndGaps) {
  for (const char* text : {"", "fast", "0.1,", ",0.1", "0.1,,1", "0.1 1", "0.1, 1", "0x1"})
    EXPECT_FALSE(complaint_of([&] { eta_list(text, "--eta conv"); }).received.empty()) << text;
}

TEST(LaneCount, KnowsTheWidths) {
  EXPECT_EQ(lane_count("auto", "--lanes"), 0U);
  EXPECT_EQ(lane_count("16", "--lanes"), 16U);
  for (const char* text : {"0", "2", "32", "", "Auto", "-1"})
    EXPECT_EQ(complaint_of([&] { lane_count(text, "--lanes"); }).expected, "auto, 1, 4, 8 or 16") << text;
}

}  // namespace
}  // namespace etalon
