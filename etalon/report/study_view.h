/// A study and its judgement, side by side: each cell with its trials. Borrows both; they must outlive it.
#pragma once

#include <vector>

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon::report {

struct SeedView {
  const TrialRecord* trial = nullptr;
  const Verdict* verdict = nullptr;
  bool failed() const { return verdict->fate == Fate::failed; }
};

struct CellView {
  const CellSummary* summary = nullptr;
  std::vector<SeedView> seeds;         ///< finished tuning trials, by seed index
  std::vector<SeedView> confirmation;  ///< finished trials that confirm, by seed index
  bool chosen = false, eligible = false, equivalent = false;
  bool all_diverged() const { return summary->seeds > 0 && summary->diverged_seeds == summary->seeds; }
};

struct SetView {
  const SetFacts* facts = nullptr;
  const NetworkFacts* network = nullptr;           ///< null where none is recorded
  const Recommendation* recommendation = nullptr;  ///< null where the judge gave none
  std::vector<CellView> cells;                     ///< in Setting order; empty with no finished trial
  std::vector<SeedView> stopped;  ///< trials of fewer epochs than the study's, in TrialKey order
  std::optional<double> loss_target, accuracy_target;
  const CellView* chosen() const;
};

class StudyView {
 public:
  StudyView(const StudySnapshot& study, const Judgement& judgement);

  const StudySnapshot& study() const { return study_; }
  const Judgement& judgement() const { return judgement_; }
  const std::vector<LayerGroup>& groups() const { return study_.definition.groups; }
  const std::vector<Axis>& axes() const { return axes_; }
  bool varies(Quantity quantity) const;
  /// Whether more is varied than an eta for each group.
  bool has_further_axes() const { return axes_.size() > groups().size(); }
  const std::vector<SetView>& sets() const { return sets_; }

  /// Test accuracies of the recommended setting on set `set`, over the seeds that were evaluated; over those
  /// that confirm alone where there are any.
  Spread test_accuracy(std::size_t set) const;

  /// What the finished trials were trained on, each sample as often as it was used.
  std::uint64_t samples_trained() const;

 private:
  const StudySnapshot& study_;
  const Judgement& judgement_;
  const std::vector<Axis> axes_;
  std::vector<SetView> sets_;
};

}  // namespace etalon::report
