#include <gtest/gtest.h>

#include "tests/describe/describe_help.h"

namespace etalon {
namespace {

using testing::HasSubstr;

LayerDescription first_layer(const std::string& text, TensorShape input = {3, 9, 11}) {
  return describe_layers({text, "dense 2"}, input, 2).layers.front();
}

TEST(Layers, conv_reads_its_words) {
  const LayerDescription conv = first_layer("conv 6 5x5 stride 2 pad 1 label stem");
  EXPECT_EQ(conv.kind, LayerKind::conv);
  EXPECT_EQ(conv.text, "conv 6 5x5 stride 2 pad 1 label stem");
  EXPECT_EQ(conv.label, "stem");
  EXPECT_EQ(conv.kernel_height, 5u);
  EXPECT_EQ(conv.kernel_width, 5u);
  EXPECT_EQ(conv.stride, 2u);
  EXPECT_EQ(conv.padding, 1u);
  EXPECT_EQ(conv.input, (TensorShape{3, 9, 11}));
  EXPECT_EQ(conv.output, (TensorShape{6, 4, 5}));  // (9 + 2 - 5) / 2 + 1, (11 + 2 - 5) / 2 + 1
  EXPECT_EQ(conv.weights, 6u * 3 * 5 * 5);
  EXPECT_EQ(conv.biases, 6u);
}

TEST(Layers, conv_options_in_any_order_and_any_blanks) {
  const LayerDescription conv = first_layer("  conv  4\t3x3 label a  pad 2 stride 3 ");
  EXPECT_EQ(conv.text, "conv 4 3x3 label a pad 2 stride 3");
  EXPECT_EQ(conv.output, (TensorShape{4, 4, 5}));
}

TEST(Layers, pooling_strides_by_its_window_and_drops_the_rest) {
  EXPECT_EQ(first_layer("maxpool 2").output, (TensorShape{3, 4, 5}));
  EXPECT_EQ(first_layer("avgpool 4").output, (TensorShape{3, 2, 2}));
  EXPECT_EQ(first_layer("avgpool 4").kind, LayerKind::avgpool);
  EXPECT_EQ(first_layer("maxpool 3 stride 1").output, (TensorShape{3, 7, 9}));
  EXPECT_EQ(first_layer("maxpool 2").stride, 2u);
  EXPECT_EQ(first_layer("maxpool 2").weights, 0u);
}

TEST(Layers, dense_flattens_what_it_gets) {
  const LayerDescription dense = first_layer("dense 7");
  EXPECT_EQ(dense.output, (TensorShape{7, 1, 1}));
  EXPECT_EQ(dense.weights, 7u * 3 * 9 * 11);
  EXPECT_EQ(dense.biases, 7u);
}

TEST(Layers, activations_keep_the_shape) {
  for (const char* text :
       {"relu", "leaky-relu", "tanh", "sigmoid", "gelu", "silu", "dropout 0.5", "relu label r"})
    EXPECT_EQ(first_layer(text).output, (TensorShape{3, 9, 11})) << text;
}

TEST(Layers, conv_without_biases) {
  const LayerDescription conv = first_layer("conv 6 5x5 no-bias");
  EXPECT_EQ(conv.weights, 6u * 3 * 5 * 5);
  EXPECT_EQ(conv.biases, 0u);
}

TEST(Layers, groups_of_channels_divide_the_weights) {
  const LayerDescription conv = first_layer("conv 6 3x3 groups 3 pad 1", {9, 5, 5});
  EXPECT_EQ(conv.channel_groups, 3u);
  EXPECT_EQ(conv.output, (TensorShape{6, 5, 5}));
  EXPECT_EQ(conv.weights, 6u * 3 * 3 * 3);
  EXPECT_EQ(conv.biases, 6u);
  EXPECT_EQ(first_layer("conv 6 3x3").channel_groups, 1u);
}

TEST(Layers, depthwise_has_a_group_a_channel) {
  const LayerDescription conv = first_layer("depthwise 3x3 stride 2 pad 1 no-bias label d", {5, 9, 9});
  EXPECT_EQ(conv.kind, LayerKind::conv);
  EXPECT_EQ(conv.channel_groups, 5u);
  EXPECT_EQ(conv.output, (TensorShape{5, 5, 5}));
  EXPECT_EQ(conv.weights, 5u * 9);
  EXPECT_EQ(conv.biases, 0u);
  EXPECT_EQ(conv.label, "d");
}

TEST(Layers, batch_norm_has_four_numbers_a_channel) {
  const auto network =
      describe_layers({"conv 4 3x3 no-bias", "batchnorm", "dense 2", "batchnorm"}, {1, 5, 5}, 2);
  const LayerDescription& norm = network.layers[1];
  EXPECT_EQ(norm.output, (TensorShape{4, 3, 3}));
  EXPECT_EQ(norm.weights, 4u);
  EXPECT_EQ(norm.biases, 4u);
  EXPECT_EQ(norm.statistics, 8u);
  EXPECT_EQ(norm.first_parameter, 36u);
  EXPECT_EQ(network.layers[2].first_parameter, 36u + 16);
  EXPECT_EQ(network.layers[3].weights, 2u) << "after dense each value is a channel";
  EXPECT_EQ(network.parameters, 36u + 16 + 74 + 8);
}

TEST(Layers, gap_averages_the_whole_plane) {
  const LayerDescription gap = first_layer("gap");
  EXPECT_EQ(gap.kind, LayerKind::avgpool);
  EXPECT_EQ(gap.kernel_height, 9u);
  EXPECT_EQ(gap.kernel_width, 11u);
  EXPECT_EQ(gap.stride, 1u);
  EXPECT_EQ(gap.output, (TensorShape{3, 1, 1}));
}

TEST(Layers, leaky_slope_has_a_default) {
  EXPECT_FLOAT_EQ(first_layer("leaky-relu").parameter, 0.01f);
  EXPECT_FLOAT_EQ(first_layer("leaky-relu 0.2").parameter, 0.2f);
  EXPECT_FLOAT_EQ(first_layer("leaky-relu label l").parameter, 0.01f);
}

TEST(Layers, dropout_share) { EXPECT_FLOAT_EQ(first_layer("dropout 0.25").parameter, 0.25f); }

TEST(Layers, parameters_lie_one_after_the_other) {
  const auto network = describe_layers({"conv 4 3x3", "relu", "dense 5", "dense 3"}, {1, 5, 5}, 3);
  EXPECT_EQ(network.layers[0].first_parameter, 0u);
  EXPECT_EQ(network.layers[2].first_parameter, 40u);
  EXPECT_EQ(network.layers[3].first_parameter, 40u + 36 * 5 + 5);
  EXPECT_EQ(network.parameters, 40u + 185 + 18);
}

struct BadLayer {
  std::string text, received, expected;
};

class RefusedLayer : public testing::TestWithParam<BadLayer> {};

TEST_P(RefusedLayer, is_named_with_what_was_received_and_expected) {
  const Complaint complaint = complaint_of({"relu", GetParam().text, "dense 2"});
  EXPECT_THAT(complaint.place, HasSubstr("study.toml:7, layer 2 '" + GetParam().text + "'"));
  EXPECT_THAT(complaint.received, HasSubstr(GetParam().received));
  EXPECT_THAT(complaint.expected, HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Layers, RefusedLayer,
    testing::Values(
        BadLayer{"", "empty", "a layer such as"}, BadLayer{"  ", "empty", "a layer such as"},
        BadLayer{"cnov 6 5x5", "the unknown layer 'cnov'", "conv, dense"},
        BadLayer{"CONV 6 5x5", "the unknown layer 'CONV'", "conv, dense"},
        BadLayer{"conv", "the end", "the number of outputs"},
        BadLayer{"conv 0 5x5", "'0'", "from 1 to 65536"}, BadLayer{"conv -3 5x5", "'-3'", "a whole number"},
        BadLayer{"conv 6.5 5x5", "'6.5'", "a whole number"},
        BadLayer{"conv many 5x5", "'many'", "a whole number"},
        BadLayer{"conv 4294967297 5x5", "'4294967297'", "a whole number"},
        BadLayer{"conv 6", "the end", "a square kernel"}, BadLayer{"conv 6 5", "'5'", "a square kernel"},
        BadLayer{"conv 6 5x", "'5x'", "a square kernel"}, BadLayer{"conv 6 5x3", "'5x3'", "a square kernel"},
        BadLayer{"conv 6 5x5x5", "'5x5x5'", "a square kernel"},
        BadLayer{"conv 6 0x0", "'0x0'", "a square kernel"},
        BadLayer{"conv 6 5x5 stride 0", "'0'", "the stride"},
        BadLayer{"conv 6 5x5 stride", "the end", "the stride"},
        BadLayer{"conv 6 5x5 pad -1", "'-1'", "the padding"},
        BadLayer{"conv 6 5x5 pad 5", "pad 5", "smaller than the kernel"},
        BadLayer{"conv 6 5x5 pad 1 pad 2", "'pad' twice", "once"},
        BadLayer{"conv 6 5x5 padding 2", "the unknown word 'padding'",
                 "stride, pad, groups, no-bias, label, from"},
        BadLayer{"conv 6 5x5 label", "the end", "the label's name"},
        BadLayer{"conv 6 29x29", "1x28x28", "at least 29x29"},
        BadLayer{"conv 6 40x40 pad 2", "1x28x28", "at least 36x36"},
        BadLayer{"dense", "the end", "the number of outputs"}, BadLayer{"dense 0", "'0'", "from 1 to 65536"},
        BadLayer{"dense 70000", "'70000'", "from 1 to 65536"},
        BadLayer{"dense 10 stride 2", "the unknown word 'stride'", "nothing more, or one of label"},
        BadLayer{"maxpool", "the end", "the window's edge"},
        BadLayer{"maxpool 0", "'0'", "the window's edge"},
        BadLayer{"maxpool 29", "1x28x28", "at least 29x29"},
        BadLayer{"maxpool 2 stride 0", "'0'", "the stride"},
        BadLayer{"maxpool 2 pad 1", "the unknown word 'pad'", "stride, label"},
        BadLayer{"avgpool 2 2", "the unknown word '2'", "stride, label"},
        BadLayer{"relu 1", "the unknown word '1'", "label"}, BadLayer{"leaky-relu -1", "'-1'", "the slope"},
        BadLayer{"leaky-relu 1.5", "'1.5'", "the slope"}, BadLayer{"dropout", "the end", "the share"},
        BadLayer{"dropout 1", "'1'", "[0, 1)"}, BadLayer{"dropout nan", "'nan'", "[0, 1)"},
        BadLayer{"dropout half", "'half'", "[0, 1)"},
        BadLayer{"gap 2", "the unknown word '2'", "label, from"},
        BadLayer{"batchnorm 8", "the unknown word '8'", "label, from"},
        BadLayer{"conv 6 5x5 groups 0", "'0'", "the number of channel groups"},
        BadLayer{"conv 6 5x5 groups", "the end", "the number of channel groups"},
        BadLayer{"conv 6 5x5 groups 2", "1 input channels in 2 groups", "divides"},
        BadLayer{"conv 6 5x5 no-bias no-bias", "'no-bias' twice", "once"},
        BadLayer{"dense 6 no-bias", "the unknown word 'no-bias'", "label, from"},
        BadLayer{"depthwise 6 5x5", "'6'", "a square kernel"},
        BadLayer{"depthwise 5x5 groups 1", "the unknown word 'groups'", "stride, pad, no-bias, label, from"},
        BadLayer{"depthwise 5x5 pad 5", "pad 5", "smaller than the kernel"},
        BadLayer{"add", "the end", "the label of the layer to add"},
        BadLayer{"relu from", "the end", "the label of the layer to read"}));

TEST(Layers, groups_that_do_not_divide_the_outputs_are_refused) {
  EXPECT_EQ(complaint_of({"conv 6 3x3 groups 4", "dense 2"}, {8, 9, 9}).received,
            "6 output channels in 4 groups");
}

TEST(Layers, unknown_words_are_met_with_the_nearest) {
  EXPECT_EQ(complaint_of({"cnov 6 5x5"}).hint, "did you mean 'conv'?");
  EXPECT_EQ(complaint_of({"conv 6 5x5 strid 2"}).hint, "did you mean 'stride'?");
}

TEST(Layers, a_window_too_large_for_what_is_left_names_the_shape) {
  const Complaint complaint = complaint_of({"conv 6 5x5", "maxpool 8", "relu", "conv 16 5x5", "dense 2"});
  EXPECT_EQ(complaint.place, "study.toml:7, layer 4 'conv 16 5x5'");
  EXPECT_EQ(complaint.received, "6x3x3");
  EXPECT_EQ(complaint.expected, "at least 5x5 in each channel");
  EXPECT_THAT(complaint.hint, HasSubstr("pad"));
}

TEST(Layers, a_window_has_to_fit_both_ways) {
  EXPECT_EQ(complaint_of({"conv 6 5x5", "dense 2"}, {1, 4, 28}).received, "1x4x28");
  EXPECT_EQ(complaint_of({"conv 6 5x5", "dense 2"}, {1, 28, 4}).received, "1x28x4");
}

TEST(Layers, a_conv_after_a_dense_layer_gets_a_vector) {
  const Complaint complaint = complaint_of({"dense 120", "conv 16 5x5", "dense 2"});
  EXPECT_EQ(complaint.received, "120");
  EXPECT_EQ(complaint.expected, "at least 5x5 in each channel");
}

TEST(Layers, more_weights_than_can_be_counted_are_refused) {
  EXPECT_THAT(complaint_of({"dense 65536", "dense 65536", "dense 2"}).received, HasSubstr("weights"));
}

TEST(Layers, more_values_than_can_be_counted_are_refused) {
  EXPECT_THAT(complaint_of({"conv 65536 1x1", "dense 2"}, {1, 256, 256}).received, HasSubstr("values"));
}

TEST(Layers, parameters_are_summed_without_overflow) {
  EXPECT_THAT(complaint_of({"dense 30000", "dense 30000", "dense 30000", "dense 30000", "dense 2"}).received,
              HasSubstr("parameters"));
}

}  // namespace
}  // namespace etalon
