#include "etalon/running/feasibility.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/running/prepare.h"
#include "etalon/running/worker.h"
#include "etalon/training/schedule.h"
#include "tests/running/studies.h"

namespace etalon {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// 10 steps an epoch.
StudyRequest ten_steps_an_epoch(std::uint32_t epochs = 10) {
  StudyRequest request = small_request();
  request.samples = 320;
  request.epochs = epochs;
  return request;
}

ScheduleSpec schedule(const std::string& name, double warmup, double step_epochs = 1, double factor = 0.1) {
  return {name, warmup, step_epochs, factor};
}

StudyRequest with_schedule(const ScheduleSpec& spec, std::uint32_t epochs = 10) {
  StudyRequest request = ten_steps_an_epoch(epochs);
  request.training.schedule = spec;
  return request;
}

/// The complaint about 320 samples of shapes; empty where they were taken.
std::string refusal(const StudyRequest& request) {
  try {
    require_feasible(request, "shapes", 320,
                     describe_network(request.network, request.groups, {1, 28, 28}, 10, "network"));
  } catch (const RequestError& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> doubts(const StudyRequest& request) { return doubts_of(request, "shapes", 320); }

TEST(Feasibility, a_warm_up_beyond_the_budget_is_refused) {
  for (const char* name : {"constant", "step", "cosine", "exponential"}) {
    for (const double warmup : {10.1, 10.05, 100.0})
      EXPECT_THAT(refusal(with_schedule(schedule(name, warmup))), HasSubstr("warmup: received a warm-up of "))
          << name << " " << warmup;
    EXPECT_EQ(refusal(with_schedule(schedule(name, 10))), "") << name;
  }
}

// What was taken has at least one step beyond its warm-up, on every set of the study.
TEST(Feasibility, every_schedule_that_is_taken_reaches_its_eta) {
  for (std::uint32_t epochs : {1u, 2u, 7u})
    for (double warmup = 0; warmup < 8; warmup += 0.05) {
      const StudyRequest request = with_schedule(schedule("cosine", warmup), epochs);
      if (!refusal(request).empty()) {
        EXPECT_GE(warmup, epochs + 0.049);
        continue;
      }
      const Schedule taken(request.training.schedule, 10, epochs);
      double largest = 0;
      for (std::uint32_t step = 0; step < 10 * epochs; ++step)
        largest = std::max(largest, taken.factor(step));
      EXPECT_EQ(largest, 1.0) << warmup << " of " << epochs;
    }
}

TEST(Feasibility, drops_within_a_single_step_are_refused) {
  EXPECT_THAT(refusal(with_schedule(schedule("step", 0, 0.05))), HasSubstr("less than one step"));
  EXPECT_THAT(refusal(with_schedule(schedule("step", 0, 1e-320))), HasSubstr("less than one step"));
  EXPECT_EQ(refusal(with_schedule(schedule("step", 0, 0.1))), "");
  EXPECT_EQ(refusal(with_schedule(schedule("exponential", 0, 0.05))), "") << "nobody reads step_epochs";
}

TEST(Feasibility, a_single_step_is_warned_of) {
  StudyRequest request = ten_steps_an_epoch(1);
  for (const std::uint32_t batch : {320u, 161u}) {  // the rest of an epoch is dropped
    request.batch = batch;
    EXPECT_EQ(refusal(request), "");
    EXPECT_THAT(doubts_of(request, "shapes", 320), Contains(HasSubstr("shapes: a run has a single step")));
  }
  request.batch = 160;
  EXPECT_THAT(doubts_of(request, "shapes", 320), Not(Contains(HasSubstr("a single step"))));
}

TEST(Feasibility, a_batch_norm_over_one_value_is_refused_and_named) {
  StudyRequest request = ten_steps_an_epoch(1);
  request.batch = 1;
  request.network.layers = {"conv 3 5x5 stride 2", "batchnorm", "relu", "dense 8", "batchnorm", "dense 10"};
  EXPECT_THAT(refusal(request),
              HasSubstr("a batch of 1 with layer 5 of the network, 'batchnorm', of 8 on shapes"));
  request.network.layers = {"conv 3 5x5 stride 2", "relu", "gap", "batchnorm label thin", "dense 10"};
  EXPECT_THAT(refusal(request), HasSubstr("layer 4 of the network, 'batchnorm label thin', of 3 on"));
  request.batch = 2;
  EXPECT_EQ(refusal(request), "");
  request.batch = 1;
  request.network.layers = {"conv 3 5x5 stride 2", "batchnorm", "relu", "dense 10"};
  EXPECT_EQ(refusal(request), "") << "a channel has many values";
}

TEST(Feasibility, a_few_steps_are_said_to_be_few) {
  EXPECT_THAT(doubts(ten_steps_an_epoch(7)),
              ElementsAre(HasSubstr("shapes: a run has 70 steps, fewer than the 80")));
  EXPECT_THAT(doubts(ten_steps_an_epoch(8)), IsEmpty());
}

TEST(Feasibility, every_set_is_asked_before_training) {
  StudyRequest request = ten_steps_an_epoch(3);
  request.sets = {"shapes", "digits"};
  EXPECT_THAT(PreparedStudy(request).warnings(),
              ElementsAre(HasSubstr("shapes: a run has 30 steps"), HasSubstr("digits: a run has 30")));
  request.training.schedule.warmup_epochs = 4;
  EXPECT_THROW(PreparedStudy{request}, RequestError);
}

TEST(Feasibility, schedules_without_effect_are_named) {
  const auto doubt = [](const ScheduleSpec& spec) { return doubts(with_schedule(spec)); };
  EXPECT_THAT(doubt(schedule("step", 0, 10)), ElementsAre(HasSubstr("the first drop of the schedule step")));
  EXPECT_THAT(doubt(schedule("step", 3, 7)), ElementsAre(HasSubstr("the first drop")));
  EXPECT_THAT(doubt(schedule("step", 0, 5)), IsEmpty());
  EXPECT_THAT(doubt(schedule("step", 0, 5, 1)), ElementsAre(HasSubstr("a factor of 1 changes nothing")));
  EXPECT_THAT(doubt(schedule("exponential", 0, 1, 1)), ElementsAre(HasSubstr("a factor of 1")));
  EXPECT_THAT(doubt(schedule("exponential", 0, 1, 1e-6)), ElementsAre(HasSubstr("in 1.0 % of its steps")));
  EXPECT_THAT(doubt(schedule("exponential", 0, 1, 0.9)), IsEmpty());
  EXPECT_THAT(doubt(schedule("constant", 0.01)), ElementsAre(HasSubstr("not even two steps")));
  EXPECT_THAT(doubt(schedule("cosine", 6)),
              ElementsAre(HasSubstr("60 of the 100 steps of a run: the eta itself is taken in 41 steps")));
  EXPECT_THAT(doubt(schedule("cosine", 10)),
              ElementsAre(HasSubstr("the eta itself is taken in 1 step alone")));
  EXPECT_THAT(doubt(schedule("cosine", 0.5)), IsEmpty());
}

// The step of the first drop: a doubt exactly where no step of the budget is behind it.
TEST(Feasibility, a_first_drop_is_seen_as_the_schedule_sees_it) {
  for (double step_epochs = 9.5; step_epochs < 10.5; step_epochs += 0.01) {
    const StudyRequest request = with_schedule(schedule("step", 0, step_epochs));
    const Schedule taken(request.training.schedule, 10, 10);
    EXPECT_EQ(doubts(request).empty(), taken.factor(99) < 1) << step_epochs;
  }
}

// Made before such settings were refused, it is trained, and verified, as it was.
TEST(Feasibility, a_stored_study_is_taken_as_it_is) {
  StudyRequest asked = ten_steps_an_epoch(2);
  asked.stored = true;  // stands for a program that refused nothing
  asked.training.schedule = schedule("cosine", 20);
  const StudySnapshot study = PreparedStudy(asked).study();
  EXPECT_NO_THROW(prepare_worker(study, {}));
}

}  // namespace
}  // namespace etalon
