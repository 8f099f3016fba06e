#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "etalon/app/options/given.h"
#include "etalon/app/shell.h"
#include "etalon/app/study_file.h"
#include "etalon/base/files.h"
#include "tests/app/asked.h"
#include "tests/app/complaints.h"
#include "tests/app/study_text.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The table with one row more.
std::vector<Option> with_colour() {
  std::vector<Option> options(option_table().begin(), option_table().end());
  options.push_back(
      {.name = "--colour",
       .value = "NAME",
       .help = "Colour of the study",
       .standard = "grey",
       .key = {"study", "colour", "colour of the study", "`grey`"},
       .owner = Owner::definition,
       .field = Field::study_name,
       .read = [](const Given& given, Request& to) { to.study.study_name = given.text() + " study"; }});
  return options;
}

TEST(OptionTable, one_row_is_an_option_of_the_command_line) {
  const std::vector<Option> options = with_colour();
  const Request request = requested("tune --colour red --seeds 2", options);
  EXPECT_EQ(request.study.study_name, "red study");
  EXPECT_EQ(request.place(Field::study_name), "--colour");
  EXPECT_EQ(reproducing_line(request.typed), "etalon tune --seeds 2 --colour red");
  EXPECT_EQ(complaint_of([&] { parsed("tune --color red", options); }).hint, "did you mean '--colour'?");
  EXPECT_EQ(complaint_of([&] { parsed("tune --colour", options); }).received, "no value");
  EXPECT_THROW(parsed("worker --colour red", options), RequestError);
  EXPECT_THROW(parsed("tune --colour red"), RequestError);
}

TEST(OptionTable, one_row_is_a_key_of_study_files) {
  const std::vector<Option> options = with_colour();
  const auto hint = [&](const std::string& text) {
    const StudyText file(text);
    return complaint_of([&] { requested("tune " + file.path(), options); }).hint;
  };
  const StudyText file("[study]\ncolour = \"blue\"\n");
  EXPECT_EQ(requested("tune " + file.path(), options).study.study_name, "blue study");
  EXPECT_EQ(requested("tune " + file.path(), options).place(Field::study_name), file.path() + ":2");
  EXPECT_EQ(requested("tune --colour red " + file.path(), options).study.study_name, "red study");
  EXPECT_EQ(hint("[study]\ncolor = \"blue\"\n"), "did you mean 'colour'?");
  EXPECT_EQ(hint("[run]\ncolour = \"blue\"\n"), "'colour' belongs into [study]");
  EXPECT_EQ(complaint_of([&] { requested("tune " + file.path()); }).received, "the unknown key 'colour'");
}

TEST(OptionTable, one_row_is_a_line_of_help_and_documentation) {
  const std::vector<Option> options = with_colour();
  for (const char* const command : {"tune", "submit"})
    EXPECT_THAT(parsed(std::string(command) + " --help", options).information,
                HasSubstr("\n  --colour NAME         Colour of the study (default: grey)\n"));
  EXPECT_THAT(key_table(options), HasSubstr("| | `colour` | colour of the study | `grey` | `--colour` |\n"));
}

TEST(OptionTable, every_row_is_whole) {
  for (const Option& option : option_table()) {
    const std::string name = option.is_typed() ? option.name : option.key.name;
    EXPECT_NE(option.read, nullptr) << name;
    EXPECT_TRUE(option.is_typed() || option.is_key()) << name;
    EXPECT_EQ(option.is_typed(), *option.help != '\0') << name;
    EXPECT_TRUE(!option.repeats || !option.is_flag()) << name;
    for (const std::string& line : split_text(option.help, '\n')) EXPECT_LE(line.size(), 57U) << name;
  }
}

TEST(OptionTable, no_command_has_an_option_twice_and_no_table_a_key) {
  std::vector<std::string> seen;
  for (const Option& option : option_table()) {
    for (const CommandPage& page : command_pages())
      if (option.is_typed() && option.commands.contains(page.command))
        seen.push_back(fmt::format("etalon {} {}", page.name, flag_of(option)));
    if (option.is_key()) seen.push_back(fmt::format("[{}] {}", option.key.table, option.key.name));
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end()) << *std::ranges::adjacent_find(seen);
}

TEST(OptionTable, every_field_has_a_place) {
  for (int field = 0; field <= static_cast<int>(Field::out); ++field)
    EXPECT_TRUE(usual_place(static_cast<Field>(field)).starts_with("--") ||
                usual_place(static_cast<Field>(field)).starts_with("["))
        << name_of(static_cast<Field>(field));
}

/// doc/study-file.md from its first line of the table to its last.
TEST(OptionTable, is_the_table_of_the_documentation) {
  const std::string path = std::string(ETALON_SOURCE_DIR) + "/doc/study-file.md";
  const std::string page = read_text(path);
  const std::size_t from = page.find("| table |"), to = page.find("\n\n", from) + 1;
  ASSERT_LT(from, to);
  const char* const approve = std::getenv("ETALON_APPROVE");
  if (approve && std::string(approve) == "1")
    write_atomically(path, page.substr(0, from) + key_table() + page.substr(to));
  else
    EXPECT_EQ(page.substr(from, to - from), key_table()) << "tools/approve.sh app/OptionTable writes it anew";
}

TEST(Given, one_reader_serves_option_and_key) {
  const auto complaints = [&](const std::string& typed, const std::string& key) {
    const StudyText written(key);
    return std::pair(complaint_of([&] { requested("tune " + typed); }),
                     complaint_of([&] { requested("tune " + written.path()); }));
  };
  for (const auto& [typed, key, expected] :
       {std::tuple{"--epochs 0", "[study]\nepochs = 0\n", "a whole number from 1 to 100000"},
        {"--trials 2000000", "[search]\ntrials = 2000000\n", "a whole number from 1 to 1000000"},
        {"--label-smoothing 1", "[training]\nlabel_smoothing = 1\n",
         "a number from 0 up to, but not including, 1"},
        {"--optimizer adm", "[training]\noptimizer = \"adm\"\n", "one of sgd, momentum"}}) {
    const auto [option, line] = complaints(typed, key);
    EXPECT_THAT(option.expected, StartsWith(expected));
    EXPECT_THAT(line.expected, StartsWith(expected));
  }
}

}  // namespace
}  // namespace etalon
