// Known facts of the real sets; skipped where they are not there.

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "etalon/data/open_data.h"

namespace etalon {
namespace {

std::string folder_of(const std::string& name) {
  const char* given = std::getenv("ETALON_DATASETS");
  const std::filesystem::path root =
      given ? std::filesystem::path(given) : std::filesystem::path(ETALON_SOURCE_DIR) / "../shared/datasets";
  return (root / name).string();
}

std::vector<int> histogram(const LabelledImages& images) {
  std::vector<int> counts(10);
  for (const std::uint8_t label : images.labels) ++counts[label];
  return counts;
}

TEST(RealData, mnist_is_mnist) {
  const std::string folder = folder_of("mnist");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder << "; set ETALON_DATASETS";
  const DataSet data = open_data("mnist:" + folder);
  EXPECT_EQ(data.shape, (ImageShape{1, 28, 28}));
  EXPECT_EQ(data.classes, 10u);
  EXPECT_EQ(data.training.count(), 60000u);
  EXPECT_EQ(data.test.count(), 10000u);
  EXPECT_EQ(data.training.labels[0], 5);
  EXPECT_EQ(data.test.labels[0], 7);
  EXPECT_EQ(histogram(data.training),
            (std::vector{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
  EXPECT_EQ(histogram(data.test), (std::vector{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
  EXPECT_EQ(data.training.pixels[5 * 28 + 12], 3) << "the first pixel of the first image that is not black";
}

TEST(RealData, small_cifar_has_its_images_and_names) {
  const std::string folder = folder_of("cifar10-small");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder << "; set ETALON_DATASETS";
  const DataSet data = open_data("cifar10:" + folder);
  EXPECT_EQ(data.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.training.count(), 10000u);
  EXPECT_EQ(data.test.count(), 2000u);
  EXPECT_EQ(histogram(data.training), std::vector<int>(10, 1000));
  EXPECT_EQ(histogram(data.test), std::vector<int>(10, 200));
  ASSERT_EQ(data.class_names.size(), 10u);
  EXPECT_EQ(data.class_names.front(), "airplane");
  EXPECT_EQ(data.class_names.back(), "truck");
}

}  // namespace
}  // namespace etalon
