#include <algorithm>

#include <gtest/gtest.h>

#include "tests/describe/describe_help.h"

namespace etalon {
namespace {

using testing::HasSubstr;

NetworkDescription named(const std::string& name, TensorShape input, std::uint32_t classes) {
  return describe_network({name, {}},
                          name == "mlp" ? std::vector<LayerGroup>{{"full", {"dense"}}} : default_groups(),
                          input, classes, "--network");
}

TEST(Networks, le_net5_has_the_known_number_of_parameters) {
  const auto network = named("lenet5", {1, 28, 28}, 10);
  EXPECT_EQ(network.name, "lenet5");
  EXPECT_EQ(network.parameters, 61'706u);
  EXPECT_EQ(network.layers.size(), 11u);
  EXPECT_EQ(network.layers[5].output, (TensorShape{16, 5, 5}));
  EXPECT_EQ(network.layers[6].input, (TensorShape{16, 5, 5}));
  EXPECT_EQ(network.classes, 10u);
}

TEST(Networks, le_net5_takes_colour) {
  const auto network = named("lenet5", {3, 32, 32}, 10);
  EXPECT_EQ(network.layers[5].output, (TensorShape{16, 6, 6}));
  EXPECT_EQ(network.parameters, 6u * 76 + 16 * 151 + 120 * 577 + 84 * 121 + 10 * 85);
}

// sum(p.numel() for p in parameters()) of the same layers in PyTorch: 896 + 9,248 + 18,496 + 36,928 +
// 1,048,832
// + 2,570
TEST(Networks, vgg_small_has_py_torchs_number_of_parameters) {
  EXPECT_EQ(named("vgg-small", {3, 32, 32}, 10).parameters, 1'116'970u);
}

TEST(Networks, mlp_has_py_torchs_number_of_parameters) {
  EXPECT_EQ(named("mlp", {1, 28, 28}, 10).parameters, 785u * 256 + 257 * 128 + 129 * 10);
}

// sum(p.numel() for p in parameters()) of bench/versus/networks.py; for resnet18 the known number of its form
// for 32x32 images.
TEST(Networks, larger_ones_have_py_torchs_number_of_parameters) {
  for (const auto& [name, expected] :
       {std::pair{"wide", 4'690'506u}, {"resnet18", 11'173'962u}, {"mobilenet-small", 543'050u}}) {
    std::uint32_t trained = 0;
    for (const LayerDescription& layer : named(name, {3, 32, 32}, 10).layers)
      trained += layer.weights + layer.biases;
    EXPECT_EQ(trained, expected) << name;
  }
}

// He et al. 2015, table 6: "0.27M". sum(p.numel() for p in parameters()) in PyTorch: convolutions 267,696,
// batch norms 1,376, dense 650.
TEST(Networks, res_net20_has_the_papers_number_of_parameters) {
  const auto network = named("resnet20", {3, 32, 32}, 10);
  std::uint32_t trained = 0, statistics = 0;
  for (const LayerDescription& layer : network.layers) {
    trained += layer.weights + layer.biases;
    statistics += layer.statistics;
  }
  EXPECT_EQ(trained, 269'722u);
  EXPECT_EQ(statistics, 1'376u);
  EXPECT_EQ(network.parameters, trained + statistics);
}

TEST(Networks, res_net20_has_nine_blocks_in_three_stages) {
  const auto network = named("resnet20", {3, 32, 32}, 10);
  const auto count = [&](LayerKind kind) {
    return std::ranges::count(network.layers, kind, &LayerDescription::kind);
  };
  EXPECT_EQ(count(LayerKind::conv) + count(LayerKind::dense), 20);
  EXPECT_EQ(count(LayerKind::batchnorm), 19);
  EXPECT_EQ(count(LayerKind::add), 9);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerDescription& layer = network.layers[i];
    EXPECT_EQ(layer.source, static_cast<std::int32_t>(i) - 1);
    if (layer.kind != LayerKind::add) continue;
    const auto block = static_cast<std::size_t>(layer.addend);
    EXPECT_EQ(block, i - 6) << "what the block's first convolution reads";
    EXPECT_EQ(network.layers[block].output.height, layer.output.height * layer.stride);
  }
  EXPECT_EQ(network.layers[network.layers.size() - 2].input, (TensorShape{64, 8, 8}));
}

TEST(Networks, res_net20_takes_images_of_any_size_from_eight) {
  for (std::uint32_t height = 8; height < 34; ++height)
    for (const std::uint32_t width : {8u, 11u, 28u})
      EXPECT_EQ(named("resnet20", {1, height, width}, 10).classes, 10u) << height << "x" << width;
}

TEST(Networks, named_ones_end_in_the_classes) {
  for (const std::string& name : known_networks())
    EXPECT_EQ(named(name, {1, 28, 28}, 47).layers.back().output, (TensorShape{47, 1, 1})) << name;
}

TEST(Networks, descriptions_are_the_same_by_name_and_by_list) {
  const auto list = describe_network({"",
                                      {"conv 6 5x5 pad 2", "relu", "maxpool 2", "conv 16 5x5", "relu",
                                       "maxpool 2", "dense 120", "relu", "dense 84", "relu", "dense 10"}},
                                     default_groups(), {1, 28, 28}, 10, "study.toml:7");
  const auto by_name = named("lenet5", {1, 28, 28}, 10);
  EXPECT_EQ(list.name, "custom");
  ASSERT_EQ(list.layers.size(), by_name.layers.size());
  for (std::size_t i = 0; i < list.layers.size(); ++i) {
    EXPECT_EQ(list.layers[i].text, by_name.layers[i].text);
    EXPECT_EQ(list.layers[i].group, by_name.layers[i].group);
    EXPECT_EQ(list.layers[i].first_parameter, by_name.layers[i].first_parameter);
  }
}

TEST(Networks, unknown_names_are_met_with_the_nearest) {
  try {
    named("lenet", {1, 28, 28}, 10);
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "--network");
    EXPECT_EQ(error.complaint().received, "the unknown network 'lenet'");
    EXPECT_EQ(error.complaint().hint, "did you mean 'lenet5'?");
  }
}

TEST(Networks, a_named_one_on_too_small_images_names_the_layer) {
  try {
    named("lenet5", {1, 8, 8}, 10);
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "--network, layer 4 'conv 16 5x5'");
    EXPECT_EQ(error.complaint().received, "6x4x4");
  }
}

TEST(Networks, fewer_outputs_than_classes_are_refused) {
  const Complaint complaint = complaint_of({"dense 9"}, {1, 4, 4}, 10);
  EXPECT_EQ(complaint.place, "study.toml:7, layer 1 'dense 9'");
  EXPECT_EQ(complaint.received, "9 outputs");
  EXPECT_EQ(complaint.expected, "at least one for each of the 10 classes");
  EXPECT_THAT(complaint.hint, HasSubstr("dense 10"));
}

TEST(Networks, more_outputs_than_classes_are_taken) {
  EXPECT_EQ(describe_layers({"dense 12"}, {1, 4, 4}, 10).classes, 12u);
}

TEST(Networks, a_conv_with_one_position_may_end_a_network) {
  EXPECT_EQ(describe_layers({"conv 10 4x4"}, {1, 4, 4}, 10).layers.back().output, (TensorShape{10, 1, 1}));
  EXPECT_EQ(describe_layers({"conv 10 3x3", "avgpool 2"}, {1, 4, 4}, 10).classes, 10u);
}

TEST(Networks, an_end_that_is_no_vector_is_refused) {
  const Complaint complaint = complaint_of({"conv 10 3x3", "relu"}, {1, 4, 4}, 10);
  EXPECT_EQ(complaint.place, "study.toml:7, layer 2 'relu'");
  EXPECT_EQ(complaint.received, "an output of 10x2x2");
}

TEST(Networks, a_network_without_weights_is_refused) {
  EXPECT_EQ(complaint_of({"maxpool 2", "relu"}).received, "a network without weights");
}

TEST(Networks, layers_read_the_one_before_unless_told_otherwise) {
  const auto network =
      describe_layers({"conv 2 1x1 label a", "relu label b", "conv 2 1x1 from a", "add b label c",
                       "conv 2 1x1 from input", "add c", "dense 2", "add input"},
                      {2, 1, 1}, 2);
  const std::vector<int> expected{-1, 0, 0, 2, -1, 4, 5, 6};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(network.layers[i].source, expected[i]) << i;
  EXPECT_EQ(network.layers[3].addend, 1);
  EXPECT_EQ(network.layers[5].addend, 3);
  EXPECT_EQ(network.layers[7].addend, -1);
}

TEST(Networks, the_nearest_of_equal_labels_is_meant) {
  const auto network = describe_layers(
      {"dense 3 label a", "dense 3 label a", "relu", "dense 3", "add a", "dense 2"}, {1, 2, 2}, 2);
  EXPECT_EQ(network.layers[4].addend, 1);
}

TEST(Networks, a_label_named_input_hides_the_input) {
  const auto network = describe_layers({"dense 4 label input", "tanh", "add input", "dense 2"}, {4, 1, 1}, 2);
  EXPECT_EQ(network.layers[2].addend, 0);
}

struct Addition {
  TensorShape addend;
  const char* convolution;  ///< makes the sum's shape of it
  std::uint32_t stride;
};

TEST(Networks, a_larger_addend_is_stridden) {
  for (const Addition& tried :
       {Addition{{4, 8, 8}, "conv 4 3x3 pad 1", 1}, Addition{{4, 8, 8}, "conv 8 3x3 pad 1", 1},
        Addition{{4, 8, 8}, "conv 8 3x3 pad 1 stride 2", 2},
        Addition{{4, 7, 9}, "conv 8 3x3 pad 1 stride 2", 2}, Addition{{4, 10, 7}, "conv 4 1x1 stride 3", 3},
        Addition{{4, 5, 5}, "conv 4 5x5", 5}}) {
    const auto network = describe_layers({tried.convolution, "add input", "dense 2"}, tried.addend, 2);
    EXPECT_EQ(network.layers[1].stride, tried.stride) << tried.convolution;
    EXPECT_EQ(network.layers[1].output, network.layers[0].output);
  }
}

TEST(Networks, an_addend_that_cannot_be_made_to_fit_is_refused) {
  const Complaint fewer = complaint_of({"conv 4 3x3 pad 1 label a", "conv 2 3x3 pad 1", "add a", "dense 2"});
  EXPECT_EQ(fewer.place, "study.toml:7, layer 3 'add a'");
  EXPECT_EQ(fewer.received, "4x28x28 to be added to 2x28x28");
  EXPECT_THAT(fewer.hint, HasSubstr("from NAME"));
  EXPECT_EQ(complaint_of({"conv 4 3x3", "add input", "dense 2"}).received, "1x28x28 to be added to 4x26x26");
  EXPECT_EQ(complaint_of({"maxpool 2 label a", "conv 1 3x3 pad 1 from input", "add a", "dense 2"}).received,
            "1x14x14 to be added to 1x28x28");
  EXPECT_EQ(complaint_of({"conv 1 1x1", "avgpool 3 stride 2", "add input", "dense 2"}, {1, 9, 5}).received,
            "1x9x5 to be added to 1x4x2");
}

TEST(Networks, adding_an_output_to_itself_is_refused) {
  EXPECT_THAT(complaint_of({"dense 4 label a", "add a", "dense 2"}).received, HasSubstr("'a'"));
  EXPECT_THAT(complaint_of({"add input", "dense 2"}).received, HasSubstr("'input'"));
}

TEST(Networks, an_unknown_label_is_met_with_the_nearest) {
  const Complaint complaint = complaint_of({"dense 4 label body", "relu", "add bodi", "dense 2"});
  EXPECT_EQ(complaint.place, "study.toml:7, layer 3 'add bodi'");
  EXPECT_THAT(complaint.received, HasSubstr("the label 'bodi'"));
  EXPECT_EQ(complaint.expected, "one of input, body");
  EXPECT_EQ(complaint.hint, "did you mean 'body'?");
  EXPECT_THAT(complaint_of({"relu from b", "dense 2 label b"}).received, HasSubstr("the label 'b'"));
  EXPECT_THAT(complaint_of({"relu", "add b label b", "dense 2"}).received, HasSubstr("the label 'b'"));
}

TEST(Networks, an_output_that_nobody_reads_is_refused) {
  const Complaint complaint = complaint_of({"dense 4 label a", "relu", "dense 3 from a", "dense 2"});
  EXPECT_EQ(complaint.place, "study.toml:7, layer 2 'relu'");
  EXPECT_EQ(complaint.received, "an output that no layer reads");
  EXPECT_THAT(complaint.hint, HasSubstr("add LABEL"));
}

TEST(Networks, a_batch_norm_alone_is_no_network) {
  EXPECT_EQ(complaint_of({"batchnorm", "gap"}, {3, 4, 4}).received, "a network without weights");
}

TEST(Networks, shapes_as_text) {
  EXPECT_EQ(to_text(TensorShape{6, 28, 27}), "6x28x27");
  EXPECT_EQ(to_text(TensorShape{120, 1, 1}), "120");
  EXPECT_EQ(to_text(TensorShape{3, 1, 2}), "3x1x2");
}

}  // namespace
}  // namespace etalon
