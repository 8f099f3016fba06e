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

TEST(Groups, by_kind) { EXPECT_EQ(groups_of(default_groups()), (std::vector{0, 0, 1, 1})); }

TEST(Groups, by_position) {
  EXPECT_EQ(groups_of({{"first", {"#1"}}, {"others", {"#2", "#3", "#4"}}}), (std::vector{0, 1, 1, 1}));
}

TEST(Groups, by_label) {
  EXPECT_EQ(groups_of({{"ends", {"label:stem", "label:head"}}, {"middle", {"#2", "#3"}}}),
            (std::vector{0, 1, 1, 0}));
}

/// The groups of two convolutions and a dense layer, each before its batch norm.
std::vector<int> groups_with_norms(const std::vector<LayerGroup>& groups) {
  const std::vector<std::string> list{
      "conv 4 3x3", "batchnorm label first", "relu label a", "conv 4 1x1", "batchnorm", "add a", "dense 2",
      "batchnorm"};
  std::vector<int> result;
  for (const auto& layer : describe_network({"", list}, groups, {1, 9, 9}, 2, "study.toml:9").layers)
    if (layer.weights > 0) result.push_back(layer.group);
  return result;
}

TEST(Groups, a_batch_norm_goes_with_the_layer_before_it) {
  EXPECT_EQ(groups_with_norms(default_groups()), (std::vector{0, 0, 0, 0, 1, 1}));
}

TEST(Groups, positions_do_not_count_batch_norms) {
  EXPECT_EQ(groups_with_norms({{"a", {"#1"}}, {"b", {"#2"}}, {"c", {"#3"}}}),
            (std::vector{0, 0, 1, 1, 2, 2}));
  EXPECT_THROW(groups_with_norms({{"a", {"conv", "dense", "#4"}}}), RequestError);
}

TEST(Groups, a_batch_norm_may_be_selected_by_kind_or_label) {
  EXPECT_EQ(groups_with_norms({{"conv", {"conv"}}, {"full", {"dense"}}, {"norm", {"batchnorm"}}}),
            (std::vector{0, 2, 0, 2, 1, 2}));
  EXPECT_EQ(groups_with_norms({{"conv", {"conv"}}, {"full", {"dense", "label:first"}}}),
            (std::vector{0, 1, 0, 0, 1, 1}));
}

TEST(Groups, a_batch_norm_in_two_groups_is_named) {
  try {
    groups_with_norms({{"all", {"conv", "dense", "batchnorm"}}, {"some", {"label:first"}}});
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().received, "layer 'batchnorm label first', which is in group 'all' already");
  }
}

TEST(Groups, a_batch_norm_follows_its_sources_not_the_list) {
  const std::vector<std::string> list{
      "conv 4 3x3 label a", "conv 4 1x1 label b", "relu from a", "batchnorm", "add b", "dense 2"};
  const auto network =
      describe_network({"", list}, {{"one", {"#1"}}, {"others", {"#2", "#3"}}}, {1, 9, 9}, 2, "x");
  EXPECT_EQ(network.layers[3].group, 0);
}

TEST(Groups, a_batch_norm_before_all_weights_must_be_selected) {
  const NetworkSpec spec{"", {"batchnorm", "dense 2"}};
  try {
    describe_network(spec, {{"full", {"dense"}}}, {1, 9, 9}, 2, "study.toml:9");
    FAIL();
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().received, "layer 'batchnorm' in no group");
    EXPECT_THAT(error.complaint().hint, HasSubstr("\"batchnorm\""));
  }
  EXPECT_EQ(describe_network(spec, {{"full", {"dense", "batchnorm"}}}, {1, 9, 9}, 2, "x").layers[0].group, 0);
}

TEST(Groups, selectors_of_one_group_may_overlap) {
  EXPECT_EQ(groups_of({{"conv", {"conv", "#1"}}, {"full", {"dense", "label:head"}}}),
            (std::vector{0, 0, 1, 1}));
}

TEST(Groups, a_group_without_a_layer_is_refused) {
  const Complaint complaint = complaint_of_groups({{"all", {"conv", "dense"}}, {"none", {}}});
  EXPECT_EQ(complaint.place, "study.toml:9, group 'none'");
  EXPECT_THAT(complaint.received, HasSubstr("no layer"));
}

TEST(Groups, the_default_groups_do_not_suit_an_mlp_and_the_hint_says_what_does) {
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

TEST(Groups, a_layer_in_two_groups_is_refused) {
  const Complaint complaint = complaint_of_groups({{"conv", {"conv"}}, {"full", {"dense", "#2"}}});
  EXPECT_EQ(complaint.place, "study.toml:9, group 'full'");
  EXPECT_THAT(complaint.received, HasSubstr("layer #2 'conv 4 3x3', which is in group 'conv' already"));
}

TEST(Groups, a_layer_in_no_group_is_refused) {
  const Complaint complaint = complaint_of_groups({{"conv", {"conv"}}, {"head", {"label:head"}}});
  EXPECT_EQ(complaint.place, "study.toml:9");
  EXPECT_EQ(complaint.received, "layer #3 'dense 8' in no group");
  EXPECT_THAT(complaint.hint, HasSubstr("\"#3\""));
}

TEST(Groups, no_groups_at_all_are_refused) {
  EXPECT_THAT(complaint_of_groups({}).received, HasSubstr("in no group"));
}

TEST(Groups, an_unknown_kind_is_met_with_the_nearest) {
  const Complaint complaint = complaint_of_groups({{"conv", {"conf"}}, {"full", {"dense"}}});
  EXPECT_EQ(complaint.received, "the unknown selector 'conf'");
  EXPECT_EQ(complaint.hint, "did you mean 'conv'?");
}

TEST(Groups, a_position_beyond_the_layers_is_refused) {
  EXPECT_THAT(complaint_of_groups({{"a", {"#5"}}}).received, HasSubstr("'#5'"));
  EXPECT_THAT(complaint_of_groups({{"a", {"#0"}}}).received, HasSubstr("'#0'"));
  EXPECT_THAT(complaint_of_groups({{"a", {"#x"}}}).received, HasSubstr("'#x'"));
}

TEST(Groups, an_unknown_label_is_met_with_the_nearest) {
  EXPECT_EQ(complaint_of_groups({{"a", {"label:stam"}}}).hint, "did you mean 'label:stem'?");
}

TEST(Groups, the_label_of_a_layer_without_weights_selects_nothing) {
  EXPECT_THAT(complaint_of_groups({{"a", {"label:rest"}}}).received, HasSubstr("'label:rest'"));
  EXPECT_THAT(complaint_of_groups({{"a", {"label:"}}}).received, HasSubstr("'label:'"));
}

}  // namespace
}  // namespace etalon
