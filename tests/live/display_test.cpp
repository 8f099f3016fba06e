#include "etalon/live/display.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "etalon/base/text.h"
#include "tests/live/studies.h"

namespace etalon {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class SetClock final : public Clock {
 public:
  std::int64_t unix_millis() const override { return 0; }
  double steady_seconds() const override { return now; }
  double now = 1000.0;
};

/// A file that remembers what was written to it.
class Paper {
 public:
  Paper() : file_(std::tmpfile()) {}
  ~Paper() { std::fclose(file_); }
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;
  std::FILE* file() { return file_; }

  std::string text() {
    std::fflush(file_);
    std::string text(static_cast<std::size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    text.resize(std::fread(text.data(), 1, text.size(), file_));
    return text;
  }

 private:
  std::FILE* file_;
};

/// Trains 225 trials in 45 seconds of the set clock.
void run_study(ProgressDisplay& display, SetClock& clock) {
  display.study_opened(shown_study());
  StudyMemory memory;
  memory.samples = 3 << 20;
  memory.training = {.trials = 2, .weights = 1 << 20, .optimizer = 0, .activations = 4 << 20};
  display.memory_needed(memory);
  for (std::uint32_t trial = 0; trial < 225; ++trial) {
    if (trial % 75 == 0) display.set_started(trial / 75, 2);
    for (int i = 0; i < 10; ++i, clock.now += 0.02) display.advanced(1000, (trial + 0.1 * i) / 225);
    const TrialKey key = trial_key(trial / 75, 0.1, 0.01, trial % 75);
    display.trial_finished(finished_trial(key, 0.9), 0.9, false);
  }
  display.concluding();
}

TEST(TerminalDisplay, redraws_one_line_at_most_eight_times_a_second) {
  Paper paper;
  SetClock clock;
  const auto display = make_terminal_display(paper.file(), clock);
  run_study(*display, clock);
  const std::string text = paper.text();
  const auto redraws = std::count(text.begin(), text.end(), '\r');
  EXPECT_LE(redraws, 45 * 8 + 10);
  EXPECT_GE(redraws, 45 * 5);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << "only the opening stays";
}

TEST(TerminalDisplay, leaves_a_clean_line_behind) {
  Paper paper;
  SetClock clock;
  auto display = make_terminal_display(paper.file(), clock);
  run_study(*display, clock);
  display.reset();
  const std::string text = paper.text();
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text.substr(text.size() - 40);
}

TEST(TerminalDisplay, no_line_is_wider_than_the_terminal) {
  Paper paper;  // no terminal: 80 columns
  SetClock clock;
  const auto display = make_terminal_display(paper.file(), clock);
  run_study(*display, clock);
  for (const std::string& drawn : split_text(paper.text(), '\r'))
    for (const std::string& line : split_text(drawn, '\n'))
      EXPECT_LE(line.substr(0, line.find('\x1b')).size(), 79U) << line;
}

TEST(LogDisplay, writes_plain_lines_every_ten_seconds) {
  Paper paper;
  SetClock clock;
  const auto display = make_log_display(paper.file(), clock);
  run_study(*display, clock);
  std::vector<std::string> lines = split_text(paper.text(), '\n');
  lines.pop_back();
  EXPECT_EQ(
      lines.size(),
      1 + 3 + 3 + 4 + 1 + 1U);  // opened, memory, three sets, each ten seconds, the last trial, concluding
  for (const std::string& line : lines) {
    EXPECT_THAT(line, MatchesRegex("\\[..:..:..\\] .*"));
    EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  }
  EXPECT_THAT(lines[0], HasSubstr("study three-sets: 225 trials, 0 of them finished"));
  EXPECT_THAT(lines[1], HasSubstr("memory at most 33.0 MiB: samples 3.0 MiB, 2 trials at 5.0 MiB"));
  EXPECT_THAT(lines[2], HasSubstr("weights 1.0 MiB, optimizer state 0 B, activations 4.0 MiB"));
  EXPECT_THAT(lines[3], HasSubstr("results and report 0 B"));
  EXPECT_THAT(lines[11], AllOf(HasSubstr("225 trials done, 0 left"), Not(HasSubstr("ETA"))));
}

TEST(EveryDisplay, tells_once_that_the_store_is_away_and_once_that_it_is_back) {
  for (const bool terminal : {false, true}) {
    Paper paper;
    SetClock clock;
    const auto display =
        terminal ? make_terminal_display(paper.file(), clock) : make_log_display(paper.file(), clock);
    display->study_opened(shown_study());
    display->store_away(true, "the store does not answer");
    clock.now += 20;
    display->advanced(1000, 0.1);
    display->store_away(false, "the store answers");
    const std::string text = paper.text();
    EXPECT_THAT(text, HasSubstr("the store does not answer\n"));
    EXPECT_THAT(text, HasSubstr("store away   0 trials done"));
    EXPECT_THAT(text.substr(text.find("the store answers\n")), Not(HasSubstr("store away")));
  }
}

TEST(EveryDisplay, shows_notes_in_printable_bytes) {
  for (const bool terminal : {false, true}) {
    Paper paper;
    SetClock clock;
    const auto display =
        terminal ? make_terminal_display(paper.file(), clock) : make_log_display(paper.file(), clock);
    display->note("esc\x1b[31m bad\xff");
    EXPECT_THAT(paper.text(), HasSubstr("esc\\x1b[31m bad\\xff\n"));
  }
}

/// Counts how many are in it at once.
class Turnstile final : public ProgressDisplay {
 public:
  void study_opened(const StudySnapshot&) override {}
  void memory_needed(const StudyMemory&) override {}
  void plan_grew(std::uint32_t) override {}
  void set_started(std::uint32_t, std::uint32_t) override {}
  void advanced(std::uint64_t, double) override { pass(); }
  void trial_finished(const TrialRecord&, double, bool) override {}
  void concluding() override {}
  void watched(std::uint32_t, std::uint32_t, double) override {}
  void working(const std::string&, std::uint32_t, std::uint32_t) override {}
  void store_away(bool, const std::string&) override { pass(); }
  void note(const std::string&) override { pass(); }
  void close() override {}

