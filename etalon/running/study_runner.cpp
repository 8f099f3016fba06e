#include "etalon/running/study_runner.h"

#include <set>
#include <utility>

#include "etalon/running/opening.h"
#include "etalon/running/plan.h"
#include "etalon/running/prepare.h"
#include "etalon/running/study_run.h"

namespace etalon {

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
  for (std::uint32_t set = 0; set < parts_->all.data.size(); ++set) {
    const std::vector<TrialKey> trials = trials_on_set(parts_->all.first_round, set);
    all.insert(all.end(), trials.begin(), trials.end());
  }
  return all;
}

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
