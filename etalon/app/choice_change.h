/// What another decision on the same study changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct ChoiceChange {
  std::string where;  ///< the set's name, or "overall"
  std::optional<Setting> before, now;
  bool changed() const { return before != now; }
};

/// Each set's choice in both judgements of `study`, then the one overall where there are several sets.
std::vector<ChoiceChange> choice_changes(const StudySnapshot& study, const Judgement& before,
                                         const Judgement& now);

/// A line for each choice that is another now, and one that names those that are not.
std::string changes_text(const std::vector<ChoiceChange>& changes, const std::vector<Axis>& axes);

/// "speed_weight 0.9 (stored: 0.5)", one for each rule that differs.
std::vector<std::string> rule_texts(const ChoiceRules& stored, const ChoiceRules& asked,
                                    const std::vector<Axis>& axes);

}  // namespace etalon
