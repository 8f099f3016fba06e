#include "etalon/running/study_runner.h"

#include <algorithm>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/judging/judge.h"
#include "etalon/running/prepare.h"
#include "etalon/storage/open_store.h"
#include "etalon/storage/process.h"
#include "etalon/training/trainer.h"
#include "tests/running/forwarding_store.h"
#include "tests/running/studies.h"

namespace etalon {
namespace {

TEST(StudyRunner, trains_every_trial_once_and_concludes) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  EXPECT_EQ(run(small_request(), *store, recorder), StudyEnd::concluded);
  EXPECT_EQ(recorder.trials.size(), 8u);
  EXPECT_EQ(recorder.conclusions, 1u);
  EXPECT_EQ(recorder.memories.size(), 1u);
  EXPECT_EQ(recorder.samples_seen, 8u * 256u);
  EXPECT_NEAR(recorder.last_share, 1.0, 1e-9);

  const StudySnapshot study = stored(*store);
  EXPECT_EQ(study.trials.size(), 8u);
  EXPECT_EQ(study.planned_trials, 8u);
  EXPECT_EQ(study.times.samples_trained, 8u * 256u);
  EXPECT_GT(study.times.training_seconds, 0.0);
  ASSERT_EQ(study.tests.size(), 2u) << "one test result a seed of the recommended setting";
  for (const TestResult& test : study.tests) EXPECT_TRUE(store->load_weights(study.name, test.key));
}

TEST(StudyRunner, again_is_already_complete) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder first, second;
  run(small_request(), *store, first);
  EXPECT_EQ(run(small_request(), *store, second), StudyEnd::already_complete);
  EXPECT_EQ(second.finished_before, 8u);
  EXPECT_TRUE(second.trials.empty());
}

TEST(StudyRunner, more_seeds_and_cells_extend) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder first, second;
  run(small_request(), *store, first);
  StudyRequest more = small_request();
  more.plan.seeds = 3;
  more.plan.space.values = {{0.1, 0.3}, {0.01, 0.1}};
  more.command = "second command";
  EXPECT_EQ(run(more, *store, second), StudyEnd::concluded);
  EXPECT_EQ(second.trials.size(), 2u + 6u) << "a third seed for two cells, three for two new ones";
  const StudySnapshot study = stored(*store);
  EXPECT_EQ(store->list_studies().size(), 1u);
  EXPECT_EQ(study.trials.size(), 16u);
  EXPECT_EQ(study.plan.space.values, (std::vector<std::vector<double>>{{0.01, 0.1, 0.3}, {0.01, 0.1}}));
  EXPECT_EQ(study.command, "first command\nsecond command");
}

/// As an older version left it: three trials finished, of the class that it names.
void leave_begun(StudyStore& store, const StudySnapshot& study) {
  const auto finished = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  run(small_request(), *finished, recorder);
  StudySnapshot begun = study;
  ASSERT_TRUE(store.save_study(begun));
  std::vector<PlannedTrial> planned;
  for (const TrialKey& key : PreparedStudy(small_request()).planned_trials()) planned.push_back({key, 1, 0});
  store.plan_trials(begun.name, planned);
  WorkerIdentity worker;
  worker.id = 1;
  worker.process = this_process();
  store.enlist(begun.name, worker);
  const StudySnapshot from = stored(*finished);
  const auto claimed = store.claim({1, 1, 0, 3, "x86-64-fma"});
  const std::uint32_t parameters = PreparedStudy(small_request()).preparation().networks[0].parameters;
  for (const ClaimedTrial& one : claimed.value()) {
    TrialRecord trial = *std::ranges::find(from.trials, one.trial.key, &TrialRecord::key);
    trial.numeric_class = "x86-64-fma";
    EXPECT_TRUE(store.finish_trial(1, trial, std::vector<float>(parameters)));
  }
  store.dismiss(1);
}

