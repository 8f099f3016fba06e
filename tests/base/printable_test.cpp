#include "etalon/base/printable.h"

#include <gtest/gtest.h>

namespace etalon {
namespace {

TEST(Printable, leaves_text_of_any_language_line_feeds_and_tabs) {
  for (const char* text : {"", "plain", "größer als 日本 \xf0\x9f\x99\x82", "two\nlines\tand a tab"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, shows_control_characters_and_marks_of_direction_as_bytes) {
  EXPECT_EQ(printable("\x1b[31mred\x7f\r"), "\\x1b[31mred\\x7f\\x0d");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // a control sequence in one character
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right to left from here on
  EXPECT_EQ(printable("\xef\xbb\xbf"), "\\xef\\xbb\\xbf");  // byte order mark
  EXPECT_EQ(printable("\xe2\x80\x8b"), "\\xe2\\x80\\x8b");  // a space of no width
}

TEST(Printable, shows_what_is_no_utf_8_as_bytes) {
  EXPECT_EQ(printable("bad\xff"), "bad\\xff");
  EXPECT_EQ(printable("\xc3"), "\\xc3");                             // cut off
  EXPECT_EQ(printable("\xc3y"), "\\xc3y");                           // the next letter stays
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // longer than needed
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // the same
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // half of a pair
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond the last one
}

}  // namespace
}  // namespace etalon
