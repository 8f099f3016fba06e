#include <gtest/gtest.h>

#include "etalon/data/open_data.h"
#include "tests/data/made_files.h"

namespace etalon {
namespace {

TEST(Open, lists_every_set_with_its_usage) {
  std::vector<std::string> usages;
  for (const KnownSet& set : known_sets()) {
    usages.push_back(set.usage);
    EXPECT_FALSE(set.about.empty());
    EXPECT_EQ(set.generated, set.usage.find(':') == std::string::npos);
  }
  EXPECT_EQ(usages, (std::vector<std::string>{"shapes", "digits", "scenes", "mnist:DIR", "cifar10:DIR"}));
}

TEST(Open, refuses_an_unknown_name_and_names_the_nearest) {
  expect_complaint([] { open_data("shape"); }, "data set 'shape'", "unknown set 'shape'", "shapes, digits");
  try {
    open_data("minst:DIR");
    ADD_FAILURE();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().hint, "did you mean 'mnist'?");
  }
}

TEST(Open, refuses_an_empty_name) {
  expect_complaint([] { open_data(""); }, "data set ''", "unknown set ''", "one of");
  expect_complaint([] { open_data(":DIR"); }, "data set ':DIR'", "unknown set ''", "one of");
}

TEST(Open, refuses_a_format_without_its_folder) {
  expect_complaint([] { open_data("mnist"); }, "data set 'mnist'", "no folder", "mnist:DIR");
  expect_complaint([] { open_data("cifar10:"); }, "data set 'cifar10:'", "no folder", "cifar10:DIR");
}

TEST(Open, refuses_a_folder_after_a_built_in_set) {
  expect_complaint([] { open_data("shapes:DIR"); }, "data set 'shapes:DIR'", "':DIR'", "the name alone");
}

}  // namespace
}  // namespace etalon
