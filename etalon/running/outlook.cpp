#include "etalon/running/outlook.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/judging/judge.h"
#include "etalon/running/confirmation.h"
#include "etalon/running/strategist.h"

namespace etalon {
namespace {

std::set<Setting> settings_on(const std::vector<PlannedTrial>& round, std::uint32_t set) {
  std::set<Setting> settings;
  for (const PlannedTrial& trial : round)
    if (trial.key.set == set) settings.insert(trial.key.setting);
  return settings;
}

/// "more seeds for 12 of 25 settings, first seeds for 6 new ones"; empty where the set has no part in the
/// round.
std::string step_text(const Replay& replay, std::uint32_t set) {
  std::set<Setting> before;
  for (std::size_t round = 0; round + 1 < replay.rounds.size(); ++round)
    before.merge(settings_on(replay.rounds[round], set));
  const std::set<Setting> now = settings_on(replay.rounds.back(), set);
  std::size_t known = 0;
  for (const Setting& setting : now) known += before.contains(setting);
  std::vector<std::string> parts;
  if (known > 0)
    parts.push_back(fmt::format("more seeds for {} of {}", known, counted(before.size(), "setting")));
  if (known < now.size())
    parts.push_back(fmt::format("first seeds for {}", counted(now.size() - known, "new setting")));
  return join(parts, ", ");
}

/// "shapes, digits: more seeds for 12 of 25 settings", a line for all sets of which the same is true.
std::vector<std::string> round_texts(const Replay& replay, const StudySnapshot& study) {
  std::vector<std::string> texts;
  if (replay.rounds.size() < 2) return texts;
  std::map<std::string, std::vector<std::string>> sets;
  for (std::uint32_t set = 0; set < study.sets.size(); ++set)
    if (const std::string text = step_text(replay, set); !text.empty())
      sets[text].push_back(study.sets[set].name);
  for (const auto& [text, names] : sets) texts.push_back(join(names, ", ") + ": " + text);
  return texts;
}

/// "digits: 8 fresh seeds to confirm conv=0.1 full=0.01 and conv=0.1 full=0.1"
std::vector<std::string> confirmation_texts(const std::vector<PlannedTrial>& trials,
                                            const StudySnapshot& study) {
  std::vector<std::string> texts;
  for (std::uint32_t set = 0; set < study.sets.size(); ++set) {
    std::vector<std::string> settings;
    for (const Setting& setting : settings_on(trials, set))
      settings.push_back(to_text(setting, axes_of(study.definition)));
    if (settings.empty()) continue;
    texts.push_back(fmt::format("{}: {} to confirm {}", study.sets[set].name,
                                counted(study.plan.confirmation, "fresh seed"), join(settings, " and ")));
  }
  return texts;
}

class Tally {
 public:
  explicit Tally(const StudySnapshot& study) : study_(study) {
    for (const TrialRecord& trial : study.trials) {
      if (is_stopped(trial, study)) continue;
      outlook_.known.insert(trial.key);
      complete_.insert(trial.key);
    }
  }
  void add(const Replay& replay) {
    std::set<TrialKey> missing;
    for (const PlannedTrial& trial : replay.missing) missing.insert(trial.key);
    for (const TrialKey& key : replay.proposed()) propose(key, !missing.contains(key));
    outlook_.missing.insert(outlook_.missing.end(), replay.missing.begin(), replay.missing.end());
    std::vector<std::size_t>& rounds = outlook_.rounds_to_come;
    rounds.resize(std::max(rounds.size(), replay.rounds_to_come.size()), 0);
    for (std::size_t round = 0; round < replay.rounds_to_come.size(); ++round)
      rounds[round] += replay.rounds_to_come[round];
    rounds_ = std::max(rounds_, static_cast<std::uint32_t>(replay.rounds.size()));
    if (!replay.missing.empty())
      for (std::string& text : round_texts(replay, study_)) outlook_.words.push_back(std::move(text));
  }
  /// After all replays.
  void add_confirmation() {
    if (!outlook_.missing.empty()) {
      const std::size_t to_come = confirmation_to_come(study_);
      outlook_.rounds_to_come.push_back(to_come);
      outlook_.confirming = static_cast<std::uint32_t>(to_come);
      return;
    }
    if (study_.plan.confirmation == 0) return;
    outlook_.judgement = judge(study_);
    for (const PlannedTrial& trial : confirmation_trials(study_, *outlook_.judgement, rounds_)) {
      propose(trial.key, complete_.contains(trial.key));
      ++outlook_.confirming;
      if (!complete_.contains(trial.key)) outlook_.missing.push_back(trial);
    }
    outlook_.words = confirmation_texts(outlook_.missing, study_);
  }
  Outlook take() { return std::move(outlook_); }

 private:
  void propose(const TrialKey& key, bool finished) {
    outlook_.known.insert(key);
    if (proposed_.insert(key).second && finished) ++outlook_.finished;
  }

  const StudySnapshot& study_;
  std::set<TrialKey> complete_;  ///< finished after all of the study's epochs
  std::set<TrialKey> proposed_;
  Outlook outlook_;
  std::uint32_t rounds_ = 0;
};

}  // namespace

std::uint32_t Outlook::planned_trials() const {
  return static_cast<std::uint32_t>(
      std::accumulate(rounds_to_come.begin(), rounds_to_come.end(), known.size()));
}

Outlook outlook_of(const StudySnapshot& study, const StrategyMaker& strategies) {
  Tally tally(study);
  for (const StudyPlan& asked : study.asked) tally.add(replay(asked, study, strategies));
  tally.add_confirmation();
  return tally.take();
}

}  // namespace etalon
