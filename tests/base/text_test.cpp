#include "etalon/base/text.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace etalon {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(text, shortest_is_what_a_person_would_write) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(3.0), "3");
  EXPECT_EQ(shortest(1e-5), "1e-05");
  EXPECT_EQ(shortest(-0.25), "-0.25");
  EXPECT_EQ(shortest(std::nan("")), "nan");
  EXPECT_EQ(shortest(infinity), "inf");
  EXPECT_EQ(shortest(-infinity), "-inf");
  EXPECT_EQ(shortest(-std::numeric_limits<double>::denorm_min()), "-5e-324");
  EXPECT_EQ(shortest(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
}

RC_GTEST_PROP(text, shortest_reads_back_to_the_same_value, (double value)) {
  RC_ASSERT(parse_number(shortest(value)) == value);
}

TEST(text, parse_number_takes_the_whole_text_or_nothing) {
  EXPECT_EQ(parse_number("0.01"), 0.01);
  EXPECT_EQ(parse_number("1e-4"), 1e-4);
  EXPECT_EQ(parse_number("-3"), -3.0);
  EXPECT_EQ(parse_number("inf"), infinity);
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
  for (const char* wrong :
       {"", " ", "0.1 ", " 0.1", "0,1", "1e", "0.1x", "+1", "1e400", "1e-400", "0x10", "--1"})
    EXPECT_EQ(parse_number(wrong), std::nullopt) << '"' << wrong << '"';
}

TEST(text, split_keeps_empty_parts_and_join_undoes_it) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(split_text("a,b", ','), (Parts{"a", "b"}));
  EXPECT_EQ(split_text("", ','), Parts{""});
  EXPECT_EQ(split_text(",a,,", ','), (Parts{"", "a", "", ""}));
  EXPECT_EQ(join(split_text(",a,,", ','), ","), ",a,,");
  EXPECT_EQ(join(Parts{}, ", "), "");
}

const std::vector<std::string> networks{"lenet5", "vgg-small", "mlp"};

TEST(text, nearest_finds_slips_of_the_finger) {
  EXPECT_EQ(nearest("lenet", networks), "lenet5");
  EXPECT_EQ(nearest("letne5", networks), "lenet5") << "two neighbours swapped are one slip";
  EXPECT_EQ(nearest("vgg_small", networks), "vgg-small");
  EXPECT_EQ(nearest("mpl", networks), "mlp");
}

TEST(text, nearest_is_nothing_where_all_are_far) {
  EXPECT_EQ(nearest("resnet50", networks), std::nullopt);
  EXPECT_EQ(nearest("xyz", networks), std::nullopt);
  EXPECT_EQ(nearest("", networks), std::nullopt);
  EXPECT_EQ(nearest("lenet5", {}), std::nullopt);
}

TEST(text, nearest_allows_a_third_of_a_long_name_and_takes_the_closest) {
  const std::vector<std::string> known{"validation", "variation"};
  EXPECT_EQ(nearest("valdatoin", known), "validation");
  EXPECT_EQ(nearest("variaton", known), "variation");
}

TEST(text, hint_names_the_nearest_or_all) {
  EXPECT_EQ(hint_for("lenet", networks), "did you mean 'lenet5'?");
  EXPECT_EQ(hint_for("resnet50", networks), "known: lenet5, vgg-small, mlp");
}

TEST(text, durations_read_as_people_say_them) {
  EXPECT_EQ(duration_text(0.42), "0.4 s");
  EXPECT_EQ(duration_text(9.97), "10 s") << "never 10.0 s";
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(59.6), "1 min 0 s");
  EXPECT_EQ(duration_text(75), "1 min 15 s");
  EXPECT_EQ(duration_text(7300), "2 h 1 min");
  EXPECT_EQ(duration_text(std::nan("")), "unknown");
  EXPECT_EQ(duration_text(infinity), "unknown");
}

TEST(text, sizes_take_the_largest_unit_that_leaves_one) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(812), "812 B");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(1.4 * 1024 * 1024), "1.4 MiB");
  EXPECT_EQ(size_text(1024 * 1024 - 1), "1.0 MiB") << "never 1024.0 KiB";
  EXPECT_EQ(size_text(3000.0 * 1024 * 1024 * 1024 * 1024), "3000.0 TiB");
}

TEST(text, nouns_follow_their_count) {
  EXPECT_EQ(counted(0, "trial"), "0 trials");
  EXPECT_EQ(counted(1, "trial"), "1 trial");
  EXPECT_EQ(counted(225, "trial"), "225 trials");
}

}  // namespace
}  // namespace etalon
