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

TEST(Networks, LeNet5HasTheKnownNumberOfParameters) {
  const auto network = named("lenet5", {1, 28, 28}, 10);
  EXPECT_EQ(network.name, "lenet5");
  EXPECT_EQ(network.parameters, 61'706u);
  EXPECT_EQ(network.layers.size(), 11u);
  EXPECT_EQ(network.layers[5].output, (TensorShape{16, 5, 5}));
  EXPECT_EQ(network.layers[6].input, (TensorShape{16, 5, 5}));
  EXPECT_EQ(network.classes, 10u);
}

TEST(Networks, LeNet5TakesColour) {
  const auto network = named("lenet5", {3, 32, 32}, 10);
  EXPECT_EQ(network.layers[5].output, (TensorShape{16, 6, 6}));
  EXPECT_EQ(network.parameters, 6u * 76 + 16 * 151 + 120 * 577 + 84 * 121 + 10 * 85);
}

// sum(p.numel() for p in parameters()) of the same layers in PyTorch: 896 + 9,248 + 18,496 + 36,928 +
// 1,048,832
// + 2,570
TEST(Networks, VggSmallHasPyTorchsNumberOfParameters) {
  EXPECT_EQ(named("vgg-small", {3, 32, 32}, 10).parameters, 1'116'970u);
}

TEST(Networks, MlpHasPyTorchsNumberOfParameters) {
  EXPECT_EQ(named("mlp", {1, 28, 28}, 10).parameters, 785u * 256 + 257 * 128 + 129 * 10);
}

TEST(Networks, NamedOnesEndInTheClasses) {
  for (const std::string& name : known_networks())
    EXPECT_EQ(named(name, {1, 28, 28}, 47).layers.back().output, (TensorShape{47, 1, 1})) << name;
}

TEST(Networks, DescriptionsAreTheSameByNameAndByList) {
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

TEST(Networks, UnknownNamesAreMetWithTheNearest) {
  try {
    named("lenet", {1, 28, 28}, 10);
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "--network");
    EXPECT_EQ(error.complaint().received, "the unknown network 'lenet'");
    EXPECT_EQ(error.complaint().hint, "did you mean 'lenet5'?");
  }
}

TEST(Networks, ANamedOneOnTooSmallImagesNamesTheLayer) {
  try {
    named("lenet5", {1, 8, 8}, 10);
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "--network, layer 4 'conv 16 5x5'");
    EXPECT_EQ(error.complaint().received, "6x4x4");
  }
}

TEST(Networks, FewerOutputsThanClassesAreRefused) {
  const Complaint complaint = complaint_of({"dense 9"}, {1, 4, 4}, 10);
  EXPECT_EQ(complaint.place, "study.toml:7, layer 1 'dense 9'");
  EXPECT_EQ(complaint.received, "9 outputs");
  EXPECT_EQ(complaint.expected, "at least one for each of the 10 classes");
  EXPECT_THAT(complaint.hint, HasSubstr("dense 10"));
}

TEST(Networks, MoreOutputsThanClassesAreTaken) {
  EXPECT_EQ(describe_layers({"dense 12"}, {1, 4, 4}, 10).classes, 12u);
}

TEST(Networks, AConvWithOnePositionMayEndANetwork) {
  EXPECT_EQ(describe_layers({"conv 10 4x4"}, {1, 4, 4}, 10).layers.back().output, (TensorShape{10, 1, 1}));
  EXPECT_EQ(describe_layers({"conv 10 3x3", "avgpool 2"}, {1, 4, 4}, 10).classes, 10u);
}

TEST(Networks, AnEndThatIsNoVectorIsRefused) {
  const Complaint complaint = complaint_of({"conv 10 3x3", "relu"}, {1, 4, 4}, 10);
  EXPECT_EQ(complaint.place, "study.toml:7, layer 2 'relu'");
  EXPECT_EQ(complaint.received, "an output of 10x2x2");
}

TEST(Networks, ANetworkWithoutWeightsIsRefused) {
  EXPECT_EQ(complaint_of({"maxpool 2", "relu"}).received, "a network without weights");
}

TEST(Networks, ShapesAsText) {
  EXPECT_EQ(to_text(TensorShape{6, 28, 27}), "6x28x27");
  EXPECT_EQ(to_text(TensorShape{120, 1, 1}), "120");
  EXPECT_EQ(to_text(TensorShape{3, 1, 2}), "3x1x2");
}

}  // namespace
}  // namespace etalon
