#include "etalon/report/report_folder.h"

#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"

namespace etalon::report {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test.
class ReportFolder : public ::testing::Test {
 protected:
  ReportFolder()
      : folder_(fs::path(::testing::TempDir()) /
                ("etalon-folder-" +
                 std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(folder_);
  }
  ~ReportFolder() override { fs::remove_all(folder_); }

  void publish(const std::map<std::string, std::string>& files) const {
    ReportDraft draft(folder_);
    for (const auto& [name, text] : files) draft.add(name, text);
    draft.publish("report DIR");
  }

  /// Of everything, hidden files and unfinished ones too; folders with a slash at their end.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> files;
    if (!fs::exists(folder_)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      const std::string name = fs::relative(entry.path(), folder_).string();
      if (entry.is_directory())
        files[name + "/"];
      else
        files[name] = read_text(entry.path());
    }
    return files;
  }

  fs::path folder_;
};

TEST_F(ReportFolder, lists_what_it_wrote_as_sha256sum_does) {
  publish({{"report.md", "abc"}});
  EXPECT_THAT(
      read_text(folder_ / manifest_name),
      ::testing::EndsWith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  report.md\n"));
}

TEST_F(ReportFolder, replaces_adds_and_removes_at_once) {
  publish({{"report.md", "old"}, {"assets/map-a.svg", "old"}});
  publish({{"report.md", "new"}, {"assets/map-b.svg", "new"}});
  auto files = contents();
  files.erase(manifest_name);
  EXPECT_EQ(files, (std::map<std::string, std::string>{
                       {"report.md", "new"}, {"assets/", ""}, {"assets/map-b.svg", "new"}}));
  EXPECT_EQ(EarlierReport(folder_).owner_of("assets/map-b.svg"), Owner::etalon);
}

TEST_F(ReportFolder, a_failure_while_putting_in_place_takes_every_move_back) {
  publish({{"report.md", "old"}, {"assets/map-a.svg", "old"}, {"assets/map-gone.svg", "old"}});
  const auto before = contents();
  ReportDraft draft(folder_);
  draft.add("assets/map-a.svg", "new");
  draft.add("assets/map-b.svg", "new");
  draft.add("nowhere/file.csv", "a folder that is not made, met after the plots");
  draft.add("report.md", "new");
  EXPECT_THROW(draft.publish("report DIR"), Failure);
  EXPECT_EQ(read_text(folder_ / "report.md"), "old");
  auto during = contents();
  std::erase_if(during, [](const auto& file) { return file.first.starts_with(".etalon-report-"); });
  EXPECT_EQ(during, before);
}

TEST_F(ReportFolder, a_first_report_that_fails_leaves_no_folder) {
  {
    ReportDraft draft(folder_);
    draft.add("assets/map-a.svg", "new");
    draft.add("nowhere/file.csv", "");
    EXPECT_THROW(draft.publish("report DIR"), Failure);
  }
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(ReportFolder, plots_that_go_take_their_folder_with_them_unless_others_have_files_in_it) {
  publish({{"assets/map-a.svg", "old"}});
  publish({{"report.md", "new"}});
  EXPECT_FALSE(fs::exists(folder_ / "assets"));
  publish({{"assets/map-a.svg", "old"}});
  write_atomically(folder_ / "assets/photo.svg", std::string_view("mine"));
  publish({{"report.md", "new"}});
  EXPECT_EQ(contents().at("assets/photo.svg"), "mine");
}

TEST_F(ReportFolder, a_draft_that_is_not_published_changes_nothing) {
  publish({{"report.md", "old"}});
  const auto before = contents();
  {
    ReportDraft draft(folder_);
    draft.add("report.md", "new");
  }
  EXPECT_EQ(contents(), before);
}

TEST_F(ReportFolder, what_a_killed_process_left_is_tidied_up_and_its_files_stay_replaceable) {
  publish({{"report.md", "old"}, {"trials.csv", "old"}});
  const std::string list = read_text(folder_ / manifest_name);
  publish({{"report.md", "new"}, {"trials.csv", "new"}});
  // Killed in between: one file is old, one is new, and the list knows both.
  write_atomically(folder_ / manifest_name, read_text(folder_ / manifest_name) + list);
  write_atomically(folder_ / "trials.csv", std::string_view("old"));
  write_atomically(folder_ / ".etalon-report-abcdef/new/report.md", std::string_view("new"));
  publish({{"report.md", "newest"}, {"trials.csv", "newest"}});
  const auto files = contents();
  EXPECT_EQ(files.size(), 3u) << "with the list";
  EXPECT_EQ(files.at("trials.csv"), "newest");
}

TEST_F(ReportFolder, a_file_that_was_changed_since_is_not_its_own) {
  publish({{"report.md", "old"}});
  EXPECT_EQ(EarlierReport(folder_).owner_of("report.md"), Owner::etalon);
  write_atomically(folder_ / "report.md", std::string_view("mine"));
  EXPECT_EQ(EarlierReport(folder_).owner_of("report.md"), Owner::changed);
  EXPECT_THROW(publish({{"report.md", "new"}}), RequestError);
  EXPECT_NO_THROW(publish({{"trials.csv", "new"}})) << "it is not in the way";
  EXPECT_EQ(read_text(folder_ / "report.md"), "mine");
}

TEST_F(ReportFolder, a_page_of_etalon_without_a_list_owns_what_it_links_to) {
  write_atomically(folder_ / "report.md",
                   std::string_view("# Choosing the learning rate (`eta`): x\n![m](assets/map-a.webp) "
                                    "[t](trials.csv) [p](assets/photo.webp) [n](notes.md)\n"));
  for (const char* name : {"assets/map-a.webp", "assets/map-b.webp", "assets/photo.webp", "trials.csv",
                           "curves.csv", "notes.md"})
    write_atomically(folder_ / name, std::string_view("?"));
  const EarlierReport earlier(folder_);
  for (const char* name : {"report.md", "assets/map-a.webp", "trials.csv"})
    EXPECT_EQ(earlier.owner_of(name), Owner::etalon) << name;
  for (const char* name : {"assets/map-b.webp", "assets/photo.webp", "curves.csv", "notes.md"})
    EXPECT_EQ(earlier.owner_of(name), Owner::other) << name;
}

}  // namespace
}  // namespace etalon::report
