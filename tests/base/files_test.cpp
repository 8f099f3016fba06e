#include "etalon/base/files.h"

#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etalon/base/error.h"

namespace etalon {
namespace fs = std::filesystem;
namespace {

using testing::HasSubstr;

class FilesTest : public testing::Test {
 protected:
  FilesTest() : folder_(fs::path(testing::TempDir()) / ("etalon_files_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  std::size_t files_in_folder() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) count += entry.is_directory() ? 0 : 1;
    return count;
  }

  const fs::path folder_;
};

/// What the call complains of.
template <class Expected, class Call>
Complaint complaint_of(Call call) {
  try {
    call();
  } catch (const Expected& error) {
    return error.complaint();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST_F(FilesTest, writes_what_it_reads) {
  const Bytes bytes{0, 255, 10, 13, 0};
  write_atomically(folder_ / "bytes", bytes);
  EXPECT_EQ(read_bytes(folder_ / "bytes"), bytes);
  write_atomically(folder_ / "text", std::string_view("grüße\n"));
  EXPECT_EQ(read_text(folder_ / "text"), "grüße\n");
  write_atomically(folder_ / "empty", std::string_view(""));
  EXPECT_EQ(read_text(folder_ / "empty"), "");
}

TEST_F(FilesTest, reads_files_larger_than_a_piece) {
  Bytes bytes(300'001);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  write_atomically(folder_ / "large", bytes);
  EXPECT_EQ(read_bytes(folder_ / "large"), bytes);
}

TEST_F(FilesTest, reads_a_pipe_which_has_no_size) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string text(200'000, 'x');
  std::thread writer([&] { std::ofstream(pipe) << text; });
  EXPECT_EQ(read_text(pipe), text);
  writer.join();
}

TEST_F(FilesTest, reading_names_the_path_and_the_reason) {
  const Complaint missing = complaint_of<RequestError>([&] { read_bytes(folder_ / "missing"); });
  EXPECT_EQ(missing.place, (folder_ / "missing").string());
  EXPECT_THAT(missing.received, HasSubstr("No such file"));
  EXPECT_EQ(complaint_of<RequestError>([&] { read_text(folder_); }).received, "a folder");
}

TEST_F(FilesTest, makes_the_folders_above) {
  write_atomically(folder_ / "a/b/c.txt", std::string_view("deep"));
  EXPECT_EQ(read_text(folder_ / "a/b/c.txt"), "deep");
  EXPECT_EQ(files_in_folder(), 1u) << "no unfinished file is left";
}

TEST_F(FilesTest, replaces_the_old_file) {
  write_atomically(folder_ / "file", std::string_view("a long first text"));
  write_atomically(folder_ / "file", std::string_view("short"));
  EXPECT_EQ(read_text(folder_ / "file"), "short");
  EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(FilesTest, a_reader_sees_the_old_file_or_the_new_one) {
  const std::string first(50'000, 'a'), second(70'000, 'b');
  write_atomically(folder_ / "file", first);
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) write_atomically(folder_ / "file", i % 2 == 0 ? second : first);
  });
  for (int i = 0; i < 200; ++i) {
    const std::string seen = read_text(folder_ / "file");
    EXPECT_TRUE(seen == first || seen == second) << seen.size();
  }
  writer.join();
}

/// Files cannot grow over `bytes` while this lives, as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(FilesTest, a_write_that_fails_midway_leaves_the_old_file) {
  write_atomically(folder_ / "file", std::string_view("old"));
  Complaint complaint;
  {
    const SmallDisk disk(1000);
    complaint = complaint_of<Failure>([&] { write_atomically(folder_ / "file", std::string(5000, 'x')); });
  }
  EXPECT_THAT(complaint.place, HasSubstr((folder_ / "file").string()));
  EXPECT_THAT(complaint.received, HasSubstr("while writing"));
  EXPECT_EQ(read_text(folder_ / "file"), "old");
  EXPECT_EQ(files_in_folder(), 1u) << "no unfinished file is left";
}

TEST_F(FilesTest, a_write_that_cannot_replace_the_target_leaves_nothing_behind) {
  fs::create_directories(folder_ / "target/inside");
  const Complaint complaint =
      complaint_of<Failure>([&] { write_atomically(folder_ / "target", std::string_view("x")); });
  EXPECT_THAT(complaint.received, HasSubstr("while finishing"));
  EXPECT_EQ(files_in_folder(), 0u);
}

TEST_F(FilesTest, a_place_that_cannot_be_written_to_is_a_wrong_request) {
  write_atomically(folder_ / "file", std::string_view("no folder"));
  const Complaint below =
      complaint_of<RequestError>([&] { write_atomically(folder_ / "file/x", std::string_view("")); });
  EXPECT_EQ(below.place, (folder_ / "file").string());
  const Complaint system =
      complaint_of<RequestError>([] { write_atomically("/proc/etalon.txt", std::string_view("")); });
  EXPECT_EQ(system.place, "/proc/etalon.txt");
  EXPECT_EQ(read_text(folder_ / "file"), "no folder");
}

TEST_F(FilesTest, a_writable_folder_need_not_exist_and_is_not_made) {
  require_writable_folder(folder_, "--out");
  require_writable_folder(folder_ / "not/yet", "--out");
  require_writable_folder("relative", "--out");
  EXPECT_TRUE(fs::is_empty(folder_)) << "nothing is left behind";
}

TEST_F(FilesTest, a_folder_that_cannot_be_written_to_is_refused_even_for_root) {
  const Complaint complaint =
      complaint_of<RequestError>([] { require_writable_folder("/proc/x", "--out /proc/x"); });
  EXPECT_EQ(complaint.place, "--out /proc/x");
  EXPECT_THAT(complaint.received, HasSubstr("/proc ("));
}

TEST_F(FilesTest, a_folder_without_permission_is_refused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THROW(require_writable_folder(folder_, "--out"), RequestError);
  EXPECT_THROW(write_atomically(folder_ / "x", std::string_view("")), RequestError);
  fs::permissions(folder_, fs::perms::owner_all);
}

TEST_F(FilesTest, a_file_is_no_folder) {
  write_atomically(folder_ / "file", std::string_view(""));
  const auto refused = [&](const fs::path& path) {
    return complaint_of<RequestError>([&] { require_writable_folder(path, "--out"); }).received;
  };
  EXPECT_THAT(refused(folder_ / "file"), HasSubstr("not a folder"));
  EXPECT_THAT(refused(folder_ / "file/below"), HasSubstr("not a folder"));
}

}  // namespace
}  // namespace etalon
