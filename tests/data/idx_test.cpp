#include "etalon/data/readers/idx.h"

#include <gtest/gtest.h>

#include "etalon/data/open_data.h"
#include "tests/data/made_files.h"

namespace etalon {
namespace {

constexpr const char* train_images = "train-images-idx3-ubyte";
constexpr const char* train_labels = "train-labels-idx1-ubyte";
constexpr const char* test_images = "t10k-images-idx3-ubyte";
constexpr const char* test_labels = "t10k-labels-idx1-ubyte";

/// A whole quartet of 3 training and 2 test images of 2x3 pixels; tests spoil one file of it.
class IdxTest : public testing::Test {
 protected:
  IdxTest() {
    put(train_images, good_images());
    put(train_labels, idx_bytes(2049, {3}, {0, 1, 2}));
    put(test_images, idx_bytes(2051, {2, 2, 3}, Bytes(12, 7)));
    put(test_labels, idx_bytes(2049, {2}, {2, 0}));
  }

  static Bytes good_images() {
    Bytes pixels(18);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(10 * i);
    return idx_bytes(2051, {3, 2, 3}, pixels);
  }
  void put(const std::string& name, const Bytes& bytes) { make_file(folder_.path() / name, bytes); }
  void drop(const std::string& name) { std::filesystem::remove(folder_.path() / name); }
  void pack(const std::string& name, const std::string& new_name) {
    put(new_name, gzip(read_bytes(folder_.path() / name)));
    drop(name);
  }
  DataSet open() const { return open_data("mnist:" + folder_.path().string()); }
  void expect_refusal(const std::string& place, const std::string& received, const std::string& expected) {
    expect_complaint([this] { open(); }, place, received, expected);
  }

