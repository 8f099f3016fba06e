#include "etalon/study/study_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal_of(const std::string& name) {
  try {
    require_study_name(name, "--study");
  } catch (const RequestError& error) {
    return error.what();
  }
  return "";
}

TEST(StudyName, may_be_any_printable_text) {
  for (const std::string name :
       {"a", "mnist first", "shapes+digits-lenet5-3f9a2c", "größe/日本", "it's", ".."})
    EXPECT_EQ(refusal_of(name), "") << name;
  EXPECT_EQ(refusal_of(std::string(longest_study_name, 'x')), "");
}

TEST(StudyName, that_nobody_could_type_or_print_is_refused) {
  for (const std::string name :
       {"", "bad\xff", "esc\x1b[31mred", "two\nlines", "a\tb", "-x", " a", "a ", "\xe2\x80\xae"})
    EXPECT_THAT(refusal_of(name), StartsWith("--study: received ")) << name;
  EXPECT_THAT(refusal_of("two\nlines"), HasSubstr("'two\\x0alines'"));
  const std::string message = refusal_of(std::string(5000, 'x'));
  EXPECT_THAT(message, HasSubstr("a name of 5000 bytes"));
  EXPECT_LT(message.size(), 500U);
}

TEST(StudyName, of_an_older_store_is_shown_without_its_odd_bytes) {
  EXPECT_EQ(shown_name("plain"), "plain");
  EXPECT_EQ(shown_name("a\x1b\n\xff"), "a\\x1b\\x0a\\xff");
  EXPECT_EQ(short_name("a\nb"), "a\\x0ab");
  EXPECT_EQ(short_name(std::string(5000, 'x')), std::string(30, 'x') + "..." + std::string(30, 'x'));
}

}  // namespace
}  // namespace etalon
