#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

Complaint complaint_of_spec(const TrainingSpec& spec) {
  try {
    require_valid(spec, "study.toml:12");
  } catch (const RequestError& error) {
    return error.complaint();
  }
  ADD_FAILURE() << "was taken";
  return {};
}

TEST(TrainingSpec, every_known_name_is_taken) {
  for (const auto& optimizer : known_optimizers())
    for (const auto& schedule : known_schedules())
      for (const auto& initializer : known_initializers()) {
        TrainingSpec spec;
        spec.optimizer.name = optimizer;
        spec.schedule.name = schedule;
        spec.initializer = initializer;
        EXPECT_NO_THROW(require_valid(spec, "x"));
      }
}

TEST(TrainingSpec, label_smoothing_leaves_something_of_the_label) {
  for (const double value : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    TrainingSpec spec;
    spec.label_smoothing = value;
    EXPECT_EQ(complaint_of_spec(spec).place, "study.toml:12, label_smoothing");
  }
}

TEST(TrainingSpec, unknown_names_are_met_with_the_nearest) {
  TrainingSpec spec;
  spec.optimizer.name = "adamm";
  EXPECT_EQ(complaint_of_spec(spec).place, "study.toml:12, optimizer");
  EXPECT_THAT(complaint_of_spec(spec).hint, testing::HasSubstr("did you mean 'adam"));
  spec = {};
  spec.schedule.name = "cosinus";
  EXPECT_EQ(complaint_of_spec(spec).hint, "did you mean 'cosine'?");
  spec = {};
  spec.initializer = "xavier";
  EXPECT_EQ(complaint_of_spec(spec).place, "study.toml:12, initializer");
}

struct BadNumber {
  const char* what;
  double OptimizerSpec::*optimizer;
  double ScheduleSpec::*schedule;
  double value;
};

class BadNumbers : public testing::TestWithParam<BadNumber> {};

TEST_P(BadNumbers, are_refused_by_name) {
  TrainingSpec spec;
  if (GetParam().optimizer != nullptr) spec.optimizer.*GetParam().optimizer = GetParam().value;
  if (GetParam().schedule != nullptr) spec.schedule.*GetParam().schedule = GetParam().value;
  EXPECT_EQ(complaint_of_spec(spec).place, std::string("study.toml:12, ") + GetParam().what);
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    TrainingSpec, BadNumbers,
    testing::Values(BadNumber{"momentum", &OptimizerSpec::momentum, nullptr, 1.0},
                    BadNumber{"momentum", &OptimizerSpec::momentum, nullptr, -0.1},
                    BadNumber{"momentum", &OptimizerSpec::momentum, nullptr, nan},
                    BadNumber{"beta1", &OptimizerSpec::beta1, nullptr, 1.0},
                    BadNumber{"beta2", &OptimizerSpec::beta2, nullptr, -1.0},
                    BadNumber{"epsilon", &OptimizerSpec::epsilon, nullptr, 0.0},
                    BadNumber{"epsilon", &OptimizerSpec::epsilon, nullptr, inf},
                    BadNumber{"weight_decay", &OptimizerSpec::weight_decay, nullptr, -1e-3},
                    BadNumber{"weight_decay", &OptimizerSpec::weight_decay, nullptr, nan},
                    BadNumber{"warmup", nullptr, &ScheduleSpec::warmup_epochs, -1.0},
                    BadNumber{"warmup", nullptr, &ScheduleSpec::warmup_epochs, inf},
                    BadNumber{"step_epochs", nullptr, &ScheduleSpec::step_epochs, 0.0},
                    BadNumber{"step_epochs", nullptr, &ScheduleSpec::step_epochs, nan},
                    BadNumber{"factor", nullptr, &ScheduleSpec::factor, 0.0},
                    BadNumber{"factor", nullptr, &ScheduleSpec::factor, 1.5}));

}  // namespace
}  // namespace etalon
