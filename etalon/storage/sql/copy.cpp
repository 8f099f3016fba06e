#include "etalon/storage/sql/copy.h"

#include "etalon/base/error.h"
#include "etalon/storage/complaints.h"
#include "etalon/storage/sql/queue.h"
#include "etalon/storage/sql/studies.h"
#include "etalon/storage/sql/trials.h"
#include "etalon/storage/sql/workers.h"

namespace etalon {

void send_study(SqlSession& session, std::int64_t study, StudyReceiver& receiver) {
  const StudyRow row = read_study(session, study);
  StudyHead head{snapshot_of(row), row.concluded, row.finished_trials, row.open_trials};
  const WorkDone done = work_done(session, study);
  head.study.times.training_seconds += done.training_seconds;
  head.study.times.samples_trained += done.samples_trained;
  head.study.tests = read_tests(session, study);
  receiver.head(head);
  read_kept_trials(session, study, {row.finished_trials, row.last_number},
                   [&](const KeptTrial& kept) { receiver.finished(kept.trial, kept.weights, kept.state); });
  read_waiting(session, study, row.open_trials, [&](const WaitingTrial& trial) { receiver.waiting(trial); });
}

void SqlReceiver::head(const StudyHead& head) {
  if (study_) erase_study(session_, *study_);
  name_ = head.study.name;
  finished_ = 0;
  StudyRow row = row_of(head.study);
  row.concluded = head.concluded;
  row.finished_trials = head.finished_trials;
  row.open_trials = head.waiting_trials;
  row.last_number = head.finished_trials;
  study_ = insert_study(session_, row, now_unix_millis_);
  if (!study_) throw RequestError(study_there_already(row.name));
  write_tests(session_, *study_, head.study.tests);
}

void SqlReceiver::finished(const TrialRecord& trial, const std::optional<std::vector<float>>& weights,
                           const Bytes& state) {
  std::optional<std::span<const float>> floats;
  if (weights) floats = *weights;
  const std::int64_t row = insert_trial(session_, study_.value(), ++finished_, 0, trial, floats);
  if (!state.empty()) insert_state(session_, study_.value(), row, state);
}

void SqlReceiver::waiting(const WaitingTrial& trial) { insert_waiting(session_, study_.value(), trial); }

}  // namespace etalon
