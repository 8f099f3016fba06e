/// Files as people have them: spelt otherwise, in folders, packed in pieces, and web pages in their place.
#include <array>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "etalon/data/open_data.h"
#include "etalon/data/readers/foreign_file.h"
#include "tests/data/made_files.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::array<const char*, 4> names = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                              "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

class Layout : public testing::Test {
 protected:
  static Bytes contents(std::size_t file) {
    switch (file) {
      case 0:
        return idx_bytes(2051, {3, 2, 3}, Bytes(18, 5));
      case 1:
        return idx_bytes(2049, {3}, {0, 1, 2});
      case 2:
        return idx_bytes(2051, {2, 2, 3}, Bytes(12, 7));
      default:
        return idx_bytes(2049, {2}, {2, 0});
    }
  }
  void put(const fs::path& name, const Bytes& bytes) {
    fs::create_directories((root() / name).parent_path());
    make_file(root() / name, bytes);
  }
  void put_all() {
    for (std::size_t i = 0; i < names.size(); ++i) put(names[i], contents(i));
  }
  const fs::path& root() const { return folder_.path(); }
  DataSet open() const { return open_data("mnist:" + root().string()); }
  Complaint refusal(const std::string& spec = "") const {
    try {
      open_data(spec.empty() ? "mnist:" + root().string() : spec);
    } catch (const RequestError& error) {
      return error.complaint();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }
  TemporaryFolder folder_;
};

TEST_F(Layout, takes_files_with_a_dot_beside_folders_named_as_files) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string dotted = names[i];
    dotted.replace(dotted.find("-idx"), 1, ".");
    put(dotted, contents(i));
    put(fs::path(names[i]) / "something else", {});
  }
  EXPECT_EQ(open().training.count(), 3u);
}

TEST_F(Layout, takes_files_from_folders_named_like_them) {
  for (std::size_t i = 0; i < names.size(); ++i) put(fs::path(names[i]) / names[i], contents(i));
  EXPECT_EQ(open().training.count(), 3u);
}

TEST_F(Layout, takes_any_spelling_of_the_names) {
  put("Train-Images.IDX3-ubyte", contents(0));
  put("train_labels_idx1_ubyte.GZ", gzip(contents(1)));
  put("test-images-idx3-ubyte", contents(2));
  put("T10K-LABELS-IDX1-UBYTE", contents(3));
  EXPECT_EQ(open().test.count(), 2u);
}

TEST_F(Layout, prefers_the_name_as_it_is_written) {
  put_all();
  put("TRAIN-IMAGES-IDX3-UBYTE", bytes_of("something else"));
  put("train-images.idx3-ubyte", bytes_of("something else"));
  EXPECT_EQ(open().training.count(), 3u);
}

TEST_F(Layout, names_the_files_that_are_spelt_otherwise) {
  put_all();
  fs::rename(root() / names[0], root() / "train-image-idx3-byte");
  EXPECT_THAT(refusal().hint, HasSubstr("the folder holds train-image-idx3-byte, "));
  fs::rename(root() / "train-image-idx3-byte", root() / names[0]);
  fs::remove(root() / names[3]);
  fs::create_directory(root() / names[3]);
  EXPECT_THAT(refusal().received, HasSubstr("no such file")) << "a folder is no file";
}

TEST_F(Layout, names_a_folder_below_that_holds_them) {
  for (std::size_t i = 0; i < names.size(); ++i) put(fs::path("MNIST/raw") / names[i], contents(i));
  EXPECT_THAT(refusal().hint, HasSubstr((root() / "MNIST/raw").string()));
  fs::remove_all(root() / "MNIST");
  EXPECT_THAT(refusal().hint, HasSubstr("the folder is empty"));
}

TEST_F(Layout, knows_cifar_for_python_and_folder_names_of_its_files) {
  put("data_batch_1", {});
  EXPECT_THAT(refusal("cifar10:" + root().string()).hint, HasSubstr("version for Python"));
  put("cifar-10-batches-bin/data_batch_1.bin", {});
  fs::remove(root() / "data_batch_1");
  EXPECT_THAT(refusal("cifar10:" + root().string()).hint, HasSubstr("cifar-10-batches-bin"));
}

TEST_F(Layout, expands_a_tilde_to_the_home_folder) {
  put_all();
  const char* const home = std::getenv("HOME");
  const std::string before = home ? home : "";
  ::setenv("HOME", root().parent_path().c_str(), 1);
  EXPECT_EQ(open_data("mnist:~/" + root().filename().string()).training.count(), 3u);
  ::unsetenv("HOME");
  EXPECT_THAT(refusal("mnist:~/x").received, HasSubstr("HOME is not set"));
  EXPECT_THAT(refusal("mnist:~someone/x").received, HasSubstr("another user"));
  if (home) ::setenv("HOME", before.c_str(), 1);
}

