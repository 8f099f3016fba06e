/// One worker's work on a study, from its first seat to the conclusion. Used by PreparedStudy alone.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "etalon/running/chronicle.h"
#include "etalon/running/objective.h"
#include "etalon/running/prepare.h"
#include "etalon/running/seat.h"
#include "etalon/running/study_runner.h"

namespace etalon {

class StudyRun {
 public:
  /// All but `study` is borrowed; that is how the store held it just now.
  StudyRun(const Preparation& all, StudySnapshot study, StudyStore& store, StudyObserver& observer,
           const std::atomic<bool>& stop, const WorkOptions& options);

  /// Works until the study has concluded. `until_sure`: even if it counts as concluded, not before this
  /// worker has made sure of it as the strategist.
  StudyEnd work(bool until_sure);

 private:
  std::optional<StudyEnd> work_at(Seat& seat, bool until_sure);
  void train(std::uint32_t set, Seat& seat);
  void note_older_numerics();
  bool finish();
  void tell_conclusion();
  StudySnapshot current_study();
  void make_room_for_states(const StudySnapshot& study);
  void wait();
  Objective& objective_for(std::uint32_t set);

  const Preparation& all_;
  StudyStore& store_;
  const std::atomic<bool>& stop_;
  const WorkOptions options_;
  Chronicle chronicle_;
  std::optional<StudySnapshot> opened_;  ///< until its first use
  bool told_of_numerics_ = false;
  bool news_ = false;                  ///< the conclusion was written here
  std::optional<JudgedStudy> judged_;  ///< as it was concluded, or found to be
  std::unique_ptr<Objective> objective_;
  std::uint32_t objective_set_ = 0;
};

}  // namespace etalon