TEST(StudyRunner, goes_on_with_what_older_numerics_began) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudySnapshot older = PreparedStudy(small_request()).study();
  older.definition.numerics_version = 3;
  older.name = default_study_name(older.definition);
  leave_begun(*store, older);

  PreparedStudy prepared(small_request());
  EXPECT_NE(prepared.name(), older.name);
  prepared.take_older(*store);
  EXPECT_EQ(prepared.name(), older.name);
  Recorder recorder;
  const std::atomic<bool> stop{false};
  EXPECT_EQ(prepared.run(*store, recorder, stop), StudyEnd::concluded);
  EXPECT_EQ(recorder.trials.size(), 5u);
  ASSERT_EQ(recorder.notes.size(), 1u);
  EXPECT_EQ(
      recorder.notes[0],
      "the study was begun with version 3 of the numerics, this program has version 4: what is finished "
      "stays, trials that were under way start anew");
  const StudySnapshot study = stored(*store);
  EXPECT_EQ(store->list_studies().size(), 1u);
  EXPECT_EQ(study.definition.numerics_version, 3u);
  EXPECT_EQ(std::ranges::count(study.trials, curve_class(), &TrialRecord::numeric_class), 5);
}

TEST(StudyRunner, takes_no_older_study_of_another_definition) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudySnapshot older = PreparedStudy(small_request()).study();
  older.definition.numerics_version = 3;
  older.definition.batch = 16;
  older.name = "mine";
  store->save_study(older);
  StudyRequest request = small_request();
  request.study_name = "mine";
  PreparedStudy prepared(request);
  prepared.take_older(*store);
  EXPECT_THROW(prepared.open(*store), RequestError);
}

StudyRequest small_race() {
  StudyRequest request = small_request();
  request.plan.strategy = "race";
  request.plan.confirmation = 3;
  return request;
}

TEST(StudyRunner, the_test_part_meets_the_weights_of_the_confirmation) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  EXPECT_EQ(run(small_race(), *store, recorder), StudyEnd::concluded);
  const StudySnapshot study = stored(*store);
  const std::size_t confirmed = judge(study).recommendations.at(0).rival ? 6 : 3;
  EXPECT_EQ(study.trials.size(), 8u + confirmed);
  EXPECT_EQ(study.planned_trials, 8u + confirmed);
  EXPECT_NEAR(recorder.last_share, 1.0, 1e-9);
  ASSERT_EQ(study.tests.size(), 3u);
  for (const TestResult& test : study.tests) {
    EXPECT_GE(test.key.seed_index, first_confirmation_seed);
    EXPECT_EQ(test.key.setting, *judge(study).recommendations.at(0).setting);
  }
  std::size_t kept = 0;
  for (const TrialRecord& trial : study.trials)
    if (store->load_weights(study.name, trial.key)) {
      ++kept;
      EXPECT_GE(trial.key.seed_index, first_confirmation_seed);
    }
  EXPECT_EQ(kept, confirmed) << "of the choice and of its rival, should the study grow";
  Recorder again;
  EXPECT_EQ(run(small_race(), *store, again), StudyEnd::already_complete);
}

TEST(StudyRunner, a_concluded_grid_grows_into_a_race) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder first, second;
  run(small_request(), *store, first);
  StudyRequest race = small_race();
  race.plan.seeds = 3;
  EXPECT_EQ(run(race, *store, second), StudyEnd::concluded);
  const StudySnapshot study = stored(*store);
  EXPECT_EQ(study.planned_trials, study.trials.size());
  EXPECT_EQ(study.plan.seeds, 3u);
  EXPECT_EQ(study.plan.confirmation, 3u);
  EXPECT_EQ(study.plan.space, small_request().plan.space);
  ASSERT_EQ(study.tests.size(), 3u);
  for (const TestResult& test : study.tests) EXPECT_GE(test.key.seed_index, first_confirmation_seed);
}

