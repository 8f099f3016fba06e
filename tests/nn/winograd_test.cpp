// Convolutions by Winograd's algorithm against the direct sums, and against nested loops, bit for bit.
#include <gtest/gtest.h>

#include "tests/nn/lane_network.h"
#include "tests/nn/made_networks.h"

namespace etalon {
namespace {

using Layers = std::vector<std::string>;

struct ByWinograd : testing::TestWithParam<std::tuple<TensorShape, Layers>> {
  ByWinograd() : network(described(std::get<1>(GetParam()), std::get<0>(GetParam()))) {}
  NetworkDescription network;
  RandomSequence random{{.study_seed = 5}};
};

TEST_P(ByWinograd, agrees_with_the_direct_sums) {
  const auto parameters = random_parameters<double>(random, network);
  const auto batch = random_batch<double>(random, network, 7);
  const auto fast = LaneNetwork<double>(network, 7, true, true).run(parameters, batch);
  const auto direct = LaneNetwork<double>(network, 7, true, false).run(parameters, batch);
  for (std::size_t k = 0; k < parameters.size(); ++k)
    ASSERT_NEAR(fast.gradient[k], direct.gradient[k], 1e-9) << k;
  for (std::size_t b = 0; b < 7; ++b) EXPECT_NEAR(fast.losses[b], direct.losses[b], 1e-9);
}

template <int slots>
void agrees_with_nested_loops(const NetworkDescription& network, std::uint32_t count) {
  RandomSequence random({.study_seed = 6});
  const auto parameters = random_parameters<float>(random, network);
  const auto batch = random_batch<float>(random, network, count);
  const PlainResult<float> plain = PlainNetwork<float>(network, parameters, slots, true).run(batch);
  for (const bool fuse : {false, true}) {
    const PlainResult<float> fast =
        LaneNetwork<float, slots>(network, count, fuse, true).run(parameters, batch);
    ASSERT_EQ(fast.logits, plain.logits) << slots;
    ASSERT_EQ(fast.losses, plain.losses) << slots;
    ASSERT_EQ(fast.gradient, plain.gradient) << slots;
    ASSERT_EQ(fast.parameters, plain.parameters) << slots;
  }
}

/// Groups that are full, and that are not.
TEST_P(ByWinograd, agrees_with_nested_loops_to_the_last_bit) {
  agrees_with_nested_loops<1>(network, 3);
  agrees_with_nested_loops<4>(network, 7);
  agrees_with_nested_loops<8>(network, 16);
  agrees_with_nested_loops<16>(network, 19);
}

// The larger image takes several passes a sample; layers of few weights add up their gradients by slot.
INSTANTIATE_TEST_SUITE_P(
    All, ByWinograd,
    testing::Combine(
        testing::Values(TensorShape{3, 13, 10}, TensorShape{3, 30, 21}),
        testing::Values(
            Layers{"conv 8 3x3 pad 1", "tanh", "conv 9 3x3 pad 1", "tanh", "conv 8 3x3", "tanh", "avgpool 2",
                   "conv 11 3x3 pad 2", "tanh", "dense 4"},
            Layers{"conv 16 3x3 pad 1", "relu", "conv 17 3x3 pad 1", "relu", "maxpool 2", "dense 4"},
            Layers{"conv 16 3x3 pad 1 no-bias", "batchnorm", "relu label a", "conv 16 3x3 pad 1 no-bias",
                   "batchnorm", "add a", "relu", "gap", "dense 4"},
            Layers{"conv 6 5x5 pad 2", "tanh", "conv 16 5x5 pad 1", "relu", "maxpool 2", "dense 4"},
            Layers{"conv 9 5x5 pad 2", "tanh", "conv 18 5x5 pad 4", "tanh", "conv 8 5x5 pad 3", "tanh",
                   "dense 4"})));

/// With and without a ReLU between; images of one pass and of several.
TEST(Winograd, does_the_work_of_batch_norms_without_changing_a_bit) {
  for (const TensorShape shape : {TensorShape{3, 13, 10}, TensorShape{3, 30, 21}}) {
    const NetworkDescription network = described(
        {"conv 8 3x3 pad 1", "batchnorm", "relu label a", "conv 9 3x3 pad 1", "batchnorm", "conv 8 3x3 pad 1",
         "batchnorm", "add a", "relu", "conv 8 3x3", "batchnorm", "conv 8 3x3 pad 2", "dense 4"},
        shape);
    RandomSequence random({.study_seed = 6});
    const auto parameters = random_parameters<float>(random, network);
    const auto batch = random_batch<float>(random, network, 7);
    LaneNetwork<float> merged(network, 7, true, true), apart(network, 7, false, true);
    const auto merges = [](const NetworkPlan& plan) {
      return std::ranges::count_if(plan.layers(), [](const LayerPlan& layer) { return layer.merged; });
    };
    EXPECT_EQ(merges(merged.plan()), 5);
    EXPECT_EQ(merges(apart.plan()), 0);
    const PlainResult<float> one = merged.run(parameters, batch), other = apart.run(parameters, batch);
    EXPECT_EQ(one.logits, other.logits);
    EXPECT_EQ(one.gradient, other.gradient);
    EXPECT_EQ(one.parameters, other.parameters);
  }
}

}  // namespace
}  // namespace etalon
