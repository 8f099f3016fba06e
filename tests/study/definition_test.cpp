#include "etalon/study/definition.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etalon/base/error.h"
#include "etalon/study/differences.h"

namespace etalon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

StudyDefinition rich_definition() {
  StudyDefinition definition;
  definition.sets = {{"shapes", "aa11"}, {"mnist", "bb22"}};
  definition.network = {"", {"conv 6 5x5 pad 2", "relu", "dense 10 label \"last\""}};
  definition.groups = {{"stem", {"#1", "label:stem"}}, {"rest", {"dense"}}};
  definition.training.optimizer = {"adamw", 0.85, 0.95, 0.9999, 1e-7, 0.01};
  definition.training.schedule = {"step", 0.5, 2.0, 0.3};
  definition.training.initializer = "glorot-uniform";
  definition.training.label_smoothing = 0.1;
  definition.batch = 32;
  definition.samples = 4000;
  definition.validation = 1000;
  definition.epochs = 7;
  definition.augmentation = {"crop 4", "flip"};
  definition.study_seed = 18'446'744'073'709'551'615ull;
  definition.numerics_version = 3;
  return definition;
}

/// What a definition could say when the first stores were written.
StudyDefinition first_definition() {
  StudyDefinition definition = rich_definition();
  definition.training.label_smoothing = 0;
  definition.augmentation.clear();
  return definition;
}

/// One change for every member that a curve depends on.
const std::vector<std::function<void(StudyDefinition&)>>& all_changes() {
  static const std::vector<std::function<void(StudyDefinition&)>> changes{
      [](auto& d) { d.sets[0].name = "digits"; },
      [](auto& d) { d.sets[1].fingerprint = "cc33"; },
      [](auto& d) { std::swap(d.sets[0], d.sets[1]); },
      [](auto& d) { d.network.layers[0] = "conv 8 5x5 pad 2"; },
      [](auto& d) {
        d.network = {"mlp", {}};
      },
      [](auto& d) { d.groups[0].name = "first"; },
      [](auto& d) { d.groups[0].selectors.pop_back(); },
      [](auto& d) { d.training.optimizer.name = "adam"; },
      [](auto& d) { d.training.optimizer.momentum = 0.9; },
      [](auto& d) { d.training.optimizer.beta1 = 0.9; },
      [](auto& d) { d.training.optimizer.beta2 = 0.999; },
      [](auto& d) { d.training.optimizer.epsilon = 1e-8; },
      [](auto& d) { d.training.optimizer.weight_decay = 0.0; },
      [](auto& d) { d.training.schedule.name = "cosine"; },
      [](auto& d) { d.training.schedule.warmup_epochs = 0; },
      [](auto& d) { d.training.schedule.step_epochs = 1; },
      [](auto& d) { d.training.schedule.factor = 0.1; },
      [](auto& d) { d.training.initializer = "he"; },
      [](auto& d) { d.training.label_smoothing = 0; },
      [](auto& d) { d.batch = 64; },
      [](auto& d) { d.samples = 0; },
      [](auto& d) { d.validation = 0; },
      [](auto& d) { d.epochs = 1; },
      [](auto& d) { d.augmentation.clear(); },
      [](auto& d) { std::swap(d.augmentation[0], d.augmentation[1]); },
      [](auto& d) { d.study_seed = 0; },
      [](auto& d) { d.numerics_version = 4; },
  };
  return changes;
}

TEST(definition, reads_back_what_it_wrote) {
  EXPECT_EQ(definition_from_text(to_text(rich_definition())), rich_definition());
  EXPECT_EQ(definition_from_text(to_text(StudyDefinition{})), StudyDefinition{});
}

RC_GTEST_PROP(definition, keeps_every_number_to_the_bit,
              (double momentum, double decay, std::uint64_t seed, std::uint32_t epochs)) {
  StudyDefinition definition = rich_definition();
  definition.training.optimizer.momentum = momentum;
  definition.training.optimizer.weight_decay = decay;
  definition.study_seed = seed;
  definition.epochs = epochs;
  RC_ASSERT(definition_from_text(to_text(definition)) == definition);
}

TEST(definition, every_member_makes_another_definition_text_and_name) {
  const StudyDefinition original = rich_definition();
  for (std::size_t i = 0; i < all_changes().size(); ++i) {
    StudyDefinition other = original;
    all_changes()[i](other);
    EXPECT_NE(other, original) << "change " << i;
    EXPECT_NE(to_text(other), to_text(original)) << "change " << i;
    EXPECT_NE(name_with_epochs(other), name_with_epochs(original)) << "change " << i;
    const bool grows = other.epochs != original.epochs && can_grow(original.training.schedule);
    EXPECT_EQ(default_study_name(other) == default_study_name(original), grows) << "change " << i;
    EXPECT_EQ(is_same_study(other, original), grows) << "change " << i;
    EXPECT_EQ(definition_from_text(to_text(other)), other) << "change " << i;
  }
}

TEST(definition, epochs_are_no_part_of_a_study_unless_its_schedule_ends_with_them) {
  for (const char* schedule : {"constant", "step", "exponential", "cosine"}) {
    StudyDefinition a = rich_definition();
    a.training.schedule.name = schedule;
    StudyDefinition b = a;
    b.epochs = 99;
    EXPECT_EQ(is_same_study(a, b), std::string(schedule) != "cosine") << schedule;
    EXPECT_EQ(default_study_name(a) == default_study_name(b), std::string(schedule) != "cosine");
  }
}

