#include "etalon/running/study_runner.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/running/conclude.h"
#include "etalon/running/plan.h"
#include "etalon/running/prepare.h"
#include "etalon/running/study_run.h"
#include "etalon/search/make.h"

namespace etalon {

struct PreparedStudy::Parts {
  Preparation all;
};

PreparedStudy::PreparedStudy(StudyRequest request) : parts_(new Parts{prepare(std::move(request))}) {}
PreparedStudy::~PreparedStudy() = default;
PreparedStudy::PreparedStudy(PreparedStudy&&) noexcept = default;

const std::string& PreparedStudy::name() const { return parts_->all.study.name; }
const StudySnapshot& PreparedStudy::study() const { return parts_->all.study; }

std::vector<TrialKey> PreparedStudy::planned_trials() const {
  std::vector<TrialKey> all;
  for (std::uint32_t set = 0; set < parts_->all.data.size(); ++set) {
    const std::vector<TrialKey> trials = trials_on_set(parts_->all.first_round, set);
    all.insert(all.end(), trials.begin(), trials.end());
  }
  return all;
}

namespace {

/// What is known of the study so far; refuses a study of this name that is another one.
StudySnapshot joined_with_stored(const StudySnapshot& asked, const std::vector<TrialKey>& trials,
                                 StudyStore& store) {
  StudySnapshot study = asked;
  const auto stored = store.load_study(asked.name);
  if (!stored) return study;
  if (!(stored->definition == asked.definition))
    throw RequestError({"--study " + asked.name,
                        "a definition that differs from the stored study of that name",
                        "the same data, network, training, batch, samples, validation, epochs and study seed",
                        "choose another name, or leave --study out: then the name follows the definition"});
  study.trials = stored->trials;
  study.tests = stored->tests;
  study.times = stored->times;
  study.plan = plan_with_finished(asked.plan, trials, study.trials);
  std::set<TrialKey> known(trials.begin(), trials.end());
  for (const TrialRecord& trial : study.trials) known.insert(trial.key);
  study.planned_trials = static_cast<std::uint32_t>(known.size());
  // Grown in several runs: all of their commands, in their order, reproduce it.
  const std::string earlier = "\n" + stored->command + "\n";
  study.command = earlier.find("\n" + asked.command + "\n") == std::string::npos
                      ? stored->command + "\n" + asked.command
                      : stored->command;
  return study;
}

}  // namespace

StudyForecast PreparedStudy::forecast(StudyStore* store) const {
  const Preparation& all = parts_->all;
  std::set<TrialKey> finished;
  if (store)
    if (const auto stored = store->load_study(name()))
      for (const TrialRecord& trial : stored->trials) finished.insert(trial.key);

  StudyForecast forecast;
  forecast.trials = static_cast<std::uint32_t>(all.first_round.size() * all.data.size());
  for (std::uint32_t set = 0; set < all.data.size(); ++set) {
    std::uint32_t left = 0;
    for (const TrialKey& key : trials_on_set(all.first_round, set)) left += !finished.contains(key);
    forecast.finished += static_cast<std::uint32_t>(all.first_round.size()) - left;
    if (left == 0) continue;
    const auto trainer = make_trainer(all.task(set), all.trainer_options());
    // All lanes of a pack take the same time, filled or not; a way forward costs a third of a training step.
    const std::uint32_t lanes = trainer->lanes(), threads = trainer->threads();
    const std::uint32_t a_thread = (left + threads - 1) / threads, packs = (a_thread + lanes - 1) / lanes;
    const double samples =
        all.request.epochs * (static_cast<double>(all.splits[set].training.size()) +
                              static_cast<double>(all.splits[set].validation.size()) / 3.0);
    forecast.seconds += packs * lanes * samples / trainer->measure_speed(0.3);
  }
  forecast.memory = study_memory(all, all.trainer_options());
  return forecast;
}

StudyEnd PreparedStudy::run(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop) {
  const Preparation& all = parts_->all;
  const auto lock = store.lock_study(name());
  StudyRun run(all, joined_with_stored(all.study, planned_trials(), store), store, observer, stop);
  const bool was_complete = run.complete();
  run.open();

  const auto strategy = make_strategy(all.request.plan, all.request.epochs, all.request.study_seed);
  for (auto round = strategy->suggest(); !round.empty(); round = strategy->suggest()) {
    for (std::uint32_t set = 0; set < all.data.size(); ++set)
      if (!run.train(trials_on_set(round, set))) return StudyEnd::interrupted;
    strategy->learn(run.results_of(round));
  }
  const bool news = conclude(all, run.study(), store, observer);
  return was_complete && !news ? StudyEnd::already_complete : StudyEnd::concluded;
}

}  // namespace etalon
