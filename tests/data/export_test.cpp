#include "etalon/data/export.h"

#include <gtest/gtest.h>

#include "etalon/data/open_data.h"
#include "tests/data/made_files.h"

namespace etalon {
namespace {

void expect_same_images(const DataSet& data, const DataSet& again) {
  EXPECT_EQ(again.shape, data.shape);
  EXPECT_EQ(again.training.pixels, data.training.pixels);
  EXPECT_EQ(again.training.labels, data.training.labels);
  EXPECT_EQ(again.test.pixels, data.test.pixels);
  EXPECT_EQ(again.test.labels, data.test.labels);
  EXPECT_EQ(again.fingerprint, data.fingerprint);
}

TEST(Export, a_grey_set_comes_back_from_its_idx_files) {
  const TemporaryFolder folder;
  const DataSet data = open_data("digits");
  const std::string spec = write_data_set(data, folder.path() / "new" / "digits");
  EXPECT_EQ(spec, "mnist:" + (folder.path() / "new" / "digits").string());
  expect_same_images(data, open_data(spec));
}

TEST(Export, a_colour_set_comes_back_from_its_cifar_files) {
  const TemporaryFolder folder;
  const DataSet data = open_data("scenes");
  const DataSet again = open_data(write_data_set(data, folder.path()));
  EXPECT_EQ(again.name, "cifar10");
  EXPECT_EQ(again.class_names, data.class_names);
  expect_same_images(data, again);
}

TEST(Export, refuses_a_set_that_neither_format_holds) {
  const TemporaryFolder folder;
  DataSet data;
  data.name = "wide";
  data.shape = {3, 16, 64};
  data.classes = 2;
  expect_complaint([&] { write_data_set(data, folder.path()); }, "data set 'wide'", "3x16x64", "grey images");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Export, refuses_a_folder_that_cannot_be) {
  const TemporaryFolder folder;
  make_file(folder.path() / "file", {1});
  DataSet data;
  data.shape = {1, 1, 1};
  EXPECT_THROW(write_data_set(data, folder.path() / "file" / "inside"), RequestError);
}

}  // namespace
}  // namespace etalon
