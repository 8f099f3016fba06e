/// A golden curve for each numeric class: its bits may change only together with numerics_version.
#include <gtest/gtest.h>

#include "etalon/base/digest.h"
#include "tests/training/many_trials.h"

namespace etalon {
namespace {

std::string digest_of(const Outcome& outcome) {
  Digest digest;
  const auto add = [&](const auto& values) {
    digest.add(
        std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(values[0])));
  };
  add(outcome.curve.loss);
  add(outcome.weights);
  for (const EpochPoint& epoch : outcome.curve.epochs)
    add(std::vector<double>{epoch.training_loss, epoch.validation_loss, epoch.validation_accuracy});
  return digest.finish().substr(0, 16);
}

TEST(GoldenCurve, bits_change_only_with_the_version_of_the_numerics) {
  if (engine_support().numeric_class != "x86-64-fma")
    GTEST_SKIP() << "the golden curve is of the class x86-64-fma";
  const golden::GoldenInputs inputs = small_inputs();
  TrainingSpec training;
  training.optimizer.name = "adam";
  training.schedule.name = "cosine";
  training.initializer = "he";
  const TrainingTask task = small_task(inputs, training, 2);
  const auto outcomes = train(task, {{0, {0.01, 0.003}, 2, 2}}, {.threads = 1});
  ASSERT_EQ(numerics_version, 4u) << "raised on purpose? then store the new digest here";
  EXPECT_EQ(digest_of(outcomes.at(0)), "a6bf383a6b6aa2af");
}

}  // namespace
}  // namespace etalon