  std::atomic<int> passed = 0, most = 0;

 private:
  void pass() {
    most = std::max(most.load(), ++inside_);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --inside_;
    ++passed;
  }
  std::atomic<int> inside_ = 0;
};

TEST(SharedDisplay, is_entered_by_one_thread_at_a_time) {
  auto turnstile = std::make_unique<Turnstile>();
  const Turnstile& seen = *turnstile;
  const auto display = make_shared_display(std::move(turnstile));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int line = 0; line < 10; ++line) {
        display->note("a line");
        display->advanced(1, 0.5);
        display->store_away(line % 2 == 0, "away");
      }
    });
  threads.clear();
  EXPECT_EQ(seen.passed, 120);
  EXPECT_EQ(seen.most, 1);
}

TEST(SilentDisplay, says_nothing) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  SetClock clock;
  const auto display = make_display(true);
  run_study(*display, clock);
  display->note("nothing");
  EXPECT_EQ(::testing::internal::GetCapturedStderr() + ::testing::internal::GetCapturedStdout(), "");
}

TEST(Terminal, a_file_is_neither_interactive_nor_coloured) {
  Paper paper;
  const Terminal terminal = terminal_at(::fileno(paper.file()));
  EXPECT_FALSE(terminal.interactive);
  EXPECT_FALSE(terminal.colour);
  EXPECT_EQ(terminal.columns, 80U);
}

TEST(Paint, colours_only_where_asked) {
  EXPECT_EQ(Paint(false).strong("x"), "x");
  EXPECT_EQ(Paint(true).strong("x"), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(Paint(true).bad(""), "");
}

}  // namespace
}  // namespace etalon
