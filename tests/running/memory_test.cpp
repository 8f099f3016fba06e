/// What a study says that it needs, and how many trials it trains at once where that is too much.
#include <gmock/gmock.h>

#include "etalon/base/error.h"
#include "etalon/running/prepare.h"
#include "etalon/running/study_memory.h"

namespace etalon {
namespace {

/// 1,000 weights a neuron and hardly an activation: the pages of an arena don't hide a lane.
Preparation wide_study() {
  StudyRequest request;
  request.sets = {"shapes"};
  request.network.name.clear();
  request.network.layers = {"dense 1000", "relu", "dense 1000", "relu", "dense 10"};
  request.groups = {{"full", {"dense"}}};
  request.samples = 256;
  request.validation = 128;
  request.batch = 32;
  request.training.optimizer.name = "adam";
  request.plan.space.values = {{0.01, 0.1}};
  return prepare(request);
}

TEST(Memory, counts_every_part) {
  const Preparation study = wide_study();
  const StudyMemory one = study_memory(study, 1), three = study_memory(study, 3);
  const std::uint64_t parameters = study.networks[0].parameters;
  EXPECT_GE(one.training.weights, parameters * 4);
  EXPECT_LT(one.training.weights, parameters * 4 * 1.1);
  EXPECT_EQ(one.training.optimizer, 2 * one.training.weights) << "adam keeps two numbers a weight";
  EXPECT_EQ(three.training.weights, one.training.weights);
  EXPECT_EQ(three.training.trials, 3u);
  EXPECT_EQ(one.checkpoints(), 2 * 3 * one.training.weights + 4 * one.curve)
      << "two sets of all that a trial is, and its curve as it grows";
  EXPECT_EQ(three.checkpoints(), 3 * one.checkpoints());
  EXPECT_EQ(three.all(),
            three.program + three.samples + three.training.all() + three.checkpoints() + three.results());
  EXPECT_EQ(three.training.all(), 3 * three.training.trial() + three.training.places);
  EXPECT_EQ(three.results(), one.results());
  const LabelledImages& images = study.data[0].training;
  EXPECT_GT(one.samples, images.pixels.size());
  EXPECT_EQ(one.samples, three.samples);
}

TEST(Memory, counts_what_is_kept_of_every_step) {
  StudyRequest request = wide_study().request;
  const StudyMemory few = study_memory(prepare(request), 1);
  EXPECT_GE(few.curve, 8 * sizeof(float) + sizeof(EpochPoint)) << "256 samples in batches of 32, one epoch";
  request.epochs = 100;
  const StudyMemory longer = study_memory(prepare(request), 1);
  const std::uint64_t trials = 2 * request.plan.seeds, more = 99;
  EXPECT_GE(longer.curves - few.curves, trials * more * (8 * sizeof(float) + sizeof(EpochPoint)));
  EXPECT_GE(longer.judging - few.judging, trials * more * 8 * 2 * sizeof(double));
  EXPECT_GE(longer.report - few.report, trials * more * 8 * 40) << "a line of curves.csv a step";
  request.plan.seeds *= 4;
  const StudyMemory wider = study_memory(prepare(request), 1);
  EXPECT_GE(wider.curves - longer.curves, 3 * trials * longer.curve);
  EXPECT_EQ(study_memory(prepare(request), 1, 1000).curves, 1000 * wider.curve)
      << "a study that holds more than is asked for";
}

TEST(Memory, says_that_results_need_most) {
  StudyRequest request = wide_study().request;
  request.epochs = 20000;
  const Preparation study = prepare(request);
  try {
    threads_within(100u << 20, study, 0);
    FAIL() << "should have been refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.complaint().hint, testing::HasSubstr("fewer settings, seeds or epochs"));
  }
}

TEST(Memory, is_what_the_trainer_holds) {
  const Preparation study = wide_study();
  const std::uint64_t pixels = study.data[0].training.pixels.size() + study.data[0].test.pixels.size();
  for (const std::uint32_t threads : {1u, 2u})
    EXPECT_EQ(make_trainer(study.task(0), {.threads = threads})->memory_bytes() - pixels,
              study_memory(study, threads).training.all());
}

TEST(Memory, enough_changes_nothing) {
  const Preparation study = wide_study();
  EXPECT_EQ(threads_within(study_memory(study, 3).all(), study, 3), 3u);
  EXPECT_EQ(threads_within(std::uint64_t{1} << 50, study, 1), 1u) << "never more than was asked for";
}

TEST(Memory, takes_fewer_threads) {
  const Preparation study = wide_study();
  const auto all = [&](std::uint32_t threads) { return study_memory(study, threads).all(); };
  EXPECT_EQ(threads_within(all(3) - 1, study, 3), 2u);
  EXPECT_EQ(threads_within(all(2) - 1, study, 3), 1u);
  EXPECT_EQ(threads_within(all(1), study, 3), 1u);
}

TEST(Memory, refuses_what_one_trial_cannot_fit_into) {
  const Preparation study = wide_study();
  try {
    threads_within(study_memory(study, 1).all() - 1, study, 0);
    FAIL() << "should have been refused";
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "memory");
    EXPECT_THAT(error.complaint().expected, testing::HasSubstr("one trial at a time"));
    EXPECT_THAT(error.complaint().expected, testing::HasSubstr("optimizer state"));
  }
}

TEST(Memory, a_prepared_study_keeps_to_its_limit) {
  StudyRequest request = wide_study().request;
  request.threads = 3;
  request.memory = study_memory(wide_study(), 2).all();
  const Preparation study = prepare(request);
  EXPECT_EQ(study.trainer_options().threads, 2u);
  EXPECT_EQ(study.study.machine.threads, 2u) << "the report says what ran";
  EXPECT_EQ(study.study.definition, wide_study().study.definition) << "a limit is no part of a study";
}

}  // namespace
}  // namespace etalon
