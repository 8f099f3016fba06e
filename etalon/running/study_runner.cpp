#include "etalon/running/study_runner.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "etalon/running/outlook.h"
#include "etalon/running/prepare.h"
#include "etalon/running/shared_plan.h"
#include "etalon/running/study_run.h"

namespace etalon {

namespace {

/// Trials of each round that is left on one set; of one that goes on, the share that is left of it.
std::vector<double> rounds_on(const Outlook& outlook, const StudySnapshot& study, std::uint32_t set) {
  std::map<TrialKey, std::uint32_t> trained;
  for (const TrialRecord& trial : study.trials) trained[trial.key] = trial.curve.budget_epochs;
  std::vector<double> rounds{0};
  for (const PlannedTrial& trial : outlook.missing)
    if (trial.key.set == set)
      rounds[0] += 1 - static_cast<double>(std::min(trained[trial.key], trial.epochs)) / trial.epochs;
  const std::size_t sets = study.sets.size();
  for (const std::size_t round : outlook.rounds_to_come)
    rounds.push_back(static_cast<double>((round + sets - 1) / sets));
  return rounds;
}

/// Estimated wall time of one round after the other.
double seconds_of(const Preparation& all, std::uint32_t set, std::uint32_t epochs,
                  const std::vector<double>& rounds) {
  if (std::all_of(rounds.begin(), rounds.end(), [](double trials) { return trials == 0; })) return 0;
  const auto trainer = make_trainer(all.task(set), all.trainer_options());
  // Threads share the last trials of a round; a way forward costs a third of a training step.
  double trials = 0;
  for (const double round : rounds) trials += round / trainer->threads();
  const double samples = epochs * (static_cast<double>(all.splits[set].training.size()) +
                                   static_cast<double>(all.splits[set].validation.size()) / 3.0);
  return trials * samples / trainer->measure_speed(0.3);
}

}  // namespace

struct PreparedStudy::Parts {
  Preparation all;
};

PreparedStudy::PreparedStudy(StudyRequest request) : parts_(new Parts{prepare(std::move(request))}) {}
PreparedStudy::~PreparedStudy() = default;
PreparedStudy::PreparedStudy(PreparedStudy&&) noexcept = default;

const std::string& PreparedStudy::name() const { return parts_->all.study.name; }
const StudySnapshot& PreparedStudy::study() const { return parts_->all.study; }
const std::vector<std::string>& PreparedStudy::warnings() const { return parts_->all.warnings; }

std::vector<TrialKey> PreparedStudy::planned_trials() const {
  std::vector<TrialKey> all;
  for (const PlannedTrial& trial : parts_->all.first_round) all.push_back(trial.key);
  return all;
}

StudyForecast PreparedStudy::forecast(StudyStore* store) const {
  const Preparation& all = parts_->all;
  StudySnapshot study = all.study;  // what this request asks for alone
  if (store)
    if (auto stored = store->load_study(name())) {
      study.plan.epochs = std::max(study.plan.epochs, epochs_of(*stored));
      study.trials = std::move(stored->trials);
    }
  const Outlook outlook = outlook_of(study, all.request.strategies);

  StudyForecast forecast;
  forecast.finished = outlook.finished;
  forecast.confirming = outlook.confirming;
  forecast.trials = outlook.finished + static_cast<std::uint32_t>(outlook.missing.size());
  for (const std::size_t round : outlook.rounds_to_come) forecast.trials += static_cast<std::uint32_t>(round);
  for (std::uint32_t set = 0; set < all.data.size(); ++set)
    forecast.seconds += seconds_of(all, set, epochs_of(study), rounds_on(outlook, study, set));
  forecast.memory = study_memory(all, all.request.threads);
  return forecast;
}

void PreparedStudy::take_older(StudyStore& store) { etalon::take_older(parts_->all, store); }

OpenedStudy PreparedStudy::open(StudyStore& store) const { return open_study(parts_->all, store); }

StudyEnd PreparedStudy::run(OpenedStudy opened, StudyStore& store, StudyObserver& observer,
                            const std::atomic<bool>& stop, const WorkOptions& options) const {
  return StudyRun(parts_->all, std::move(opened.study), store, observer, stop, options).work(true);
}

StudyEnd PreparedStudy::work(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop,
                             const WorkOptions& options) const {
  return StudyRun(parts_->all, store.load_study(name()).value(), store, observer, stop, options).work(false);
}

const Preparation& PreparedStudy::preparation() const { return parts_->all; }

}  // namespace etalon
