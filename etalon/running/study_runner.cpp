#include "etalon/running/study_runner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "etalon/running/outlook.h"
#include "etalon/running/prepare.h"
#include "etalon/running/shared_plan.h"
#include "etalon/running/study_run.h"

namespace etalon {

namespace {

/// Trials of each round that is left on one set.
std::vector<std::size_t> rounds_on(const Outlook& outlook, std::uint32_t set, std::size_t sets) {
  std::vector<std::size_t> rounds{0};
  for (const PlannedTrial& trial : outlook.missing) rounds[0] += trial.key.set == set;
  for (const std::size_t round : outlook.rounds_to_come) rounds.push_back((round + sets - 1) / sets);
  return rounds;
}

/// Estimated wall time of one round after the other.
double seconds_of(const Preparation& all, std::uint32_t set, const std::vector<std::size_t>& rounds) {
  if (std::all_of(rounds.begin(), rounds.end(), [](std::size_t trials) { return trials == 0; })) return 0;
  const auto trainer = make_trainer(all.task(set), all.trainer_options());
  // Threads share the last trials of a round; a way forward costs a third of a training step.
  double trials = 0;
  for (const std::size_t round : rounds) trials += static_cast<double>(round) / trainer->threads();
  const double samples = all.request.epochs * (static_cast<double>(all.splits[set].training.size()) +
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
    if (auto stored = store->load_study(name())) study.trials = std::move(stored->trials);
  const Outlook outlook = outlook_of(study, all.request.strategies);

  StudyForecast forecast;
  forecast.finished = outlook.finished;
  forecast.confirming = outlook.confirming;
  forecast.trials = outlook.finished + static_cast<std::uint32_t>(outlook.missing.size());
  for (const std::size_t round : outlook.rounds_to_come) forecast.trials += static_cast<std::uint32_t>(round);
  for (std::uint32_t set = 0; set < all.data.size(); ++set)
    forecast.seconds += seconds_of(all, set, rounds_on(outlook, set, all.data.size()));
  forecast.memory = study_memory(all, all.request.threads);
  return forecast;
}

void PreparedStudy::take_older(StudyStore& store) { etalon::take_older(parts_->all, store); }

void PreparedStudy::open(StudyStore& store) const { open_study(parts_->all, store); }

StudyEnd PreparedStudy::run(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop,
                            const WorkOptions& options) const {
  open(store);
  return StudyRun(parts_->all, store, observer, stop, options).work(true);
}

StudyEnd PreparedStudy::work(StudyStore& store, StudyObserver& observer, const std::atomic<bool>& stop,
                             const WorkOptions& options) const {
  return StudyRun(parts_->all, store, observer, stop, options).work(false);
}

const Preparation& PreparedStudy::preparation() const { return parts_->all; }

}  // namespace etalon