TEST(StudyRunner, a_refined_plan_keeps_the_etas_that_were_asked_for) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudyRequest request = small_race();
  request.plan.seeds = 3;
  request.plan.refine = true;
  request.plan.space.values = {{0.001, 0.01, 0.1}, {0.01, 0.1}};
  Recorder first, again;
  run(request, *store, first);
  std::set<Setting> settings;
  for (const TrialRecord& trial : stored(*store).trials) settings.insert(trial.key.setting);
  EXPECT_GT(settings.size(), 6u) << "half steps joined";
  EXPECT_EQ(run(request, *store, again), StudyEnd::already_complete);
  request.plan.epochs = request.epochs;
  EXPECT_EQ(stored(*store).plan, request.plan);
}

TEST(StudyRunner, forecasts_a_whole_race) {
  const PreparedStudy prepared(small_race());
  EXPECT_EQ(prepared.planned_trials().size(), 4u) << "the first round";
  const StudyForecast fresh = prepared.forecast(nullptr);
  EXPECT_EQ(fresh.trials, 8u + 6u);
  EXPECT_EQ(fresh.confirming, 6u);
  EXPECT_EQ(fresh.finished, 0u);
  EXPECT_GT(fresh.seconds, 0.0);
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  run(small_race(), *store, recorder);
  const StudyForecast done = prepared.forecast(store.get());
  EXPECT_EQ(done.trials, stored(*store).trials.size());
  EXPECT_EQ(done.finished, done.trials);
  EXPECT_EQ(done.seconds, 0.0);
}

TEST(StudyRunner, stopped_and_resumed_equals_undisturbed) {
  const auto whole = open_store("memory:", StoreAccess::create);
  const auto parts = open_store("memory:", StoreAccess::create);
  Recorder undisturbed;
  run(small_request(), *whole, undisturbed);

  StudyRequest request = small_request();
  request.threads = 1;  // trial after trial, so that there is something left to stop
  Recorder first, second;
  EXPECT_EQ(run(request, *parts, first, 3), StudyEnd::interrupted);
  EXPECT_GE(first.trials.size(), 3u);
  EXPECT_LT(first.trials.size(), 8u);
  request.threads = 2;
  EXPECT_EQ(run(request, *parts, second), StudyEnd::concluded);
  EXPECT_EQ(first.trials.size() + second.trials.size(), 8u);

  expect_same_results(stored(*whole), stored(*parts));
}

TEST(StudyRunner, a_pause_loses_no_step) {
  StudyRequest request = small_request();
  request.epochs = 40;
  request.threads = 1;
  const auto whole = open_store("memory:", StoreAccess::create);
  const auto parts = open_store("memory:", StoreAccess::create);
  Recorder undisturbed, first, second;
  run(request, *whole, undisturbed);
  std::atomic<bool> stop{false};
  ForwardingStore pausing(*parts);  // a first checkpoint: some trial is in the middle
  pausing.before = [&](const std::string& call) { stop = stop || call == "save_checkpoints"; };
  EXPECT_EQ(PreparedStudy(request).run(pausing, first, stop, {.checkpoint_seconds = 0.001}),
            StudyEnd::interrupted);
  const auto running = parts->running_trials(stored(*parts).name);
  ASSERT_FALSE(running.empty());
  const auto paused =
      std::find_if(running.begin(), running.end(), [](const auto& trial) { return trial.curve; });
  ASSERT_NE(paused, running.end());
  EXPECT_GT(paused->curve->loss.size(), 0u);
  EXPECT_TRUE(parts->workers(stored(*parts).name).empty());
  request.threads = 0;
  EXPECT_EQ(run(request, *parts, second), StudyEnd::concluded);
  EXPECT_NEAR(second.last_share, 1.0, 1e-9);
  EXPECT_EQ(first.samples_seen + second.samples_seen, 8u * 40u * 256u);
  expect_same_results(stored(*whole), stored(*parts));
}

