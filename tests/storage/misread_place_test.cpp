/// Places that a library would read as something else: what is a file stays a file, the rest is refused.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/storage/open_store.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string refusal_of(const std::string& where, StoreAccess access = StoreAccess::create) {
  try {
    open_store(where, access);
  } catch (const RequestError& error) {
    return error.what();
  }
  return "";
}

/// The folder at hand, while it lives, is an empty one.
class MisreadPlace : public testing::Test {
 protected:
  MisreadPlace() { fs::current_path(folder_.path()); }
  ~MisreadPlace() override { fs::current_path(before_); }

  const TemporaryFolder folder_;
  const fs::path before_ = fs::current_path();
};

TEST_F(MisreadPlace, of_other_databases_and_spellings_is_refused_with_the_one_that_works) {
  EXPECT_THAT(refusal_of("sqlite:///my.db"), HasSubstr("name the file itself: my.db"));
  EXPECT_THAT(refusal_of("sqlite:////tmp/my.db"), HasSubstr("name the file itself: /tmp/my.db"));
  EXPECT_THAT(refusal_of("SQLite:///my.db?timeout=3"), HasSubstr("name the file itself: my.db"));
  EXPECT_THAT(refusal_of("sqlite://"), HasSubstr("memory:"));
  EXPECT_THAT(refusal_of("file:my.db?mode=memory"), HasSubstr("name the file itself: my.db"));
  EXPECT_THAT(refusal_of("file:///tmp/my.db"), HasSubstr("name the file itself: /tmp/my.db"));
  EXPECT_THAT(refusal_of("file::memory:"), HasSubstr("memory:"));
  for (const char* where :
       {"postgresql:/host/etalon", "postgres:etalon", "PostgreSQL://host/etalon",
        "postgresql+psycopg2://host/etalon", "host=localhost dbname=etalon", "dbname=etalon"})
    EXPECT_THAT(refusal_of(where), HasSubstr("postgresql://USER@HOST:PORT/DATABASE")) << where;
  EXPECT_THAT(refusal_of("mysql://u:secret@host/db"),
              AllOf(HasSubstr("'mysql://'"), testing::Not(HasSubstr("secret"))));
  for (const char* where : {"redis://host", "https://host/my.db", "memory:mine", ""})
    EXPECT_NE(refusal_of(where), "") << where;
  EXPECT_TRUE(folder_.contents().empty());
}

TEST_F(MisreadPlace, in_memory_has_two_spellings_and_nothing_to_read) {
  for (const char* where : {"memory:", ":memory:"}) {
    EXPECT_EQ(store_kind(where), StoreKind::memory);
    const auto store = open_store(where, StoreAccess::create);
    store->save_study(some_study());
    EXPECT_EQ(store->list_studies().size(), 1U);
    EXPECT_EQ(store->size_bytes(), 0U);
    EXPECT_THAT(refusal_of(where, StoreAccess::read), HasSubstr("empty at the start of every command"));
  }
  EXPECT_TRUE(folder_.contents().empty());
}

TEST_F(MisreadPlace, is_a_file_where_it_is_written_as_one) {
  for (const std::string where : {"./:memory:", "./file:my.db?mode=memory", ":odd", "100%41.db", "a?b#c"}) {
    open_store(where, StoreAccess::create)->save_study(some_study());
    EXPECT_TRUE(fs::is_regular_file(fs::absolute(where))) << where;
    EXPECT_EQ(open_store(where, StoreAccess::read)->list_studies().size(), 1U) << where;
  }
}

}  // namespace
}  // namespace etalon
