/// The sentences of a recommendation: why this one, what to beware of, what would change it. All are made
/// from the recommendation's own values, so that they cannot contradict it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "etalon/judging/cells.h"
#include "etalon/judging/certificate.h"
#include "etalon/judging/evidence.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

/// How the choice on one set went; cells are indices into evidence.cells.
struct ChoiceStory {
  std::size_t best = 0;  ///< the highest expected accuracy of those that may be chosen
  std::size_t chosen = 0;
  std::vector<std::size_t> eligible;
  std::size_t without_margin = 0;             ///< of those close enough, left out for a worse margin
  MarginAnswer margin = MarginAnswer::holds;  ///< of the chosen one
  bool above_chance = true;
  bool beyond_limit = false;  ///< every cell is expected to fail more often than the limit
  bool best_of_all = true;    ///< nor does the limit keep out a cell of a higher expected accuracy
};

/// Recommendation::why; reads its certificate. REQUIRES: story.above_chance.
std::string choice_why(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                       const Recommendation& recommendation);
/// Reads `why` and the values of the recommendation.
std::string choice_reason(const StudySnapshot& study, const SetEvidence& evidence, const ChoiceStory& story,
                          const Recommendation& recommendation);
std::vector<Warning> choice_warnings(const StudySnapshot& study, const SetEvidence& evidence,
                                     const ChoiceStory& story, const Recommendation& recommendation);
std::vector<std::string> what_would_change(const StudySnapshot& study, const SetEvidence& evidence,
                                           const SetPosterior& posterior, const ChoiceStory& story,
                                           const Recommendation& recommendation);

std::string all_diverged_reason(const SetEvidence& evidence);
std::string nothing_measured_reason(const SetEvidence& evidence);

/// How the choice over all sets went.
struct OverallStory {
  std::size_t candidates = 0;  ///< settings that learned on every set
  bool by_votes = false;       ///< chosen for what the sets chose, not for the smallest regret
  std::vector<bool> counts;    ///< [set] whether anything is above chance there; only these are compared

  /// Nothing is above chance anywhere: the choice is a guess.
  bool guesses() const {
    return std::ranges::none_of(counts, [](bool one) { return one; });
  }
};

std::string overall_reason(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                           const OverallRecommendation& overall, const OverallStory& story);
std::string no_overall_reason(const std::vector<SetEvidence>& sets);
std::vector<Warning> overall_warnings(const StudySnapshot& study, const std::vector<SetEvidence>& sets,
                                      const OverallRecommendation& overall, const OverallStory& story);

}  // namespace etalon
