#include "etalon/live/display.h"

#include <cstdio>
#include <cstdlib>

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
  memory.training = {.lanes = 8,
                     .packs = 2,
                     .weights = 1 << 20,
                     .optimizer = 0,
                     .activations = 4 << 20,
                     .evaluation = 1 << 20};
  display.memory_needed(memory);
  for (std::uint32_t trial = 0; trial < 225; ++trial) {
    if (trial % 75 == 0) display.set_started(trial / 75, 8, 2);
    for (int i = 0; i < 10; ++i, clock.now += 0.02) display.advanced(1000, (trial + 0.1 * i) / 225);
    const TrialKey key = trial_key(trial / 75, 0.1, 0.01, trial % 75);
    display.trial_finished(finished_trial(key, 0.9), 0.9, false);
  }
  display.concluding();
}

TEST(TerminalDisplay, RedrawsOneLineAtMostEightTimesASecond) {
  Paper paper;
  SetClock clock;
  const auto display = make_terminal_display(paper.file(), clock);
  run_study(*display, clock);
  const std::string text = paper.text();
  const auto redraws = std::count(text.begin(), text.end(), '\r');
  EXPECT_LE(redraws, 45 * 8 + 10);
  EXPECT_GE(redraws, 45 * 5);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << "only the opening stays";
}

TEST(TerminalDisplay, LeavesACleanLineBehind) {
  Paper paper;
  SetClock clock;
  auto display = make_terminal_display(paper.file(), clock);
  run_study(*display, clock);
  display.reset();
  const std::string text = paper.text();
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text.substr(text.size() - 40);
}

TEST(TerminalDisplay, NoLineIsWiderThanTheTerminal) {
  Paper paper;  // no terminal: 80 columns
  SetClock clock;
  const auto display = make_terminal_display(paper.file(), clock);
  run_study(*display, clock);
  for (const std::string& drawn : split_text(paper.text(), '\r'))
    for (const std::string& line : split_text(drawn, '\n'))
      EXPECT_LE(line.substr(0, line.find('\x1b')).size(), 79U) << line;
}

TEST(LogDisplay, WritesPlainLinesEveryTenSeconds) {
  Paper paper;
  SetClock clock;
  const auto display = make_log_display(paper.file(), clock);
  run_study(*display, clock);
  std::vector<std::string> lines = split_text(paper.text(), '\n');
  lines.pop_back();
  EXPECT_EQ(
      lines.size(),
      1 + 2 + 3 + 4 + 1 + 1U);  // opened, memory, three sets, each ten seconds, the last trial, concluding
  for (const std::string& line : lines) {
    EXPECT_THAT(line, MatchesRegex("\\[..:..:..\\] .*"));
    EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  }
  EXPECT_THAT(lines[0], HasSubstr("study three-sets: 225 trials, 0 of them finished"));
  EXPECT_THAT(lines[1],
              HasSubstr("memory at most 34.0 MiB: samples 3.0 MiB, 2 packs of 8 trials at 5.0 MiB"));
  EXPECT_THAT(lines[2], HasSubstr("weights 1.0 MiB, optimizer state 0 B, activations 4.0 MiB"));
  EXPECT_THAT(lines[10], AllOf(HasSubstr("225 trials done, 0 left"), Not(HasSubstr("ETA"))));
}

TEST(SilentDisplay, SaysNothing) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  SetClock clock;
  const auto display = make_display(true);
  run_study(*display, clock);
  display->note("nothing");
  EXPECT_EQ(::testing::internal::GetCapturedStderr() + ::testing::internal::GetCapturedStdout(), "");
}

TEST(Terminal, AFileIsNeitherInteractiveNorColoured) {
  Paper paper;
  const Terminal terminal = terminal_at(::fileno(paper.file()));
  EXPECT_FALSE(terminal.interactive);
  EXPECT_FALSE(terminal.colour);
  EXPECT_EQ(terminal.columns, 80U);
}

TEST(Paint, ColoursOnlyWhereAsked) {
  EXPECT_EQ(Paint(false).strong("x"), "x");
  EXPECT_EQ(Paint(true).strong("x"), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(Paint(true).bad(""), "");
}

}  // namespace
}  // namespace etalon
