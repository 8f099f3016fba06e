// What training states that it holds.
#include <map>

#include <gtest/gtest.h>

#include "etalon/training/arena.h"
#include "etalon/training/training_memory.h"

namespace etalon {
namespace {

NetworkDescription network_of(const std::string& name) {
  const TensorShape input = name == "lenet5" ? TensorShape{1, 28, 28} : TensorShape{3, 32, 32};
  return describe_network({.name = name, .layers = {}}, {{"all", {"conv", "dense"}}}, input, 10, "test");
}

TEST(TrainingMemory, stays_within_its_bounds_for_named_networks) {
  const std::map<std::string, std::uint64_t> megabytes{
      {"lenet5", 6}, {"vgg-small", 45}, {"resnet20", 105}, {"wide", 320}, {"resnet18", 690}};
  for (const auto& [name, most] : megabytes) {
    const TrainingMemory memory = training_memory(network_of(name), {.name = "sgd"}, 64, 1);
    EXPECT_LT(memory.weights + memory.optimizer + memory.activations, most * 1'000'000) << name;
  }
}

TEST(TrainingMemory, is_that_of_a_trial_times_threads) {
  const TrainingMemory one = training_memory(network_of("lenet5"), {.name = "adam"}, 32, 1),
                       three = training_memory(network_of("lenet5"), {.name = "adam"}, 32, 3);
  EXPECT_EQ(one.all(), one.trial() + one.places);
  EXPECT_EQ(three.all(), 3 * three.trial() + three.places);
  EXPECT_EQ(one.optimizer, 2 * one.weights);
}

TEST(TrainingMemory, of_a_trial_holds_a_model_by_itself) {
  for (const std::string& name : known_networks())
    for (const std::uint32_t batch : {1u, 20u, 64u}) {
      const NetworkPlan forward(network_of(name), {.batch = batch, .forward_only = true});
      EXPECT_LE(Arena::bytes(forward), training_memory(network_of(name), {.name = "sgd"}, batch, 1).trial())
          << name << ' ' << batch;
    }
}

}  // namespace
}  // namespace etalon
