#include "etalon/study/axis.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/study/hyperparameters.h"

namespace etalon {
namespace {

using testing::ElementsAre;

TEST(Axis, is_named_for_files_and_for_people) {
  EXPECT_EQ(axis_name({Quantity::eta, "conv"}), "conv");
  EXPECT_EQ(axis_name({Quantity::weight_decay, ""}), "weight_decay");
  EXPECT_EQ(axis_name({Quantity::momentum, "conv"}), "conv.momentum");
  EXPECT_EQ(axis_title({Quantity::eta, "conv"}), "eta of conv");
  EXPECT_EQ(axis_title({Quantity::weight_decay, ""}), "weight decay");
  EXPECT_EQ(axis_title({Quantity::momentum, "conv"}), "momentum of conv");
}

TEST(Quantity, has_a_range) {
  for (const auto& [quantity, inside, outside] :
       {std::tuple{Quantity::eta, std::vector{1e-9, 10.0}, std::vector{0.0, 10.1, -1.0}},
        {Quantity::momentum, {0.0, 0.999}, {1.0, -0.1}},
        {Quantity::weight_decay, {0.0, 100.0}, {-1e-9}},
        {Quantity::label_smoothing, {0.0, 0.9}, {1.0, -0.1}},
        {Quantity::batch, {1.0, 64.0, 4294967295.0}, {0.0, 1.5, 4294967296.0}}}) {
    for (const double value : inside) EXPECT_TRUE(allows(quantity, value)) << value;
    for (const double value : outside) EXPECT_FALSE(allows(quantity, value)) << value;
    EXPECT_FALSE(allows(quantity, NAN));
    EXPECT_FALSE(allows(quantity, INFINITY));
  }
}

TEST(Quantity, places_values_in_their_order) {
  for (const QuantityTraits& traits : all_quantities())
    for (const auto& [low, high] : {std::pair{0.1, 0.5}, {0.5, 0.9}, {1.0, 2.0}, {2.0, 64.0}})
      if (allows(traits.quantity, low) && allows(traits.quantity, high)) {
        EXPECT_LT(place_of(traits.quantity, low), place_of(traits.quantity, high)) << traits.words;
      }
  EXPECT_NEAR(place_of(Quantity::eta, 0.01), -2, 1e-9);
  EXPECT_NEAR(place_of(Quantity::momentum, 0.99) - place_of(Quantity::momentum, 0.9), 1, 1e-9);
  EXPECT_EQ(place_of(Quantity::weight_decay, 0), 0);
  EXPECT_NEAR(place_of(Quantity::batch, 256) - place_of(Quantity::batch, 64), 1, 1e-9);
}

TEST(Quantity, goes_on_beyond_a_value_within_its_range) {
  for (const QuantityTraits& traits : all_quantities())
    for (const double value : {0.0, 0.1, 0.5, 0.9, 1.0, 2.0, 9.0, 64.0}) {
      if (!allows(traits.quantity, value)) continue;
      for (const bool upwards : {true, false}) {
        const std::optional<double> next = traits.beyond(value, upwards);
        if (!next) continue;
        EXPECT_TRUE(allows(traits.quantity, *next)) << traits.words << " beyond " << value;
        EXPECT_EQ(*next > value, upwards) << traits.words << " beyond " << value;
      }
    }
}

StudyDefinition of_three_groups() {
  StudyDefinition definition;
  definition.groups = {{"conv", {"conv"}}, {"hidden", {"#3"}}, {"out", {"#4"}}};
  definition.training.optimizer = {.name = "momentum", .momentum = 0.7, .weight_decay = 0.001};
  definition.training.label_smoothing = 0.05;
  definition.batch = 32;
  return definition;
}

TEST(Hyperparameters, are_the_definitions_where_no_axis_sets_them) {
  const Hyperparameters numbers = hyperparameters_of(of_three_groups(), {{0.1, 0.2, 0.3}});
  EXPECT_THAT(numbers.eta, ElementsAre(0.1, 0.2, 0.3));
  EXPECT_THAT(numbers.momentum, ElementsAre(0.7, 0.7, 0.7));
  EXPECT_THAT(numbers.weight_decay, ElementsAre(0.001, 0.001, 0.001));
  EXPECT_EQ(numbers.label_smoothing, 0.05);
  EXPECT_EQ(numbers.batch, 32u);
}

TEST(Hyperparameters, follow_the_axes) {
  StudyDefinition definition = of_three_groups();
  definition.axes = {{Quantity::momentum, "hidden"},
                     {Quantity::weight_decay, ""},
                     {Quantity::label_smoothing, ""},
                     {Quantity::batch, ""}};
  const Hyperparameters numbers = hyperparameters_of(definition, {{0.1, 0.2, 0.3, 0.9, 1e-4, 0.2, 128}});
  EXPECT_THAT(numbers.eta, ElementsAre(0.1, 0.2, 0.3));
  EXPECT_THAT(numbers.momentum, ElementsAre(0.7, 0.9, 0.7));
  EXPECT_THAT(numbers.weight_decay, ElementsAre(1e-4, 1e-4, 1e-4));
  EXPECT_EQ(numbers.label_smoothing, 0.2);
  EXPECT_EQ(numbers.batch, 128u);
}

TEST(HyperparametersDeath, need_a_value_for_each_axis) {
  EXPECT_DEATH(hyperparameters_of(of_three_groups(), {{0.1, 0.2}}), "expected one for each axis");
}

TEST(Definition, keeps_its_text_without_further_axes_and_reads_them_back) {
  StudyDefinition definition = of_three_groups();
  EXPECT_EQ(to_text(definition).find("axes"), std::string::npos)
      << "definitions of before stay what they were";
  definition.axes = {{Quantity::momentum, "hidden"}, {Quantity::batch, ""}};
  EXPECT_EQ(definition_from_text(to_text(definition)), definition);
  EXPECT_THAT(
      to_text(definition),
      testing::HasSubstr(R"("axes":[{"group":"hidden","quantity":"momentum"},{"quantity":"batch"}])"));
  std::string text = to_text(definition);
  text.replace(text.find("\"batch\"}"), 7, "\"height\"");
  EXPECT_THROW(definition_from_text(text), Failure);
}

}  // namespace
}  // namespace etalon
