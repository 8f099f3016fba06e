#include "etalon/report/markup.h"

#include <gtest/gtest.h>

#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

TEST(Markup, markdown_is_taken_literally) {
  EXPECT_EQ(escaped_markdown("a_b*c|<d>[e]\n"), "a\\_b\\*c\\|\\<d\\>\\[e\\] ");
  EXPECT_EQ(inline_code("a`b"), "`` a`b ``");
  EXPECT_EQ(inline_code_in_table("a|b"), "`a\\|b`");
  EXPECT_EQ(code_block("sh", "echo ```"), "````sh\necho ```\n````\n");
}

TEST(Markup, fields_are_quoted_where_needed) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
  EXPECT_EQ(quoted_literal("a\"\\\n"), "\"a\\\"\\\\\\u000a\"");
  EXPECT_EQ(escaped_xml("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
}

TEST(Markup, slugs_are_safe_in_paths_and_links) {
  EXPECT_EQ(slug("../a b(c)"), "-a-b-c-");
  EXPECT_EQ(slug(""), "set");
}

TEST(Words, what_was_not_measured_is_never_zero) {
  EXPECT_EQ(spread_text({}), not_measured);
  EXPECT_EQ(percent_spread_text({}), not_measured);
  EXPECT_EQ(target_text(std::nullopt), not_measured);
  EXPECT_EQ(number_text(std::optional<double>()), not_measured);
  EXPECT_EQ(target_text(EpochsToTarget{2, false}), ">2");
}

TEST(Words, numbers) {
  EXPECT_EQ(percent_text(0.98765), "98.77 %");
  EXPECT_EQ(percent_text(1.0), "100.00 %");
  EXPECT_EQ(grouped_digits(1234567), "1,234,567");
  EXPECT_EQ(grouped_digits(123), "123");
}

}  // namespace
}  // namespace etalon::report