TEST(StudyRunner, samples_and_seconds_are_of_the_same_work) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudyRequest request = small_request();
  request.threads = 1;
  request.epochs = 4;
  Recorder first, second;
  EXPECT_EQ(run(request, *store, first, 2), StudyEnd::interrupted);
  EXPECT_EQ(stored(*store).times.samples_trained, first.samples_seen)
      << "those of the stopped trial included";
  EXPECT_EQ(run(request, *store, second), StudyEnd::concluded);
  EXPECT_EQ(stored(*store).times.samples_trained, first.samples_seen + second.samples_seen);
}

TEST(StudyRunner, a_study_that_grows_still_has_the_weights_of_what_may_be_chosen) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudyRequest request = small_request();
  request.plan.seeds = 1;
  Recorder recorder;
  run(request, *store, recorder);
  const StudySnapshot study = stored(*store);
  const Recommendation recommendation = judge(study).recommendations.at(0);
  for (const Setting& setting : recommendation.eligible)
    EXPECT_TRUE(store->load_weights(study.name, {0, setting, 0}))
        << setting.values[0] << " " << setting.values[1];
}

TEST(StudyRunner, a_hand_given_name_is_one_definition) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  StudyRequest request = small_request();
  request.study_name = "mine";
  run(request, *store, recorder);
  request.batch = 16;
  EXPECT_THROW(run(request, *store, recorder), RequestError);
  EXPECT_EQ(stored(*store).definition.batch, 32u);
}

TEST(StudyRunner, another_definition_is_another_study) {
  const auto store = open_store("memory:", StoreAccess::create);
  Recorder recorder;
  StudyRequest request = small_request();
  run(request, *store, recorder);
  request.study_seed = 7;
  run(request, *store, recorder);
  EXPECT_EQ(store->list_studies().size(), 2u);
}

TEST(StudyRunner, threads_are_no_part_of_the_definition) {
  StudyRequest request = small_request();
  const std::string name = PreparedStudy(request).name();
  request.threads = 1;
  EXPECT_EQ(PreparedStudy(request).name(), name);
  request.batch = 16;
  EXPECT_NE(PreparedStudy(request).name(), name);
}

TEST(StudyRunner, all_diverged_concludes_without_a_setting) {
  const auto store = open_store("memory:", StoreAccess::create);
  StudyRequest request = small_request();
  request.plan.space.values = {{10.0}, {10.0}};
  request.epochs = 2;
  Recorder recorder;
  EXPECT_EQ(run(request, *store, recorder), StudyEnd::concluded);
  EXPECT_EQ(recorder.trials.size(), 2u);
  EXPECT_NEAR(recorder.last_share, 1.0, 1e-9);
  EXPECT_EQ(run(request, *store, recorder), StudyEnd::already_complete);
}

TEST(StudyRunner, forecast_counts_what_is_left) {
  const auto store = open_store("memory:", StoreAccess::create);
  const PreparedStudy study(small_request());
  const StudyForecast before = study.forecast(store.get());
  EXPECT_EQ(before.trials, 8u);
  EXPECT_EQ(before.finished, 0u);
  EXPECT_GT(before.seconds, 0.0);
  EXPECT_GT(before.memory.all(), 1000000u);
  Recorder recorder;
  run(small_request(), *store, recorder);
  const StudyForecast after = study.forecast(store.get());
  EXPECT_EQ(after.finished, 8u);
  EXPECT_EQ(after.seconds, 0.0);
}

TEST(StudyRunner, refuses_what_does_not_fit) {
  StudyRequest request = small_request();
  request.batch = 1000;
  EXPECT_THROW(PreparedStudy{request}, RequestError);
  request = small_request();
  request.sets = {"shapes", "shapes"};
  EXPECT_THROW(PreparedStudy{request}, RequestError);
  request = small_request();
  request.training.optimizer.name = "sdg";
  EXPECT_THROW(PreparedStudy{request}, RequestError);
}

}  // namespace
}  // namespace etalon
