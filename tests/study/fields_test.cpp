// Stored texts: what is missing keeps its default, what nobody knows is refused.
#include "etalon/study/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/study/definition.h"

namespace etalon {
namespace {

using Json = nlohmann::json;

/// What reading `text` as a plan complains of.
std::string complaint_about(const std::string& text) {
  try {
    plan_from_text(text);
  } catch (const Failure& error) {
    return error.what();
  }
  return "nothing";
}

TEST(Fields, leave_defaults_where_they_are_missing) {
  const StudyPlan plan =
      plan_from_text(R"({"space":{"values":[[0.1],[0.1]]},"choice":{"target_loss":null}})");
  StudyPlan expected;
  expected.space.values = {{0.1}, {0.1}};
  EXPECT_EQ(plan, expected);
}

TEST(Fields, of_a_definition_may_be_missing_where_a_default_is_what_was_meant) {
  StudyDefinition definition;
  definition.sets = {{"digits", "f"}};
  definition.epochs = 7;
  Json json = Json::parse(to_text(definition));
  json.erase("study_seed");
  json["training"].erase("schedule");
  json["training"]["optimizer"].erase("beta2");
  EXPECT_EQ(definition_from_text(json.dump()), definition);
}

TEST(Fields, that_nobody_knows_are_refused) {
  EXPECT_THAT(complaint_about(R"({"space":{},"seats":3})"),
              testing::AllOf(testing::HasSubstr("plan"), testing::HasSubstr("unknown field 'seats'"),
                             testing::HasSubstr("a newer Etalon")));
  EXPECT_THAT(complaint_about(R"({"space":{"values":[],"sittings":[]}})"),
              testing::HasSubstr("unknown field 'sittings'"));
}

TEST(Fields, that_have_no_default_must_be_there) {
  EXPECT_THAT(complaint_about("{}"), testing::HasSubstr("no field 'space'"));
  EXPECT_THAT(complaint_about(R"({"space":null})"), testing::HasSubstr("no field 'space'"));
  EXPECT_THAT(complaint_about(R"({"space":[1]})"), testing::HasSubstr("received array, expected an object"));
}

}  // namespace
}  // namespace etalon
