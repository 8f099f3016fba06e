/// Files that are no store are refused and stay as they are, with nothing left beside them.
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/storage/open_store.h"
#include "etalon/storage/sqlite/schema.h"
#include "tests/storage/fixtures.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Refusal : public testing::Test {
 protected:
  std::string path() const { return folder.file("etalon.db"); }

  void make_store() const {
    const auto store = open_store(path(), StoreAccess::create);
    store->save_study(some_study());
    Hand hand(*store, "some study");
    hand.finish(some_trial(0, 3000), {});
    store->dismiss(hand.worker());
  }

  void change(const std::string& statement) const {
    SQLite::Database(path(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(statement);
  }

  void expect_refused(const std::string& reason) const {
    const auto before = folder.contents();
    for (const StoreAccess access : {StoreAccess::read, StoreAccess::create}) {
      try {
        open_store(path(), access);
        ADD_FAILURE() << "was not refused";
      } catch (const RequestError& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("etalon.db"), HasSubstr(reason)));
      }
      EXPECT_EQ(folder.contents(), before);
    }
  }

  TemporaryFolder folder;
};

TEST_F(Refusal, text) {
  write_atomically(path(), std::string_view("These are notes, longer than the header of a store. They fill "
                                            "more than a hundred bytes, so that none is missing."));
  expect_refused("a file of another kind");
}

TEST_F(Refusal, a_few_bytes) {
  write_atomically(path(), std::string_view("SQLite format 3"));
  expect_refused("a file of another kind");
}

TEST_F(Refusal, an_empty_file) {
  write_atomically(path(), std::string_view(""));
  expect_refused("an empty file");
}

TEST_F(Refusal, a_folder) {
  fs::create_directory(path());
  expect_refused("a folder");
}

TEST_F(Refusal, a_pipe) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  expect_refused("something that is no file");
}

TEST_F(Refusal, another_programs_database) {
  change("CREATE TABLE study (id INTEGER PRIMARY KEY)");
  expect_refused("a SQLite database of another program");
  change("PRAGMA journal_mode = WAL");
  expect_refused("a SQLite database of another program");
}

TEST_F(Refusal, another_programs_database_with_a_log) {
  const TemporaryFolder elsewhere;
  SQLite::Database other(elsewhere.file("a"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  other.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
  for (const char* end : {"", "-wal"}) fs::copy_file(elsewhere.file("a") + end, path() + end);
  expect_refused("a SQLite database of another program");
}

TEST_F(Refusal, a_newer_version) {
  make_store();
  change("PRAGMA user_version = " + std::to_string(newest_schema_version() + 1));
  expect_refused("a store of version " + std::to_string(newest_schema_version() + 1) +
                 ", from a newer Etalon");
}

TEST_F(Refusal, a_newer_version_that_only_the_log_knows) {
  const TemporaryFolder elsewhere;
  const std::string original = elsewhere.file("a");
  open_store(original, StoreAccess::create);
  SQLite::Database newer(original, SQLite::OPEN_READWRITE);
  newer.exec("PRAGMA user_version = 77");
  for (const char* end : {"", "-wal"}) fs::copy_file(original + end, path() + end);
  const std::string file = read_text(path()), log = read_text(path() + "-wal");
  EXPECT_THROW(open_store(path(), StoreAccess::create), RequestError);
  EXPECT_EQ(read_text(path()), file);
  EXPECT_EQ(read_text(path() + "-wal"), log);
}

TEST_F(Refusal, a_store_of_version_0) {
  make_store();
  change("PRAGMA user_version = 0");
  expect_refused("version 0");
}

TEST_F(Refusal, a_truncated_store) {
  make_store();
  for (const std::uintmax_t size :
       {fs::file_size(path()) - 1, fs::file_size(path()) / 2, std::uintmax_t{100}}) {
    fs::resize_file(path(), size);
    expect_refused("a truncated store");
  }
  fs::resize_file(path(), 99);
  expect_refused("a file of another kind");
}

TEST_F(Refusal, a_store_without_one_of_its_tables) {
  make_store();
  change("DROP TABLE trial_weights");
  expect_refused("tables are missing");
}

TEST_F(Refusal, a_store_whose_list_of_tables_is_damaged) {
  make_store();
  Bytes bytes = read_bytes(path());
  std::fill(bytes.begin() + 100, bytes.begin() + 4000, std::uint8_t{0xA5});
  write_atomically(path(), bytes);
  expect_refused("damaged");
}

TEST_F(Refusal, no_file_to_read) {
  EXPECT_THROW(open_store(path(), StoreAccess::read), RequestError);
  EXPECT_TRUE(folder.contents().empty());
}

TEST_F(Refusal, a_folder_that_is_not_there) {
  const std::string deeper = folder.file("no/etalon.db");
  try {
    open_store(deeper, StoreAccess::create);
    FAIL() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not exist"));
  }
  EXPECT_TRUE(folder.contents().empty());
}

TEST_F(Refusal, the_log_of_a_store_that_is_gone) {
  make_store();
  fs::rename(path(), path() + "-wal");
  const auto before = folder.contents();
  EXPECT_THROW(open_store(path(), StoreAccess::create), RequestError);
  EXPECT_EQ(folder.contents(), before);
}

/// Runs as a user to whom permissions apply.
int as_nobody(const std::function<int()>& act) {
  return run_in_child([&] {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 98;
    return act();
  });
}

TEST_F(Refusal, a_place_that_cannot_be_written_to) {
  make_store();
  const auto before = folder.contents();
  fs::permissions(folder.path(), fs::perms(0555));
  EXPECT_EQ(as_nobody([&] {
              int refused = 0;
              for (const std::string& name : {path(), folder.file("new.db")}) try {
                  open_store(name, StoreAccess::create);
                } catch (const RequestError&) {
                  ++refused;
                }
              return refused;
            }),
            2);
  EXPECT_EQ(folder.contents(), before);
}

TEST_F(Refusal, but_a_store_in_a_read_only_folder_can_be_read) {
  make_store();
  const auto before = folder.contents();
  fs::permissions(path(), fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0555));
  EXPECT_EQ(as_nobody([&] {
              const auto store = open_store(path(), StoreAccess::read);
              return static_cast<int>(store->load_study("some study").value().trials.size());
            }),
            1);
  EXPECT_EQ(folder.contents(), before);
}

TEST_F(Refusal, but_an_older_store_in_a_read_only_folder_can_be_read_too) {
  fs::copy_file(fs::path(ETALON_SOURCE_DIR) / "tests/storage/golden/schema-1.db", path());
  const auto before = folder.contents();
  fs::permissions(path(), fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0555));
  EXPECT_EQ(as_nobody([&] {
              const auto store = open_store(path(), StoreAccess::read);
              return static_cast<int>(store->load_study("golden").value().trials.size());
            }),
            3);
  EXPECT_EQ(folder.contents(), before);
}

TEST_F(Refusal, changes_to_a_store_that_was_opened_to_be_read) {
  make_store();
  const auto before = folder.contents();
  const auto store = open_store(path(), StoreAccess::read);
  EXPECT_THROW(store->save_study(some_study("other")), Failure);
  EXPECT_THROW(store->enlist("some study", some_worker(1)), Failure);
  EXPECT_THROW(store->plan_trials("some study", std::vector{planned(some_trial(1))}), Failure);
  EXPECT_THROW(store->delete_study("some study"), Failure);
  EXPECT_EQ(store->list_studies().size(), 1u);
}

}  // namespace
}  // namespace etalon
