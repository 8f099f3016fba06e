#include "etalon/app/values.h"

#include <gmock/gmock.h>

#include "etalon/base/error.h"
#include "tests/app/complaints.h"

namespace etalon {
namespace {

TEST(Values, seconds_of_checkpoints_and_leases) {
  EXPECT_EQ(number_value("0", "--checkpoint", ranges::checkpoint), 0);
  EXPECT_EQ(number_value("0.5", "--checkpoint", ranges::checkpoint), 0.5);
  EXPECT_EQ(number_value("86400", "--lease", ranges::lease), 86400);
  for (const char* text : {"-1", "86401", "nan", "inf", "soon", ""}) {
    EXPECT_THROW(number_value(text, "--checkpoint", ranges::checkpoint), RequestError) << text;
    EXPECT_THROW(number_value(text, "--lease", ranges::lease), RequestError) << text;
  }
  EXPECT_THROW(number_value("0.5", "--lease", ranges::lease), RequestError);
}

TEST(Values, sources_of_data_sets) {
  const auto sources = data_sources({"mnist=mnist:/a=b", "cifar10=cifar10:c"}, "--data");
  EXPECT_EQ(sources.at("mnist"), "mnist:/a=b");
  EXPECT_EQ(sources.size(), 2U);
  EXPECT_THROW(data_sources({"mnist"}, "--data"), RequestError);
  EXPECT_THROW(data_sources({"=x"}, "--data"), RequestError);
  EXPECT_THROW(data_sources({"x="}, "--data"), RequestError);
  EXPECT_THROW(data_sources({"x=1", "x=2"}, "--data"), RequestError);
}

using ::testing::ElementsAre;

TEST(WholeNumber, takes_its_whole_range) {
  EXPECT_EQ(whole_number("1", "--epochs", 1, 10), 1U);
  EXPECT_EQ(whole_number("10", "--epochs", 1, 10), 10U);
  EXPECT_EQ(whole_number("18446744073709551615", "--study-seed", 0, ~0ULL), ~0ULL);
}

TEST(WholeNumber, refuses_everything_else) {
  for (const char* text : {"", "0", "11", "-1", "2.5", "abc", "3 ", " 3", "1e3", "99999999999999999999"}) {
    const Complaint complaint = complaint_of([&] { whole_number(text, "--epochs", 1, 10); });
    EXPECT_EQ(complaint.place, "--epochs") << text;
    EXPECT_EQ(complaint.expected, "a whole number from 1 to 10") << text;
  }
}

TEST(EtaList, is_ascending_without_repeats) {
  EXPECT_THAT(eta_list("0.1,1e-3,0.1,10,.01", "--eta conv"), ElementsAre(0.001, 0.01, 0.1, 10));
}

TEST(EtaList, refuses_what_is_no_learning_rate) {
  for (const char* text : {"0", "-0.1", "nan", "inf", "10.5", "1,0", "0.1,-1", "1e-400"})
    EXPECT_EQ(complaint_of([&] { eta_list(text, "--eta conv"); }).place, "--eta conv") << text;
  EXPECT_EQ(complaint_of([] { eta_list("0.1,nan", "--eta conv"); }).received, "nan");
}

TEST(EtaList, says_what_a_decimal_comma_does) {
  EXPECT_EQ(complaint_of([] { eta_list("0,01", "--eta conv"); }).hint,
            "did you mean 0.01? Commas separate values");
  EXPECT_EQ(complaint_of([] { eta_list("0.1,0,01", "--eta conv"); }).hint,
            "did you mean 0.01? Commas separate values");
  EXPECT_EQ(complaint_of([] { eta_list("1,05", "--eta conv"); }).hint,
            "did you mean 1.05? Commas separate values");
  EXPECT_EQ(complaint_of([] { number_value("0,1", "--label-smoothing", ranges::below_one); }).hint,
            "did you mean 0.1? Decimals follow a point");
  EXPECT_EQ(complaint_of([] { number_value("1,5", "--lease", ranges::lease); }).hint,
            "did you mean 1.5? Decimals follow a point");
  EXPECT_THAT(complaint_of([] { byte_count("1,5G", "--memory"); }).hint, ::testing::HasSubstr("1.5G"));
  EXPECT_THAT(eta_list("1,2,10", "--eta conv"), ElementsAre(1, 2, 10));
}

TEST(WholeNumber, says_how_another_spelling_is_written) {
  const auto hint = [](const char* text) {
    return complaint_of([&] { whole_number(text, "--samples", 1, 100'000); }).hint;
  };
  EXPECT_EQ(hint("1.0"), "write 1");
  EXPECT_EQ(hint("6e4"), "write 60000");
  EXPECT_EQ(hint("12_800"), "write 12800");
  EXPECT_EQ(hint("12,800"), "write it without separators: 12800");
  EXPECT_EQ(hint("2.5"), "");
}

TEST(Values, a_tilde_is_no_folder) {
  for (const char* path : {"~", "~/x.db"}) {
    const Complaint complaint = complaint_of([&] { require_expanded(path, "--store"); });
    EXPECT_EQ(complaint.place, "--store") << path;
    EXPECT_THAT(complaint.hint, ::testing::HasSubstr("$HOME")) << path;
  }
  for (const char* path : {"x~", "./~/x", "~x"}) require_expanded(path, "--store");
}

TEST(EtaList, refuses_text_and_gaps) {
  for (const char* text : {"", "fast", "0.1,", ",0.1", "0.1,,1", "0.1 1", "0.1, 1", "0x1"})
    EXPECT_FALSE(complaint_of([&] { eta_list(text, "--eta conv"); }).received.empty()) << text;
}

TEST(ByteCount, reads_sizes_with_their_unit) {
  EXPECT_EQ(byte_count("4096", "--memory"), 4096U);
  EXPECT_EQ(byte_count("1K", "--memory"), 1024U);
  EXPECT_EQ(byte_count("800M", "--memory"), 800U << 20);
  EXPECT_EQ(byte_count("1.5G", "--memory"), 3ULL << 29);
  EXPECT_EQ(byte_count("2T", "--memory"), 2ULL << 40);
  for (const char* text : {"", "M", "0", "-1G", "0.1", "800m", "8 M", "800MB", "nan", "inf", "1e300", "much"})
    EXPECT_EQ(complaint_of([&] { byte_count(text, "--memory"); }).expected, "a size such as 800M or 2G")
        << text;
}

}  // namespace
}  // namespace etalon
