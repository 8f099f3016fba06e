#include <gmock/gmock.h>

#include "etalon/app/choose_study.h"
#include "etalon/app/shell.h"
#include "etalon/app/text_layout.h"
#include "etalon/app/trial_table.h"
#include "etalon/live/progress.h"
#include "etalon/storage/open_store.h"
#include "tests/app/asked.h"
#include "tests/app/complaints.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;

TEST(ShellWord, quotes_what_a_shell_would_read_otherwise) {
  EXPECT_EQ(shell_word("conv=0.1,1e-3"), "conv=0.1,1e-3");
  EXPECT_EQ(shell_word("mnist:/data/x"), "mnist:/data/x");
  EXPECT_EQ(shell_word("my report"), "'my report'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("it's bad\xff"), "$'it\\'s bad\\xff'");
  EXPECT_EQ(shell_word("$HOME;*"), "'$HOME;*'");
  EXPECT_EQ(shell_word("~/x"), "'~/x'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(ShellLine, hides_the_password_of_a_store) {
  EXPECT_EQ(shell_line({"etalon", "tune", "--store", "postgresql://me:secret@host/db"}),
            "etalon tune --store 'postgresql://me:***@host/db'");
  EXPECT_EQ(shell_line({"etalon", "worker", "--store=postgresql://me:secret@host/db"}),
            "etalon worker '--store=postgresql://me:***@host/db'");
}

TEST(ReproducingLine, leaves_out_what_changes_no_curve) {
  const auto line = [](const std::string& options) {
    return reproducing_line(parsed("tune " + options).typed);
  };
  EXPECT_EQ(line("my.toml --eta conv=0.1,1 --eta full=0.01 --seeds 4 --threads 2 --store s.db --out o --json "
                 "--quiet --no-report --memory 2G --lease 3"),
            "etalon tune my.toml --eta conv=0.1,1 --eta full=0.01 --seeds 4");
  EXPECT_EQ(line(""), "etalon tune");
  EXPECT_EQ(line("--confirm 4 --refine --strategy race"), "etalon tune --strategy race --refine --confirm 4");
  EXPECT_EQ(line("--study a;b --current conv=0.1,full=0.1 --label-smoothing 0.1 --augment flip,flip"),
            "etalon tune --augment flip,flip --label-smoothing 0.1 --current conv=0.1,full=0.1 "
            "--study 'a;b'");
  EXPECT_EQ(reproducing_line(parse_command_line({"tune", "my study.toml"}, "").typed),
            "etalon tune 'my study.toml'");
}

TEST(Wrapped, breaks_at_spaces_and_indents) {
  EXPECT_EQ(wrapped("one two three four", 2, 10), "one two\n  three\n  four");
  EXPECT_EQ(wrapped("one two", 2, 9), "one two");
  EXPECT_EQ(wrapped("", 2, 10), "");
  EXPECT_EQ(wrapped("unbreakable-word x", 0, 5), "unbreakable-word\nx");
  EXPECT_EQ(wrapped("± ± ± ±", 0, 7), "± ± ± ±") << "characters are counted, not bytes";
}

TEST(AlignedRows, numbers_stand_right_text_left) {
  EXPECT_THAT(aligned_rows({{"name", "count"}, {"a", "5"}, {"long", "12345678"}}),
              ElementsAre("name     count", "a            5", "long  12345678"));
  EXPECT_THAT(aligned_rows({{"x", "y"}, {"1 ± 2", "b"}, {"1", "c"}}),
              ElementsAre("    x  y", "1 ± 2  b", "    1  c"));
}

StudySnapshot study_named(const std::string& name) {
  StudySnapshot study;
  study.name = name;
  study.definition.sets = {{"shapes", name}};
  return study;
}

/// Every look at it is a millisecond later, so that studies have an order.
class CountingClock final : public Clock {
 public:
  std::int64_t unix_millis() const override { return ++millis_; }
  double steady_seconds() const override { return 0; }

 private:
  mutable std::int64_t millis_ = 0;
};

class ChooseStudy : public ::testing::Test {
 protected:
  CountingClock clock_;
  std::unique_ptr<StudyStore> store_ = open_store("memory:", StoreAccess::create, clock_);
};

TEST_F(ChooseStudy, takes_the_only_one_without_a_word) {
  store_->save_study(study_named("one"));
  const ChosenStudy chosen = choose_study(*store_, "s.db", "");
  EXPECT_EQ(chosen.study.name, "one");
  EXPECT_EQ(chosen.note, "");
}

TEST_F(ChooseStudy, takes_the_one_changed_last_and_says_so) {
  store_->save_study(study_named("one"));
  store_->save_study(study_named("two"));
  store_->save_study(study_named("one"));
  const ChosenStudy chosen = choose_study(*store_, "s.db", "");
  EXPECT_EQ(chosen.study.name, "one");
  EXPECT_EQ(chosen.note, "study one, changed last of 2 in s.db; --study names another");
  EXPECT_EQ(choose_study(*store_, "s.db", "two").study.name, "two");
}

TEST(Standing, shows_an_old_odd_name_safely) {
  const StudyStanding standing{.study = study_named("esc\x1b[31m bad\xff"), .workers = {}, .queued = {}};
  EXPECT_THAT(standing_text(standing), ::testing::StartsWith("study esc\\x1b[31m bad\\xff: 0 of 0"));
  EXPECT_THAT(standing_json(standing), ::testing::HasSubstr(R"("study": "esc\\x1b[31m bad\\xff")"));
  EXPECT_THAT(opening_text(standing.study), ::testing::StartsWith("study esc\\x1b[31m bad\\xff: "));
}

TEST_F(ChooseStudy, refuses_an_empty_store_and_unknown_names) {
  EXPECT_EQ(complaint_of([&] { choose_study(*store_, "s.db", ""); }).place, "--store s.db");
  store_->save_study(study_named("nightly"));
  EXPECT_EQ(complaint_of([&] { choose_study(*store_, "s.db", "nightli"); }).hint, "did you mean 'nightly'?");
}

}  // namespace
}  // namespace etalon