  TemporaryFolder folder_;
};

TEST_F(IdxTest, reads_a_quartet) {
  const DataSet data = open();
  EXPECT_EQ(data.name, "mnist");
  EXPECT_EQ(data.source, "mnist:" + folder_.path().string());
  EXPECT_EQ(data.shape, (ImageShape{1, 2, 3}));
  EXPECT_EQ(data.classes, 3u);
  EXPECT_TRUE(data.class_names.empty());
  EXPECT_EQ(data.training.labels, (Bytes{0, 1, 2}));
  EXPECT_EQ(data.training.pixels[17], 170);
  EXPECT_EQ(data.test.count(), 2u);
  EXPECT_EQ(data.test.pixels, Bytes(12, 7));
  EXPECT_EQ(data.fingerprint.size(), 64u);
}

TEST_F(IdxTest, packed_files_and_the_other_spelling_give_the_same_set) {
  const std::string fingerprint = open().fingerprint;
  pack(train_images, "train-images-idx3-ubyte.gz");
  pack(train_labels, "train-labels.idx1-ubyte.gz");
  put("t10k-images.idx3-ubyte", read_bytes(folder_.path() / test_images));
  drop(test_images);
  EXPECT_EQ(open().fingerprint, fingerprint);
}

TEST_F(IdxTest, the_fingerprint_follows_every_byte) {
  const std::string fingerprint = open().fingerprint;
  put(test_labels, idx_bytes(2049, {2}, {2, 1}));
  EXPECT_NE(open().fingerprint, fingerprint);
}

TEST_F(IdxTest, refuses_a_missing_folder) {
  expect_complaint([] { open_data("mnist:/no/such/folder"); }, "/no/such/folder", "no such folder",
                   "a folder");
}

TEST_F(IdxTest, refuses_a_file_in_place_of_a_folder) {
  const std::string path = (folder_.path() / train_images).string();
  expect_complaint([&] { open_data("mnist:" + path); }, path, "a file", "a folder");
}

TEST_F(IdxTest, refuses_a_missing_file) {
  drop(test_labels);
  expect_refusal(test_labels, "no such file", "four files");
}

TEST_F(IdxTest, refuses_an_empty_file) {
  put(train_labels, {});
  expect_refusal(train_labels, "an empty file", "header of 8 bytes");
}

TEST_F(IdxTest, refuses_a_header_cut_off) {
  put(train_images, {0, 0, 8, 3, 0, 0});
  expect_refusal(train_images, "6 bytes", "header of 16 bytes");
}

TEST_F(IdxTest, refuses_a_wrong_magic_number) {
  put(train_images, idx_bytes(0x0d03, {3, 2, 3}, Bytes(18)));
  expect_refusal(train_images, "magic number 3331", "2051 (images)");
}

TEST_F(IdxTest, refuses_images_in_place_of_labels) {
  put(train_labels, good_images());
  expect_refusal(train_labels, "magic number 2051", "2049 (labels)");
}

TEST_F(IdxTest, refuses_truncated_images) {
  Bytes bytes = good_images();
  bytes.pop_back();
  put(train_images, bytes);
  expect_refusal(train_images, "33 bytes", "34 bytes (3 images of 2x3 pixels)");
}

TEST_F(IdxTest, refuses_truncated_labels) {
  put(train_labels, idx_bytes(2049, {3}, {0, 1}));
  expect_refusal(train_labels, "10 bytes", "11 bytes (3 labels)");
}

TEST_F(IdxTest, refuses_bytes_left_over) {
  Bytes bytes = good_images();
  bytes.push_back(0);
  put(train_images, bytes);
  expect_refusal(train_images, "35 bytes", "34 bytes");
}

TEST_F(IdxTest, refuses_packed_contents_of_the_wrong_length) {
  Bytes bytes = good_images();
  bytes.push_back(0);
  drop(train_images);
  put("train-images-idx3-ubyte.gz", gzip(bytes));
  expect_refusal("train-images-idx3-ubyte.gz", "35 bytes", "34 bytes");
  bytes.resize(30);
  put("train-images-idx3-ubyte.gz", gzip(bytes));
  expect_refusal("train-images-idx3-ubyte.gz", "30 bytes", "34 bytes");
}

TEST_F(IdxTest, refuses_counts_that_differ) {
  put(train_labels, idx_bytes(2049, {2}, {0, 1}));
  expect_refusal(train_labels, "2 labels", "each of the 3 images");
}

TEST_F(IdxTest, refuses_parts_of_different_shape) {
  put(test_images, idx_bytes(2051, {2, 3, 2}, Bytes(12)));
  expect_refusal(test_images, "3x2 pixels", "2x3 pixels");
}

TEST_F(IdxTest, refuses_a_test_label_that_training_does_not_know) {
  put(test_labels, idx_bytes(2049, {2}, {0, 3}));
  expect_refusal(test_labels, "label 3 at image 1", "from 0 to 2");
}

TEST_F(IdxTest, refuses_empty_data) {
  put(train_images, idx_bytes(2051, {0, 2, 3}, {}));
  put(train_labels, idx_bytes(2049, {0}, {}));
  expect_refusal(train_images, "0 images", "at least one image");
}

TEST_F(IdxTest, refuses_images_without_pixels) {
  put(train_images, idx_bytes(2051, {3, 0, 3}, {}));
  expect_refusal(train_images, "0x3 pixels", "at least one pixel");
}

TEST_F(IdxTest, refuses_a_single_class) {
  put(train_labels, idx_bytes(2049, {3}, {4, 4, 4}));
  expect_refusal(train_labels, "one class alone", "at least two classes");
}

TEST_F(IdxTest, refuses_huge_claims_before_it_makes_room) {
  put(train_images, idx_bytes(2051, {0xffffffff, 32768, 32768}, Bytes(18)));
  expect_refusal(train_images, "34 bytes", "4294967295 images");
  put(train_images, idx_bytes(2051, {1, 0xffffffff, 0xffffffff}, Bytes(18)));
  expect_refusal(train_images, "4294967295x4294967295", "at most 32768 pixels a side");
  put(train_images, good_images());
  put(train_labels, idx_bytes(2049, {0xffffffff}, {0, 1, 2}));
  expect_refusal(train_labels, "11 bytes", "4294967295 labels");
}

TEST_F(IdxTest, refuses_huge_claims_in_a_packed_file_whose_trailer_lies) {
  Bytes packed = gzip(idx_bytes(2051, {0xf000, 256, 256}, Bytes(18)));
  const std::uint32_t claimed = 0xf0000000u + 16;
  for (unsigned i = 0; i < 4; ++i)
    packed[packed.size() - 4 + i] = static_cast<std::uint8_t>(claimed >> 8 * i);
  drop(train_images);
  put("train-images-idx3-ubyte.gz", packed);
  expect_refusal("train-images-idx3-ubyte.gz", "damaged gzip stream", "whole gzip file");
}

class PackedIdxTest : public IdxTest {
 protected:
  PackedIdxTest() : packed_(gzip(good_images())) { drop(train_images); }
  void expect_packed_refusal(const std::string& received) {
    put("train-images-idx3-ubyte.gz", packed_);
    expect_refusal("train-images-idx3-ubyte.gz", received, "gzip file");
  }
  Bytes packed_;
};

TEST_F(PackedIdxTest, refuses_a_gzip_file_cut_off_anywhere) {
  const Bytes whole = packed_;
  for (std::size_t length = 18; length < whole.size(); ++length) {
    packed_.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    expect_packed_refusal("cut off");
  }
  packed_.resize(12);
  expect_packed_refusal("a gzip file of 12 bytes");
}

TEST_F(PackedIdxTest, refuses_a_damaged_checksum) {
  packed_[packed_.size() - 8] ^= 1;
  expect_packed_refusal("damaged gzip stream (incorrect data check)");
}

TEST_F(PackedIdxTest, refuses_a_damaged_stream) {
  packed_[10] = 0xff;  // a block of a type that does not exist
  expect_packed_refusal("damaged gzip stream (invalid block type)");
}

TEST_F(PackedIdxTest, refuses_bytes_after_the_stream) {
  const Bytes trailer(packed_.end() - 4, packed_.end());
  packed_.push_back(0);
  packed_.insert(packed_.end(), trailer.begin(), trailer.end());
  put("train-images-idx3-ubyte.gz", packed_);
  expect_refusal("train-images-idx3-ubyte.gz", "5 bytes after the end", "nothing after it");
}

TEST_F(PackedIdxTest, refuses_a_plain_file_named_gz) {
  packed_ = good_images();
  expect_packed_refusal("no gzip file");
}

}  // namespace
}  // namespace etalon
