#include "etalon/report/tables.h"

#include <cmath>

#include <gtest/gtest.h>

#include "etalon/base/text.h"
#include "tests/report/fake_study.h"
#include "tests/report/golden.h"

namespace etalon::report {
namespace {

testing::FakeOptions small_options() {
  testing::FakeOptions options;
  options.etas = {0.01, 1.0};
  options.seeds = 2;
  options.steps_per_epoch = 8;
  return options;
}

TEST(Tables, are_as_approved) {
  const StudySnapshot study = testing::fake_study(small_options());
  const Judgement judgement = testing::fake_judgement(study);
  const StudyView view(study, judgement);
  testing::expect_golden("trials.csv", trials_csv(view));
  testing::expect_golden("curves.csv", curves_csv(view));
  testing::expect_golden("epochs.csv", epochs_csv(view));
}

TEST(Tables, every_line_has_as_many_fields_as_the_header) {
  const StudySnapshot study = testing::fake_study(small_options());
  const Judgement judgement = testing::fake_judgement(study);
  const StudyView view(study, judgement);
  for (const std::string& text : {trials_csv(view), curves_csv(view), epochs_csv(view)}) {
    const auto lines = split_text(text, '\n');
    const auto fields = split_text(lines.front(), ',').size();
    for (std::size_t line = 1; line + 1 < lines.size(); ++line)
      ASSERT_EQ(split_text(lines[line], ',').size(), fields) << lines[line];
    EXPECT_EQ(lines.back(), "");
  }
}

TEST(Tables, curves_hold_every_loss_and_no_times) {
  StudySnapshot study = testing::fake_study(small_options());
  const Judgement judgement = testing::fake_judgement(study);
  const std::string before = curves_csv(StudyView(study, judgement));
  std::size_t losses = 0;
  for (TrialRecord& trial : study.trials) {
    losses += trial.curve.loss.size();
    trial.times = {1, 2, 3, 1, ""};
  }
  EXPECT_EQ(split_text(before, '\n').size(), losses + 2);
  EXPECT_EQ(curves_csv(StudyView(study, judgement)), before);
}

TEST(Tables, what_was_not_measured_is_empty) {
  StudySnapshot study = testing::fake_study(small_options());
  for (TrialRecord& trial : study.trials)
    for (EpochPoint& epoch : trial.curve.epochs) epoch.validation_accuracy = epoch.validation_loss = NAN;
  const Judgement judgement = testing::fake_judgement(study);
  const auto lines = split_text(epochs_csv(StudyView(study, judgement)), '\n');
  EXPECT_TRUE(lines[1].ends_with(",,")) << lines[1];
}

}  // namespace
}  // namespace etalon::report
