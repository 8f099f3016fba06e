// Plans: stages, fused layers, offsets that never overlap, tiles that cover every position.
#include <set>

#include <gtest/gtest.h>

#include "etalon/nn/network_plan.h"
#include "tests/nn/made_networks.h"

namespace etalon {
namespace {

NetworkDescription lenet5() {
  return describe_network({.name = "lenet5", .layers = {}}, default_groups(), {1, 28, 28}, 10, "test");
}

TEST(Plan, puts_convolutions_and_dense_layers_into_stages) {
  const NetworkPlan plan(lenet5(), {});
  ASSERT_EQ(plan.stages().size(), 2u);
  EXPECT_FALSE(plan.stages()[0].whole_minibatch);
  EXPECT_EQ(plan.stages()[0].last, 2u);  // each convolution took its ReLU and its pooling along
  EXPECT_TRUE(plan.stages()[1].whole_minibatch);
}

TEST(Plan, keeps_every_layer_apart_when_asked) {
  const NetworkPlan plan(lenet5(), {.batch = 4, .state_arrays = 0, .fuse = false});
  EXPECT_EQ(plan.layers().size(), lenet5().layers.size());
}

TEST(Plan, gives_every_parameter_a_place_of_its_own) {
  const NetworkPlan plan(lenet5(), {});
  const std::set<std::uint32_t> places(plan.places().begin(), plan.places().end());
  EXPECT_EQ(places.size(), lenet5().parameters);
  EXPECT_LT(*places.rbegin(), plan.parameters());
}

TEST(Plan, skips_gradients_that_nobody_needs) {
  const NetworkPlan plan(lenet5(), {});
  EXPECT_FALSE(plan.layers()[0].wants_input_gradient);
  EXPECT_TRUE(plan.layers()[1].wants_input_gradient);
}

TEST(Plan, does_not_overwrite_what_an_activation_needs) {
  const NetworkPlan plan(described({"conv 2 3x3", "tanh", "sigmoid", "dense 4"}, {1, 6, 6}), {});
  EXPECT_TRUE(plan.layers()[1].in_place);
  EXPECT_FALSE(plan.layers()[2].in_place);
}

TEST(Plan, keeps_for_one_block_what_only_an_add_of_its_stage_reads) {
  const auto norm_is_of_block = [](const std::vector<std::string>& layers) {
    const NetworkPlan plan(described(layers, {1, 6, 6}), {.batch = 4});
    for (const LayerPlan& layer : plan.layers())
      if (layer.kind == StepKind::normalize) return layer.output.of_block;
    return false;
  };
  const std::string conv = "conv 2 3x3 pad 1 label a";
  EXPECT_TRUE(norm_is_of_block({conv, "conv 2 1x1", "batchnorm", "add a", "dense 4"}));
  EXPECT_FALSE(norm_is_of_block({conv, "conv 2 1x1", "batchnorm", "tanh", "add a", "dense 4"}));
  EXPECT_FALSE(norm_is_of_block({conv, "batchnorm label n", "conv 2 1x1", "add n", "dense 4"}));
  EXPECT_FALSE(norm_is_of_block(
      {conv, "batchnorm label n", "relu label r", "conv 2 1x1", "batchnorm", "add r", "dense 4"}));
}

TEST(Plan, cuts_a_minibatch_into_groups_of_slots) {
  const auto cut = [](std::uint32_t batch) {
    const NetworkPlan plan(lenet5(), {.batch = batch});
    return std::pair(plan.slots(), plan.groups());
  };
  using Cut = std::pair<std::uint32_t, std::uint32_t>;
  EXPECT_EQ(cut(1), Cut(4, 1));
  EXPECT_EQ(cut(4), Cut(4, 1));
  EXPECT_EQ(cut(5), Cut(8, 1));
  EXPECT_EQ(cut(14), Cut(16, 1));
  EXPECT_EQ(cut(20), Cut(8, 3));
  EXPECT_EQ(cut(32), Cut(16, 2));
  EXPECT_EQ(cut(50), Cut(8, 7));
  EXPECT_EQ(cut(64), Cut(16, 4));
  EXPECT_EQ(cut(100), Cut(16, 7));
}

TEST(Plan, covers_every_position_with_tiles) {
  const NetworkPlan plan(described({"conv 2 3x3", "conv 3 5x5 stride 2 pad 2", "dense 4"}, {1, 9, 8}), {});
  const LayerPlan& layer = plan.layers()[1];
  std::set<std::uint32_t> forward, back;
  for (std::uint32_t t = 0; t < layer.position_tiles; ++t)
    forward.insert(std::begin(layer.positions[t].output), std::end(layer.positions[t].output));
  for (std::uint32_t t = 0; t < layer.gradient_tiles; ++t)
    back.insert(std::begin(layer.gradients[t].output), std::end(layer.gradients[t].output));
  EXPECT_EQ(forward.size(), layer.output.height * layer.output.width);
  EXPECT_EQ(back.size(), layer.input.height * layer.input.width);
}

TEST(Plan, counts_optimizer_state_into_its_numbers) {
  const NetworkPlan none(lenet5(), {.batch = 8, .state_arrays = 0}),
      two(lenet5(), {.batch = 8, .state_arrays = 2});
  EXPECT_EQ(two.numbers() - none.numbers(), 2 * none.parameters());
  EXPECT_EQ(two.values(), none.values());
}

}  // namespace
}  // namespace etalon
