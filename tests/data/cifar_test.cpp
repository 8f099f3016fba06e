#include "etalon/data/readers/cifar.h"

#include <gtest/gtest.h>

#include "etalon/data/open_data.h"
#include "tests/data/made_files.h"

namespace etalon {
namespace {

/// Two batches of two images and a test file of one; tests spoil one file of it.
class CifarTest : public testing::Test {
 protected:
  CifarTest() {
    put("data_batch_1.bin", records({3, 9}));
    put("data_batch_2.bin", records({0, 1}));
    put("test_batch.bin", records({5}));
  }
  static Bytes records(const Bytes& labels) {
    Bytes bytes;
    for (const std::uint8_t label : labels) {
      bytes.push_back(label);
      for (unsigned i = 0; i < 3072; ++i) bytes.push_back(static_cast<std::uint8_t>(i + label));
    }
    return bytes;
  }
  void put(const std::string& name, const Bytes& bytes) { make_file(folder_.path() / name, bytes); }
  void put_text(const std::string& name, const std::string& text) { put(name, {text.begin(), text.end()}); }
  void drop(const std::string& name) { std::filesystem::remove(folder_.path() / name); }
  DataSet open() const { return open_data("cifar10:" + folder_.path().string()); }
  void expect_refusal(const std::string& place, const std::string& received, const std::string& expected) {
    expect_complaint([this] { open(); }, place, received, expected);
  }
  TemporaryFolder folder_;
};

TEST_F(CifarTest, reads_batches_in_order) {
  const DataSet data = open();
  EXPECT_EQ(data.name, "cifar10");
  EXPECT_EQ(data.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.classes, 10u);
  EXPECT_EQ(data.training.labels, (Bytes{3, 9, 0, 1}));
  EXPECT_EQ(data.training.pixels[3072 + 5], 5 + 9);
  EXPECT_EQ(data.test.labels, Bytes{5});
  EXPECT_TRUE(data.class_names.empty());
}

TEST_F(CifarTest, reads_class_names_where_they_are) {
  put_text("batches.meta.txt", "a\nb\nc\r\nd\ne\nf\ng\nh\ni\nj\n\n");
  EXPECT_EQ(open().class_names, (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}));
  put_text("batches.meta.txt", "a\nb\n");
  expect_refusal("batches.meta.txt", "2 class names", "10");
}

TEST_F(CifarTest, refuses_a_missing_folder) {
  expect_complaint([] { open_data("cifar10:/no/such/folder"); }, "/no/such/folder", "no such folder",
                   "folder");
}

TEST_F(CifarTest, refuses_a_missing_first_batch) {
  drop("data_batch_1.bin");
  drop("data_batch_2.bin");
  expect_refusal("data_batch_1.bin", "no such file", "data_batch_1.bin");
}

TEST_F(CifarTest, refuses_a_gap_between_batches) {
  put("data_batch_4.bin", records({1}));
  expect_refusal("data_batch_3.bin", "no such file", "without a gap");
}

TEST_F(CifarTest, refuses_a_missing_test_file) {
  drop("test_batch.bin");
  expect_refusal("test_batch.bin", "no such file", "test part");
}

TEST_F(CifarTest, refuses_a_wrong_length) {
  Bytes bytes = records({1, 2});
  bytes.pop_back();
  put("data_batch_2.bin", bytes);
  expect_refusal("data_batch_2.bin", "6145 bytes", "multiple of 3073");
  bytes.resize(6147);
  put("data_batch_2.bin", bytes);
  expect_refusal("data_batch_2.bin", "6147 bytes", "multiple of 3073");
}

TEST_F(CifarTest, refuses_an_empty_file) {
  put("test_batch.bin", {});
  expect_refusal("test_batch.bin", "0 bytes", "multiple of 3073");
}

TEST_F(CifarTest, refuses_a_label_out_of_range) {
  put("data_batch_2.bin", records({0, 10}));
  expect_refusal("data_batch_2.bin", "label 10 at image 1", "from 0 to 9");
}

TEST_F(CifarTest, refuses_a_single_class) {
  drop("data_batch_2.bin");
  put("data_batch_1.bin", records({4, 4}));
  expect_refusal("data_batch_1.bin", "one class alone", "at least two classes");
}

}  // namespace
}  // namespace etalon
