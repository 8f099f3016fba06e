#include <gtest/gtest.h>

#include "tests/describe/describe_help.h"

namespace etalon {
namespace {

using testing::HasSubstr;

const std::vector<std::string> layers{
    "conv 4 3x3 label stem", "relu label rest", "conv 4 3x3", "dense 8", "relu", "dense 2 label head"};

/// The groups of the four layers with weights.
std::vector<int> groups_of(const std::vector<LayerGroup>& groups) {
  std::vector<int> result;
  for (const auto& layer : describe_network({"", layers}, groups, {1, 9, 9}, 2, "study.toml:9").layers)
    if (layer.weights > 0)
      result.push_back(layer.group);
    else
      EXPECT_EQ(layer.group, -1);
  return result;
}

Complaint complaint_of_groups(const std::vector<LayerGroup>& groups) {
  try {
    groups_of(groups);
  } catch (const RequestError& error) {
    return error.complaint();
  }
  ADD_FAILURE() << "was taken";
  return {};
}

TEST(Groups, ByKind) { EXPECT_EQ(groups_of(default_groups()), (std::vector{0, 0, 1, 1})); }

TEST(Groups, ByPosition) {
  EXPECT_EQ(groups_of({{"first", {"#1"}}, {"others", {"#2", "#3", "#4"}}}), (std::vector{0, 1, 1, 1}));
}

TEST(Groups, ByLabel) {
  EXPECT_EQ(groups_of({{"ends", {"label:stem", "label:head"}}, {"middle", {"#2", "#3"}}}),
            (std::vector{0, 1, 1, 0}));
}

TEST(Groups, SelectorsOfOneGroupMayOverlap) {
  EXPECT_EQ(groups_of({{"conv", {"conv", "#1"}}, {"full", {"dense", "label:head"}}}),
            (std::vector{0, 0, 1, 1}));
}

TEST(Groups, AGroupWithoutALayerIsRefused) {
  const Complaint complaint = complaint_of_groups({{"all", {"conv", "dense"}}, {"none", {}}});
  EXPECT_EQ(complaint.place, "study.toml:9, group 'none'");
  EXPECT_THAT(complaint.received, HasSubstr("no layer"));
}

TEST(Groups, TheDefaultGroupsDoNotSuitAnMlpAndTheHintSaysWhatDoes) {
  try {
    describe_network({"mlp", {}}, default_groups(), {1, 28, 28}, 10, "--network");
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "--network, group 'conv'");
    EXPECT_THAT(error.complaint().hint, HasSubstr("[groups]"));
    EXPECT_THAT(error.complaint().hint, HasSubstr("full = [\"dense\"]"));
    EXPECT_THAT(error.complaint().hint, testing::Not(HasSubstr("\"conv\"")));
  }
}

TEST(Groups, ALayerInTwoGroupsIsRefused) {
  const Complaint complaint = complaint_of_groups({{"conv", {"conv"}}, {"full", {"dense", "#2"}}});
  EXPECT_EQ(complaint.place, "study.toml:9, group 'full'");
  EXPECT_THAT(complaint.received, HasSubstr("layer #2 'conv 4 3x3', which is in group 'conv' already"));
}

TEST(Groups, ALayerInNoGroupIsRefused) {
  const Complaint complaint = complaint_of_groups({{"conv", {"conv"}}, {"head", {"label:head"}}});
  EXPECT_EQ(complaint.place, "study.toml:9");
  EXPECT_EQ(complaint.received, "layer #3 'dense 8' in no group");
  EXPECT_THAT(complaint.hint, HasSubstr("\"#3\""));
}

TEST(Groups, NoGroupsAtAllAreRefused) {
  EXPECT_THAT(complaint_of_groups({}).received, HasSubstr("in no group"));
}

TEST(Groups, AnUnknownKindIsMetWithTheNearest) {
  const Complaint complaint = complaint_of_groups({{"conv", {"conf"}}, {"full", {"dense"}}});
  EXPECT_EQ(complaint.received, "the unknown selector 'conf'");
  EXPECT_EQ(complaint.hint, "did you mean 'conv'?");
}

TEST(Groups, APositionBeyondTheLayersIsRefused) {
  EXPECT_THAT(complaint_of_groups({{"a", {"#5"}}}).received, HasSubstr("'#5'"));
  EXPECT_THAT(complaint_of_groups({{"a", {"#0"}}}).received, HasSubstr("'#0'"));
  EXPECT_THAT(complaint_of_groups({{"a", {"#x"}}}).received, HasSubstr("'#x'"));
}

TEST(Groups, AnUnknownLabelIsMetWithTheNearest) {
  EXPECT_EQ(complaint_of_groups({{"a", {"label:stam"}}}).hint, "did you mean 'label:stem'?");
}

TEST(Groups, TheLabelOfALayerWithoutWeightsSelectsNothing) {
  EXPECT_THAT(complaint_of_groups({{"a", {"label:rest"}}}).received, HasSubstr("'label:rest'"));
  EXPECT_THAT(complaint_of_groups({{"a", {"label:"}}}).received, HasSubstr("'label:'"));
}

}  // namespace
}  // namespace etalon
