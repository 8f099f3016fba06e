/// What a study says that it needs, and what becomes of its packs where that is too much.
#include "etalon/running/memory.h"

#include <gmock/gmock.h>

#include "etalon/base/error.h"
#include "etalon/running/prepare.h"

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

std::uint32_t widest() { return lane_support().lanes; }

TEST(Memory, CountsEveryPart) {
  const Preparation study = wide_study();
  const StudyMemory one = study_memory(study, {.lanes = 1, .threads = 1}),
                    four = study_memory(study, {.lanes = 4, .threads = 3});
  const std::uint64_t parameters = study.networks[0].parameters;
  EXPECT_GE(one.training.weights, parameters * 4);
  EXPECT_LT(one.training.weights, parameters * 4 * 1.1);
  EXPECT_EQ(one.training.optimizer, 2 * one.training.weights) << "adam keeps two numbers a weight";
  EXPECT_EQ(four.training.weights, 4 * one.training.weights);
  EXPECT_EQ(four.training.packs, 3u);
  EXPECT_EQ(one.checkpoints(), 2 * 3 * one.training.weights + 4 * one.curve)
      << "two sets of all that a trial is, and its curve as it grows";
  EXPECT_EQ(four.checkpoints(), 3 * 4 * one.checkpoints());
  EXPECT_EQ(four.all(), four.program + four.samples + 3 * four.training.pack() + four.training.evaluation +
                            four.checkpoints() + four.results());
  EXPECT_EQ(four.results(), one.results());
  const LabelledImages& images = study.data[0].training;
  EXPECT_GT(one.samples, images.pixels.size());
  EXPECT_EQ(one.samples, four.samples);
}

TEST(Memory, CountsWhatIsKeptOfEveryStep) {
  StudyRequest request = wide_study().request;
  const StudyMemory few = study_memory(prepare(request), {1, 1});
  EXPECT_GE(few.curve, 8 * sizeof(float) + sizeof(EpochPoint)) << "256 samples in batches of 32, one epoch";
  request.epochs = 100;
  const StudyMemory longer = study_memory(prepare(request), {1, 1});
  const std::uint64_t trials = 2 * request.plan.seeds, more = 99;
  EXPECT_GE(longer.curves - few.curves, trials * more * (8 * sizeof(float) + sizeof(EpochPoint)));
  EXPECT_GE(longer.judging - few.judging, trials * more * 8 * 2 * sizeof(double));
  EXPECT_GE(longer.report - few.report, trials * more * 8 * 40) << "a line of curves.csv a step";
  request.plan.seeds *= 4;
  const StudyMemory wider = study_memory(prepare(request), {1, 1});
  EXPECT_GE(wider.curves - longer.curves, 3 * trials * longer.curve);
  EXPECT_EQ(study_memory(prepare(request), {1, 1}, 1000).curves, 1000 * wider.curve)
      << "a study that holds more than is asked for";
}

TEST(Memory, SaysThatResultsNeedMost) {
  StudyRequest request = wide_study().request;
  request.epochs = 20000;
  const Preparation study = prepare(request);
  try {
    options_within(100u << 20, study, {});
    FAIL() << "should have been refused";
  } catch (const RequestError& error) {
    EXPECT_THAT(error.complaint().hint, testing::HasSubstr("fewer settings, seeds or epochs"));
  }
}

TEST(Memory, IsWhatTheTrainerHolds) {
  const Preparation study = wide_study();
  for (const std::uint32_t lanes : {1u, 4u}) {
    const TrainerOptions options{.lanes = lanes, .threads = 2};
    const std::uint64_t pixels = study.data[0].training.pixels.size() + study.data[0].test.pixels.size();
    EXPECT_EQ(make_trainer(study.task(0), options)->memory_bytes() - pixels,
              study_memory(study, options).training.all());
  }
}

TEST(Memory, EnoughChangesNothing) {
  const Preparation study = wide_study();
  const TrainerOptions options = options_within(study_memory(study, {0, 3}).all(), study, {0, 3});
  EXPECT_EQ(options.lanes, widest());
  EXPECT_EQ(options.threads, 3u);
}

TEST(Memory, NarrowsPacksFirstAndThenTakesFewerThreads) {
  const Preparation study = wide_study();
  const auto all = [&](std::uint32_t lanes, std::uint32_t threads) {
    return study_memory(study, {lanes, threads}).all();
  };
  const auto fits = [&](std::uint64_t limit) {
    const TrainerOptions options = options_within(limit, study, {0, 3});
    EXPECT_LE(all(options.lanes, options.threads), limit);
    return std::pair(options.lanes, options.threads);
  };
  EXPECT_LT(fits(all(widest(), 3) - 1).first, widest());
  EXPECT_EQ(fits(all(widest(), 3) - 1).second, 3u);
  EXPECT_EQ(fits(all(4, 3)), std::pair(4u, 3u));
  EXPECT_EQ(fits(all(4, 3) - 1), std::pair(1u, 3u));
  EXPECT_EQ(fits(all(1, 3) - 1), std::pair(1u, 2u));
  EXPECT_EQ(fits(all(1, 2) - 1), std::pair(1u, 1u));
  EXPECT_EQ(fits(all(1, 1)), std::pair(1u, 1u));
}

TEST(Memory, NeverTakesMoreThanWasAskedFor) {
  const Preparation study = wide_study();
  const TrainerOptions options = options_within(std::uint64_t{1} << 50, study, {.lanes = 4, .threads = 1});
  EXPECT_EQ(options.lanes, 4u);
  EXPECT_EQ(options.threads, 1u);
}

TEST(Memory, RefusesWhatOneTrialCannotFitInto) {
  const Preparation study = wide_study();
  try {
    options_within(study_memory(study, {1, 1}).all() - 1, study, {});
    FAIL() << "should have been refused";
  } catch (const RequestError& error) {
    EXPECT_EQ(error.complaint().place, "--memory");
    EXPECT_THAT(error.complaint().expected, testing::HasSubstr("1 pack of 1 trial"));
    EXPECT_THAT(error.complaint().expected, testing::HasSubstr("optimizer state"));
  }
}

TEST(Memory, APreparedStudyKeepsToItsLimit) {
  StudyRequest request = wide_study().request;
  request.lanes = 0;
  request.threads = 2;
  request.memory = study_memory(wide_study(), {4, 2}).all();
  const Preparation study = prepare(request);
  EXPECT_EQ(study.trainer_options().lanes, 4u);
  EXPECT_EQ(study.study.machine.lanes, 4u) << "the report says what ran";
  EXPECT_EQ(study.study.definition, wide_study().study.definition) << "a limit is no part of a study";
}

}  // namespace
}  // namespace etalon
