/// Studies whose budget is raised: their trials go on, and end as if all epochs had been asked for at once.
#include <algorithm>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "etalon/base/error.h"
#include "etalon/judging/judge.h"
#include "etalon/running/prepare.h"
#include "etalon/running/verify.h"
#include "etalon/running/worker.h"
#include "etalon/storage/open_store.h"
#include "tests/running/studies.h"

namespace etalon {
namespace {

StudyRequest of_epochs(std::uint32_t epochs, StudyRequest request = small_request()) {
  request.epochs = epochs;
  return request;
}

StudyRequest race_of(std::uint32_t epochs) {
  StudyRequest request = of_epochs(epochs);
  request.plan.strategy = "race";
  request.plan.seeds = 3;
  request.plan.confirmation = 2;
  return request;
}

std::unique_ptr<StudyStore> memory() { return open_store("memory:", StoreAccess::create); }

/// The study with so many epochs, asked for at once.
StudySnapshot at_once(const StudyRequest& request) {
  const auto store = memory();
  Recorder recorder;
  run(request, *store, recorder);
  return stored(*store);
}

std::vector<std::string> words_of(const StudyRequest& request, StudyStore& store) {
  return PreparedStudy(request).open(store).words;
}

struct GrownRace {
  StudySnapshot grown, whole;  ///< the same, asked for in two steps and at once
};

/// A race of one epoch that was raised to four, as `second` was told of it.
GrownRace grown_race(StudyStore& store, Recorder& second) {
  Recorder first;
  run(race_of(1), store, first);
  run(race_of(4), store, second);
  return {stored(store), at_once(race_of(4))};
}

TEST(Growth, finished_trials_go_on_to_the_bits_of_all_epochs_at_once) {
  const auto store = memory();
  Recorder first, second;
  run(of_epochs(1), *store, first);
  EXPECT_EQ(words_of(of_epochs(3), *store), std::vector<std::string>{"8 finished trials go on to 3 epochs"});
  EXPECT_EQ(run(of_epochs(3), *store, second), StudyEnd::concluded);
  EXPECT_EQ(second.trials.size(), 8u);
  EXPECT_EQ(second.samples_seen, 8u * 256u * 2u) << "what was trained is not trained again";
  EXPECT_NEAR(second.last_share, 1.0, 1e-9);
  EXPECT_EQ(store->list_studies().size(), 1u);
  const StudySnapshot grown = stored(*store);
  expect_same_results(grown, at_once(of_epochs(3)));
  for (const TrialRecord& trial : grown.trials) EXPECT_EQ(trial.times.attempts, 2u);
}

TEST(Growth, stopped_in_the_middle_and_resumed_equals_undisturbed) {
  const auto store = memory();
  Recorder first, second, third;
  run(of_epochs(1), *store, first);
  StudyRequest alone = of_epochs(4);
  alone.threads = 1;
  EXPECT_EQ(run(alone, *store, second, 3), StudyEnd::interrupted);
  EXPECT_LT(second.trials.size(), 8u);
  EXPECT_EQ(run(of_epochs(4), *store, third), StudyEnd::concluded);
  expect_same_results(stored(*store), at_once(of_epochs(4)));
}

TEST(Growth, of_a_study_that_was_interrupted_goes_on_too_in_the_end) {
  const auto store = memory();
  Recorder first, second;
  StudyRequest alone = of_epochs(1);
  alone.threads = 1;
  EXPECT_EQ(run(alone, *store, first, 2), StudyEnd::interrupted);
  EXPECT_EQ(run(of_epochs(3), *store, second), StudyEnd::concluded);
  expect_same_results(stored(*store), at_once(of_epochs(3)));
}

TEST(Growth, of_a_race_compares_at_equal_epochs) {
  const auto store = memory();
  Recorder second;
  const auto [grown, whole] = grown_race(*store, second);
  std::size_t stopped = 0;
  for (const TrialRecord& trial : grown.trials) {
    const auto same = std::ranges::find(whole.trials, trial.key, &TrialRecord::key);
    if (trial.curve.budget_epochs < 4) {
      ++stopped;
      EXPECT_EQ(same, whole.trials.end()) << "what four epochs ask for goes on";
    } else {
      ASSERT_NE(same, whole.trials.end());
      EXPECT_TRUE(same_bits(trial.curve, same->curve));
    }
  }
  EXPECT_EQ(grown.trials.size() - stopped, whole.trials.size());
  const Judgement a = judge(grown), b = judge(whole);
  EXPECT_EQ(a.recommendations.at(0).setting, b.recommendations.at(0).setting);
  EXPECT_EQ(a.recommendations.at(0).reason, b.recommendations.at(0).reason);
  EXPECT_EQ(std::ranges::count(a.trials, TrialStatus::stopped,
                               [](const JudgedTrial& trial) { return trial.verdict.status; }),
            static_cast<std::ptrdiff_t>(stopped));
}

TEST(Growth, tests_the_weights_of_the_longer_training) {
  const auto store = memory();
  StudyRequest request = of_epochs(1);
  request.plan.space.values = {{0.1}, {0.1}};  // the choice stays
  Recorder first, second;
  run(request, *store, first);
  const std::vector<TestResult> before = stored(*store).tests;
  request.epochs = 4;
  run(request, *store, second);
  const StudySnapshot grown = stored(*store);
  expect_same_results(grown, at_once(request));
  ASSERT_EQ(before.size(), 2u);
  EXPECT_EQ(grown.tests.at(0).key, before[0].key);
  EXPECT_NE(grown.tests[0].loss, before[0].loss);
}

TEST(Growth, is_joined_by_workers_and_verified) {
  const auto store = memory();
  Recorder first, second;
  run(of_epochs(1), *store, first);
  PreparedStudy(of_epochs(2)).open(*store);
  const PreparedStudy worker = prepare_worker(stored(*store), {});
  const std::atomic<bool> stop{false};
  EXPECT_EQ(worker.work(*store, second, stop), StudyEnd::concluded);
  expect_same_results(stored(*store), at_once(of_epochs(2)));
  const Verification verification = verify_study(worker, *store, {.sample = 100}, stop);
  EXPECT_EQ(verification.trained, 8u);
  EXPECT_TRUE(verification.differences.empty());
}

TEST(Growth, of_a_race_is_counted_by_what_it_asks_for_now) {
  const auto store = memory();
  Recorder second;
  const auto [grown, whole] = grown_race(*store, second);
  EXPECT_EQ(grown.planned_trials, whole.planned_trials);
  EXPECT_EQ(complete_trials(grown), whole.trials.size());
  EXPECT_EQ(second.trials.size(), whole.trials.size()) << "each told once";
  EXPECT_EQ(second.finished_before, 0u) << "stopped trials are none of them";
  EXPECT_NEAR(second.last_share, 1.0, 1e-9);
  EXPECT_LE(second.most_planned, whole.planned_trials) << "no stopped trial is counted as one to come";
  EXPECT_EQ(grown.asked.size(), 1u) << "it asks for the same, but for its epochs";
}

TEST(Growth, fewer_epochs_than_the_study_has_change_nothing) {
  const auto store = memory();
  Recorder first, second;
  run(of_epochs(3), *store, first);
  EXPECT_EQ(words_of(of_epochs(1), *store),
            std::vector<std::string>{
                "the study already trains 3 epochs, and fewer are asked for here: nothing changes"});
  EXPECT_EQ(run(of_epochs(1), *store, second), StudyEnd::already_complete);
  EXPECT_EQ(stored(*store).plan.epochs, 3u);
}

TEST(Growth, without_kept_states_trials_begin_anew_and_end_the_same) {
  const auto store = memory();
  Recorder first, second;
  run(of_epochs(1), *store, first, 0, {.state_bytes = 0});
  EXPECT_EQ(words_of(of_epochs(2), *store),
            std::vector<std::string>{
                "8 finished trials are trained anew to 2 epochs: the store keeps no state to go on from"});
  run(of_epochs(2), *store, second);
  EXPECT_EQ(second.samples_seen, 8u * 256u * 2u);
  expect_same_results(stored(*store), at_once(of_epochs(2)));
}

TEST(Growth, keeps_the_states_of_the_most_accurate_settings_first) {
  const auto store = memory();
  Recorder first, second;
  run(of_epochs(1), *store, first);
  StudyRequest more = of_epochs(1);
  more.plan.seeds = 3;
  const std::uint64_t state = 4u * PreparedStudy(more).preparation().networks[0].parameters + 100;
  run(more, *store, second, 0, {.state_bytes = 3 * state});
  const Judgement judgement = judge(stored(*store));
  const auto& cells = judgement.cells.at(0);
  const CellSummary& best =
      *std::ranges::max_element(cells, {}, [](const CellSummary& cell) { return *cell.accuracy.mean; });
  more.epochs = 2;
  words_of(more, *store);
  std::vector<std::uint32_t> seeds_of_best;
  std::size_t kept = 0;
  for (const RunningTrial& trial : store->running_trials(stored(*store).name)) {
    kept += trial.curve.has_value();
    if (trial.curve && trial.key.setting == best.setting) seeds_of_best.push_back(trial.key.seed_index);
  }
  EXPECT_EQ(kept, 3u);
  EXPECT_EQ(seeds_of_best, (std::vector<std::uint32_t>{0, 1})) << "for the third seed there was no room";
}

TEST(Growth, of_a_trial_that_diverged_trains_nothing) {
  StudyRequest request = of_epochs(2);
  request.plan.space.values = {{10.0}, {10.0}};
  const auto store = memory();
  Recorder first, second;
  run(request, *store, first);
  const std::uint64_t samples = stored(*store).times.samples_trained;
  request.epochs = 3;
  EXPECT_EQ(run(request, *store, second), StudyEnd::concluded);
  EXPECT_EQ(stored(*store).times.samples_trained, samples);
  expect_same_results(stored(*store), at_once(request));
}

TEST(Growth, a_schedule_that_ends_with_the_budget_does_not_grow) {
  StudyRequest request = of_epochs(1);
  request.training.schedule.name = "cosine";
  EXPECT_NE(PreparedStudy(request).name(), PreparedStudy(of_epochs(2, request)).name());
  request.study_name = "mine";
  const auto store = memory();
  Recorder recorder;
  run(request, *store, recorder);
  request.epochs = 2;
  try {
    run(request, *store, recorder);
    ADD_FAILURE() << "was not refused";
  } catch (const RequestError& error) {
    EXPECT_NE(std::string(error.what()).find("the schedule cosine ends with the budget"), std::string::npos)
        << error.what();
  }
}

TEST(Growth, a_study_named_when_epochs_were_part_of_a_name_is_found) {
  const auto store = memory();
  StudySnapshot older = PreparedStudy(of_epochs(2)).study();
  older.name = name_with_epochs(older.definition);
  older.plan.epochs = 0;
  EXPECT_NE(older.name, PreparedStudy(of_epochs(2)).name());
  ASSERT_TRUE(store->save_study(older));
  Recorder recorder;
  const std::atomic<bool> stop{false};
  PreparedStudy prepared(of_epochs(2));
  prepared.take_older(*store);
  EXPECT_EQ(prepared.run(*store, recorder, stop), StudyEnd::concluded);
  EXPECT_EQ(store->list_studies().size(), 1u);
  EXPECT_EQ(stored(*store).asked.size(), 1u) << "it asked for the same";
  PreparedStudy more(of_epochs(3));
  more.take_older(*store);
  EXPECT_EQ(more.name(), older.name) << "with other epochs, too";
  Recorder second;
  EXPECT_EQ(more.run(*store, second, stop), StudyEnd::concluded);
  expect_same_results(stored(*store), at_once(of_epochs(3)));
}

TEST(Growth, on_many_workers_of_a_file_ends_the_same) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("etalon-growth-" + std::to_string(::getpid()) + ".db");
  {
    const auto store = open_store(file.string(), StoreAccess::create);
    Recorder first;
    run(race_of(1), *store, first);
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 3; ++worker)
      workers.emplace_back([&] {
        const auto own = open_store(file.string(), StoreAccess::create);
        StudyRequest request = race_of(3);
        request.threads = 1;
        Recorder recorder;
        run(request, *own, recorder);
      });
    workers.clear();
    const StudySnapshot grown = stored(*store), whole = at_once(race_of(3));
    for (const TrialRecord& trial : whole.trials) {
      const auto same = std::ranges::find(grown.trials, trial.key, &TrialRecord::key);
      ASSERT_NE(same, grown.trials.end());
      EXPECT_TRUE(same_bits(same->curve, trial.curve));
    }
    EXPECT_EQ(judge(grown).recommendations.at(0).setting, judge(whole).recommendations.at(0).setting);
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

}  // namespace
}  // namespace etalon
