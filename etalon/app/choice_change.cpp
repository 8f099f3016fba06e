#include "etalon/app/choice_change.h"

#include <fmt/format.h>

#include "etalon/base/text.h"

namespace etalon {
namespace {

std::string setting_text(const std::optional<Setting>& setting, const std::vector<Axis>& axes) {
  return setting ? to_text(*setting, axes) : "none";
}

std::string number_text(const std::optional<double>& value) { return value ? shortest(*value) : "none"; }

}  // namespace

std::vector<ChoiceChange> choice_changes(const StudySnapshot& study, const Judgement& before,
                                         const Judgement& now) {
  std::vector<ChoiceChange> changes;
  for (std::size_t set = 0; set < now.recommendations.size(); ++set)
    changes.push_back({study.definition.sets.at(set).name, before.recommendations.at(set).setting,
                       now.recommendations[set].setting});
  if (now.overall && before.overall && changes.size() > 1)
    changes.push_back({"overall", before.overall->setting, now.overall->setting});
  return changes;
}

std::string changes_text(const std::vector<ChoiceChange>& changes, const std::vector<Axis>& axes) {
  std::string text;
  std::vector<std::string> same;
  for (const ChoiceChange& change : changes) {
    if (!change.changed()) {
      same.push_back(change.where);
      continue;
    }
    text += fmt::format("changed: {}: {} before, {} now\n", change.where, setting_text(change.before, axes),
                        setting_text(change.now, axes));
  }
  if (!same.empty()) text += fmt::format("same choice as before: {}\n", join(same, ", "));
  return text;
}

std::vector<std::string> rule_texts(const ChoiceRules& stored, const ChoiceRules& asked,
                                    const std::vector<Axis>& axes) {
  std::vector<std::string> texts;
  const auto add = [&](const char* name, const std::string& before, const std::string& now) {
    if (before != now) texts.push_back(fmt::format("{} {} (stored: {})", name, now, before));
  };
  add("speed_weight", shortest(stored.speed_weight), shortest(asked.speed_weight));
  add("divergence_limit", shortest(stored.divergence_limit), shortest(asked.divergence_limit));
  add("target loss", number_text(stored.target_loss), number_text(asked.target_loss));
  add("target accuracy", number_text(stored.target_accuracy), number_text(asked.target_accuracy));
  add("current", setting_text(stored.current, axes), setting_text(asked.current, axes));
  return texts;
}

}  // namespace etalon
