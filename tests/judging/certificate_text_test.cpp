#include "etalon/judging/certificate_text.h"

#include <gmock/gmock.h>

#include "etalon/study/definition.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;

Recommendation recommendation() {
  Recommendation result;
  result.setting = Setting{{0.1, 0.01}};
  result.tuning_accuracy.count = 8;
  result.certificate = Certificate{.p_best = 0.86,
                                   .expected_accuracy = 0.93,
                                   .expected_loss = 0.0008,
                                   .p_within_point = 0.98,
                                   .p_failure = 0.004,
                                   .low_run = 0.906,
                                   .one_eta = Cost{{{0.1, 0.1}}, 0.023, 0.011, 0.039},
                                   .current = std::nullopt,
                                   .more_time = {{24, 723, 0.0005}, {96, 2892, 0.0007}},
                                   .p_best_of = {0.1, 0.86}};
  result.equivalent = {{{0.1, 0.001}}, {{0.1, 0.01}}};
  return result;
}

std::string one_eta(double expected, double low, double high) {
  Recommendation result = recommendation();
  result.certificate->one_eta = Cost{{{0.1, 0.1}}, expected, low, high};
  return one_eta_text(result, axes_of(default_groups()));
}

TEST(CertificateText, says_how_sure_a_choice_is) {
  EXPECT_THAT(certainty_texts(recommendation()),
              ElementsAre("about 0.85 to be the best", "expected to lose 0.08 points against the best",
                          "within 1 point of the best: over 0.95", "a run fails: under 1 %",
                          "one run in ten ends below 90.6 %"));
}

TEST(CertificateText, answers_whether_one_eta_is_enough) {
  EXPECT_EQ(one_eta(0.023, 0.011, 0.039),
            "one eta for all groups is not enough: 0.1 costs 2.3 points (95 %: 1.1 to 3.9)");
  EXPECT_EQ(
      one_eta(0.003, -0.004, 0.011),
      "one eta for all groups may be enough: 0.1 costs 0.3 points (95 %: -0.4 to 1.1), which may be nothing");
  EXPECT_EQ(one_eta(-0.01, -0.02, -0.005),
            "one eta for all groups is enough: 0.1 gains 1.0 points (95 %: 0.5 to 2.0)");
  EXPECT_EQ(
      one_eta(-0.003, -0.011, 0.004),
      "one eta for all groups may be enough: 0.1 gains 0.3 points (95 %: -0.4 to 1.1), which may be nothing");
  EXPECT_EQ(
      one_eta(-0.0001, -0.01, 0.01),
      "one eta for all groups may be enough: 0.1 costs 0.0 points (95 %: -1.0 to 1.0), which may be nothing");
  Recommendation same = recommendation();
  same.setting = Setting{{0.1, 0.1}};
  EXPECT_EQ(one_eta_text(same, axes_of(default_groups())),
            "one eta for all groups is enough: 0.1 is the choice");
  same.certificate->one_eta.reset();
  EXPECT_EQ(one_eta_text(same, axes_of(default_groups())), "");
}

TEST(CertificateText, says_what_the_current_setting_costs) {
  Recommendation result = recommendation();
  EXPECT_EQ(current_text(result, axes_of(default_groups())), "");
  result.certificate->current = Cost{{{0.01, 0.01}}, 0.05, 0.03, 0.07};
  EXPECT_EQ(current_text(result, axes_of(default_groups())),
            "the current setting, conv=0.01 full=0.01, costs 5.0 points (95 %: 3.0 to 7.0)");
  result.certificate->current = Cost{*result.setting, 0, 0, 0};
  EXPECT_EQ(current_text(result, axes_of(default_groups())),
            "the current setting, conv=0.1 full=0.01, is the choice");
}

TEST(CertificateText, says_what_more_time_buys) {
  EXPECT_EQ(more_time_text(recommendation()),
            "12 min 3 s more would gain 0.05 points on average; 48 min 12 s more, 0.07 points");
  Recommendation untimed = recommendation();
  untimed.certificate->more_time = {{24, 0.03, 0.0005}};
  EXPECT_EQ(more_time_text(untimed), "less than 0.1 s more would gain 0.05 points on average");
  untimed.certificate->more_time = {{24, 0, 0}};
  EXPECT_EQ(more_time_text(untimed), "24 trials more would gain less than 0.01 points on average");
}

TEST(CertificateText, names_the_likeliest_first) {
  const std::vector<LikelyBest> settings = likely_best(recommendation());
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[0].setting, (Setting{{0.1, 0.01}}));
  EXPECT_EQ(settings[1].probability, 0.1);
}

TEST(CertificateText, rounds_shares_to_whole_percent) {
  EXPECT_EQ(share_text(0.004), "under 1 %");
  EXPECT_EQ(share_text(0.073), "7 %");
  EXPECT_EQ(share_text(0.995), "over 99 %");
}

}  // namespace
}  // namespace etalon
