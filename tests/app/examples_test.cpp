#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>

#include "etalon/nn/describe.h"
#include "tests/app/asked.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;

Request example(const std::string& name) {
  return asked(std::string(ETALON_SOURCE_DIR) + "/examples/" + name);
}

TEST(Examples, all_are_read_and_their_networks_fit) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(ETALON_SOURCE_DIR) + "/examples")) {
    if (entry.path().extension() != ".toml") continue;
    ++count;
    const StudyRequest study = example(entry.path().filename()).study;
    const TensorShape input =
        study.network.name == "vgg-small" ? TensorShape{3, 32, 32} : TensorShape{1, 28, 28};
    EXPECT_GT(describe_network(study.network, study.groups, input, 10, "network").parameters, 0U)
        << entry.path();
    EXPECT_EQ(study.study_name, entry.path().stem()) << "a study is named like its file";
  }
  EXPECT_EQ(count, 7);
}

TEST(Examples, seed_grid_is_the_default) {
  const StudyRequest filed = example("seed-grid.toml").study, plain = asked().study;
  EXPECT_EQ(filed.plan, plain.plan);
  EXPECT_EQ(filed.sets, plain.sets);
  EXPECT_EQ(filed.network, plain.network);
  EXPECT_EQ(filed.groups, plain.groups);
  EXPECT_EQ(filed.training, plain.training);
  EXPECT_EQ(filed.epochs, plain.epochs);
  EXPECT_EQ(filed.batch, plain.batch);
}

TEST(Examples, more_than_etas_are_32_settings) {
  const StudyRequest study = example("more-than-etas.toml").study;
  EXPECT_THAT(study.axes, ElementsAre(Axis{Quantity::momentum, ""}, Axis{Quantity::weight_decay, "conv"},
                                      Axis{Quantity::batch, ""}));
  EXPECT_EQ(all_settings(study.plan.space).size(), 32U);
}

TEST(Examples, six_experiments_are_four_settings) {
  EXPECT_THAT(example("seed-six-experiments.toml").study.plan.space.settings,
              ElementsAre(Setting{{0.01, 0.0001}}, Setting{{0.01, 0.001}}, Setting{{0.01, 0.01}},
                          Setting{{0.1, 0.001}}));
}

TEST(Examples, custom_network_has_three_groups) {
  const StudyRequest study = example("custom-network.toml").study;
  ASSERT_EQ(study.groups.size(), 3U);
  EXPECT_EQ(study.groups[1].name, "body");
  EXPECT_EQ(study.network.layers.size(), 10U);
  EXPECT_EQ(study.plan.choice.target_accuracy, 0.6);
}

TEST(Examples, residual_network_is_added_together) {
  const StudyRequest study = example("residual-network.toml").study;
  const NetworkDescription network =
      describe_network(study.network, study.groups, {3, 32, 32}, 10, "network");
  const auto additions = std::ranges::count(network.layers, LayerKind::add, &LayerDescription::kind);
  EXPECT_EQ(additions, 2);
  for (const LayerDescription& layer : network.layers)
    if (layer.kind == LayerKind::batchnorm) {
      EXPECT_EQ(layer.group, 0) << "with the convolutions";
    }
}

}  // namespace
}  // namespace etalon