class Packed : public Layout {
 protected:
  static constexpr const char* images = "train-images-idx3-ubyte.gz";
  Packed() {
    put_all();
    fs::remove(root() / names[0]);
    for (std::size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = static_cast<std::uint8_t>(i * i % 251);
    put(names[1], idx_bytes(2049, {3000}, labels()));
    put(names[2], idx_bytes(2051, {2, 10, 10}, Bytes(200)));
    whole_ = idx_bytes(2051, {3000, 10, 10}, pixels_);
  }
  static Bytes labels() {
    Bytes all(3000);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i % 3;
    return all;
  }
  Bytes member(std::size_t from, std::size_t to) const {
    return gzip({whole_.begin() + static_cast<std::ptrdiff_t>(from),
                 whole_.begin() + static_cast<std::ptrdiff_t>(to)});
  }
  static Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  void expect_whole() const { EXPECT_EQ(open().training.pixels, pixels_); }
  Bytes pixels_ = Bytes(300'000), whole_;
};

TEST_F(Packed, reads_several_members) {
  put(images, joined({member(0, 20'000), member(20'000, whole_.size())}));
  expect_whole();
  put(images, joined({member(0, 5), member(5, 9), member(9, 200'000), member(200'000, whole_.size())}));
  expect_whole();
}

TEST_F(Packed, reads_an_empty_last_member_as_bgzip_writes_it) {
  put(images, joined({member(0, whole_.size()), gzip({})}));
  expect_whole();
}

TEST_F(Packed, reads_zeros_after_the_end) {
  for (const std::size_t zeros : {1u, 2u, 512u, 200'000u}) {
    put(images, joined({member(0, whole_.size()), Bytes(zeros)}));
    expect_whole();
  }
}

TEST_F(Packed, refuses_other_bytes_after_the_end) {
  put(images, joined({member(0, whole_.size()), Bytes(70'000), {1}}));
  EXPECT_THAT(refusal().received, HasSubstr("70001 bytes after the end"));
}

TEST_F(Packed, refuses_a_later_member_that_is_cut_off_or_damaged) {
  Bytes second = member(20'000, whole_.size());
  second.resize(second.size() / 2);
  put(images, joined({member(0, 20'000), second}));
  EXPECT_THAT(refusal().received, HasSubstr("cut off after"));
  put(images, joined({member(0, 20'000), {0x1f, 0x8b}}));
  EXPECT_THAT(refusal().received, HasSubstr("cut off after 20000 unpacked bytes"));
  second = member(20'000, whole_.size());
  second[second.size() - 6] ^= 1;
  put(images, joined({member(0, 20'000), second}));
  EXPECT_THAT(refusal().received, HasSubstr("damaged"));
}

TEST_F(Packed, refuses_members_that_are_too_much_or_too_little) {
  put(images, joined({member(0, 20'000), member(20'000, whole_.size()), gzip({1, 2})}));
  EXPECT_THAT(refusal().received, HasSubstr("300018 bytes"));
  put(images, joined({member(0, 20'000), member(30'000, whole_.size())}));
  EXPECT_THAT(refusal().received, HasSubstr("290016 bytes"));
}

TEST_F(Packed, makes_no_room_for_what_only_a_header_claims) {
  // 60000 images of 3000x3000: 540 GB; a file of so few bytes cannot hold them, whatever its members say.
  put(images, joined({gzip(idx_bytes(2051, {60000, 3000, 3000}, Bytes(1000))), gzip(Bytes(1 << 20))}));
  EXPECT_THAT(refusal().received, HasSubstr(std::to_string(16 + 1000 + (1 << 20)) + " bytes"));
}

struct Mistake {
  const char* bytes;
  const char* what;
  const char* hint;
};

class Mistakes : public Layout, public testing::WithParamInterface<Mistake> {};

TEST_P(Mistakes, are_named_packed_or_not) {
  put_all();
  put(names[0], bytes_of(GetParam().bytes));
  EXPECT_THAT(refusal().received, HasSubstr(GetParam().what));
  EXPECT_THAT(refusal().hint, HasSubstr(GetParam().hint));
  put(names[0], gzip(bytes_of(GetParam().bytes)));
  EXPECT_THAT(refusal().received, HasSubstr(GetParam().what)) << "packed on its way";
  fs::remove(root() / names[0]);
  put(std::string(names[0]) + ".gz", bytes_of(GetParam().bytes));
  EXPECT_THAT(refusal().received, HasSubstr(GetParam().what));
  EXPECT_THAT(refusal().hint, HasSubstr(GetParam().hint));
}

INSTANTIATE_TEST_SUITE_P(
    All, Mistakes,
    testing::Values(Mistake{"<!DOCTYPE html>\n<html lang=\"en\"><title>404</title></html>",
                            "a web page ('<!DOCTYPE html", "download failed"},
                    Mistake{"\n\n  <HTML><body>Not found</body></HTML>", "a web page", "download failed"},
                    Mistake{"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "a web page",
                            "download failed"},
                    Mistake{"404: Not Found", "a text ('404: Not Found')", "fetch the file again"},
                    Mistake{"{\"message\": \"Bad credentials\"}", "a text ('{\"message", "fetch"},
                    Mistake{"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
                            "a pointer of Git LFS", "git lfs pull"},
                    Mistake{"PK\x03\x04zip and what follows it", "a zip archive", "unpack it"},
                    Mistake{"BZh91AY&SY and what follows", "a bzip2 file", "unpack it"}));

TEST(ForeignFile, is_no_idx_file) {
  EXPECT_FALSE(foreign_file(idx_bytes(2051, {3, 2, 3}, Bytes(18, 'a'))));
  EXPECT_FALSE(foreign_file(Bytes{}));
  EXPECT_FALSE(foreign_file(Bytes{'a', 'b'}));
  EXPECT_FALSE(foreign_file(Bytes(100)));
}

TEST_F(Layout, names_a_web_page_in_place_of_a_cifar_file) {
  put("data_batch_1.bin", bytes_of("<!DOCTYPE html><html></html>"));
  put("test_batch.bin", Bytes(3073));
  EXPECT_THAT(refusal("cifar10:" + root().string()).received, HasSubstr("a web page"));
}

}  // namespace
}  // namespace etalon