TEST(definition, every_member_that_differs_is_named_with_both_values) {
  const StudyDefinition stored = rich_definition();
  EXPECT_EQ(differences(stored, stored), "");
  StudyDefinition asked = stored;
  asked.training.optimizer.name = "adam";
  asked.epochs = 2;
  asked.augmentation.pop_back();
  EXPECT_EQ(differences(stored, asked),
            "augmentation.1 = none (stored: \"flip\"); epochs = 2 (stored: 7); "
            "training.optimizer.name = \"adam\" (stored: \"adamw\")");
  for (const auto& change : all_changes()) {
    StudyDefinition other = stored;
    change(other);
    EXPECT_THAT(differences(stored, other), HasSubstr(" (stored: "));
  }
}

TEST(definition, text_has_sorted_keys_on_one_line) {
  const std::string text = to_text(rich_definition());
  EXPECT_THAT(text, StartsWith(R"({"augmentation":["crop 4","flip"],"batch":32,"epochs":7,"groups":[)"));
  EXPECT_THAT(text, testing::Not(HasSubstr("\n")));
}

TEST(definition, the_default_name_has_the_sets_the_network_and_six_digits) {
  EXPECT_THAT(default_study_name(rich_definition()),
              testing::MatchesRegex("shapes\\+mnist-custom-[0-9a-f]{6}"));
  StudyDefinition named = rich_definition();
  named.network = {"lenet5", {}};
  named.sets.pop_back();
  EXPECT_THAT(default_study_name(named), testing::MatchesRegex("shapes-lenet5-[0-9a-f]{6}"));
}

// Stores know studies by these names: should one change, every study of a user would begin anew.
TEST(definition, the_default_name_never_changes) {
  EXPECT_EQ(default_study_name(first_definition()), "shapes+mnist-custom-b4ef37");
  EXPECT_EQ(name_with_epochs(first_definition()), "shapes+mnist-custom-15d1ae");
  StudyDefinition plain;
  plain.sets = {{"shapes", "00"}};
  plain.numerics_version = 1;
  plain.training.initializer = "he";  // the default then
  EXPECT_EQ(default_study_name(plain), "shapes-lenet5-956a61");
  EXPECT_EQ(name_with_epochs(plain), "shapes-lenet5-7e7bf5");
}

TEST(definition, what_is_no_definition_is_a_failure_that_says_so) {
  for (const char* wrong : {"", "{", "[]", "{}", "null", R"({"batch":"many"})"}) {
    try {
      definition_from_text(wrong);
      ADD_FAILURE() << "was taken: " << wrong;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.complaint().place, "study definition");
      EXPECT_THAT(failure.complaint().hint, HasSubstr("store"));
    }
  }
}

StudyPlan rich_plan() {
  StudyPlan plan;
  plan.space = {{{0.001, 0.01}, {0.1}}, {Setting{{0.001, 0.1}}}};
  plan.strategy = "random";
  plan.trials = 12;
  plan.seeds = 5;
  plan.choice = {0.7, 0.25, Setting{{0.001, 0.1}}, 0.4, 0.95};
  return plan;
}

TEST(plan, reads_back_what_it_wrote) {
  EXPECT_EQ(plan_from_text(to_text(rich_plan())), rich_plan());
  EXPECT_EQ(plan_from_text(to_text(StudyPlan{})), StudyPlan{});
}

TEST(plan, refinement_and_confirmation_are_read_back) {
  StudyPlan plan = rich_plan();
  plan.refine = true;
  plan.confirmation = 8;
  EXPECT_EQ(plan_from_text(to_text(plan)), plan);
}

// What stores hold from before there was a race: read back as what it was, and with the same text.
TEST(plan, an_old_text_stays_what_it_was) {
  const std::string text =
      R"({"choice":{"divergence_limit":0.0,"speed_weight":0.5,"target_accuracy":null,"target_loss":null},)"
      R"("seeds":3,"space":{"settings":[],"values":[[0.01,0.1],[0.1]]},"strategy":"grid","trials":0})";
  const StudyPlan plan = plan_from_text(text);
  EXPECT_EQ(plan.strategy, "grid");
  EXPECT_FALSE(plan.refine);
  EXPECT_EQ(plan.confirmation, 0u);
  EXPECT_EQ(to_text(plan), text);
}

TEST(plan, a_missing_target_is_not_a_target_of_0) {
  StudyPlan plan = rich_plan();
  plan.choice.target_loss.reset();
  EXPECT_EQ(plan_from_text(to_text(plan)).choice.target_loss, std::nullopt);
  EXPECT_EQ(plan_from_text(to_text(plan)).choice.target_accuracy, 0.95);
}

TEST(plan, without_a_current_setting_its_text_is_that_of_before) {
  StudyPlan plan = rich_plan();
  plan.choice.current.reset();
  EXPECT_THAT(to_text(plan), testing::Not(HasSubstr("current")));
  EXPECT_EQ(plan_from_text(to_text(plan)).choice.current, std::nullopt);
}

TEST(plan, what_is_no_plan_is_a_failure) {
  EXPECT_THROW(plan_from_text("{}"), Failure);
  EXPECT_THROW(plan_from_text(to_text(rich_definition())), Failure);
  EXPECT_THROW(plan_from_text("broken"), Failure);
}

}  // namespace
}  // namespace etalon
