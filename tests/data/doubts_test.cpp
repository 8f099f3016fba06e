#include "etalon/data/doubts.h"

#include <gmock/gmock.h>

namespace etalon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One pixel an image; counts[label] images of each class, one class after the other.
DataSet with_counts(const std::vector<std::uint32_t>& counts) {
  DataSet data;
  data.shape = {1, 1, 1};
  data.classes = static_cast<std::uint32_t>(counts.size());
  for (std::size_t label = 0; label < counts.size(); ++label)
    data.training.labels.insert(data.training.labels.end(), counts[label], static_cast<std::uint8_t>(label));
  data.training.pixels.resize(data.training.labels.size());
  return data;
}

std::vector<std::string> doubts(const DataSet& data, std::uint32_t validation, std::uint32_t samples = 0) {
  return split_doubts(data, split_training_part(data, validation, samples, 1));
}

TEST(Doubts, are_none_about_an_ordinary_set) {
  const DataSet data = with_counts({300, 300, 100});
  EXPECT_THAT(label_doubts(data), IsEmpty());
  EXPECT_THAT(doubts(data, 100), IsEmpty());
  EXPECT_THAT(default_split_doubts(data), IsEmpty());
}

TEST(Doubts, name_classes_that_validation_lacks) {
  DataSet data = with_counts({400, 1, 400, 300});
  data.class_names = {"boat", "car", "fish", "tree"};
  EXPECT_THAT(doubts(data, 120), ElementsAre(AllOf(HasSubstr("120 validation images hold 3 of the 4 classes"),
                                                   HasSubstr("'car' (1 in training)"))));
}

TEST(Doubts, name_classes_that_the_training_samples_lack) {
  const DataSet data = with_counts({900, 900, 10});
  EXPECT_THAT(doubts(data, 180, 2),
              testing::Contains(AllOf(HasSubstr("2 training samples lack classes that validation holds"),
                                      HasSubstr("2 (1 in validation)"))));
}

TEST(Doubts, name_a_nearly_one_sided_validation) {
  const DataSet data = with_counts({2940, 60});
  EXPECT_THAT(doubts(data, 500),
              ElementsAre(AllOf(HasSubstr("all but 10 of 500 validation images are of class 0"),
                                HasSubstr("(98.0 %)"))));
}

TEST(Doubts, count_few_validation_images) {
  const DataSet data = with_counts({300, 300});
  EXPECT_THAT(doubts(data, 99), ElementsAre(AllOf(HasSubstr("99 validation images are few"),
                                                  HasSubstr("1.0 points"), HasSubstr("5.0"))));
  EXPECT_THAT(doubts(data, 100), IsEmpty());
}

TEST(Doubts, name_labels_that_begin_at_one) {
  EXPECT_THAT(label_doubts(with_counts({0, 40, 40, 40})),
              ElementsAre(AllOf(HasSubstr("label 0"), HasSubstr("begin at 1"), HasSubstr("subtract 1"))));
}

TEST(Doubts, name_gaps_between_labels) {
  std::vector<std::uint32_t> mask(256);
  mask[0] = mask[255] = 600;
  EXPECT_THAT(label_doubts(with_counts(mask)),
              ElementsAre(HasSubstr("254 of 256 classes have no training images: 1 to 254;")));
  EXPECT_THAT(label_doubts(with_counts({0, 9, 0, 9, 0, 0, 9})),
              ElementsAre(HasSubstr("4 of 7 classes have no training images: 0, 2, 4 to 5;")));
  std::vector<std::uint32_t> holes(40);
  for (std::size_t i = 0; i < holes.size(); i += 2) holes[i] = 9;
  EXPECT_THAT(label_doubts(with_counts(holes)), ElementsAre(HasSubstr("11, 13, 15 and 12 more;")));
}

TEST(Doubts, say_when_a_set_is_too_small_to_split) {
  EXPECT_THAT(default_split_doubts(with_counts({3, 2})), ElementsAre(HasSubstr("5 training images are too")));
  EXPECT_THAT(default_split_doubts(with_counts({3, 3})), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace etalon
