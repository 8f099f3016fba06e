/// What a study says in the end, as text for a terminal and as JSON for another program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "etalon/app/choice_change.h"
#include "etalon/live/terminal.h"
#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon {

struct Page {
  Paint paint{false};
  unsigned columns = 80;  ///< lines are broken there
};

/// The recommended etas of each set and overall, evidence, doubt, and warnings.
std::string conclusion_text(const StudySnapshot& study, const Judgement& judgement, const Page& page);

/// Every cell of every set: accuracy, speed, stability; the chosen one marked.
std::string cells_text(const StudySnapshot& study, const Judgement& judgement, const Page& page);

/// What `tune --json` prints besides the recommendations.
struct TuneFacts {
  bool was_complete = false;  ///< nothing was left to train
  std::string store;
  std::optional<std::filesystem::path> report;  ///< empty: none was written
  double seconds = 0;                           ///< wall seconds of the whole command
};

/// {"study", "trials", "recommendations", "overall", "seconds", "trial_samples_per_second", ...}; null where
/// something was not measured.
std::string tune_json(const StudySnapshot& study, const Judgement& judgement, const TuneFacts& facts);

/// What the judge says: the certificate, and every trial by its id with its verdict. Holds no times but
/// "seconds", "started" and "finished", no attempts, hosts or paths: without those three two runs of a study
/// say the same.
std::string show_json(const StudySnapshot& study, const Judgement& judgement);

/// {"study", "rules", "stored_rules", "changes", "recommendations", "overall"}: what `decide` prints. `study`
/// holds the rules that were asked for.
std::string decide_json(const StudySnapshot& study, const Judgement& judgement, const ChoiceRules& stored,
                        const std::vector<ChoiceChange>& changes);

}  // namespace etalon
