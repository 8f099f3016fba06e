#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/conclusion.h"
#include "etalon/app/output.h"
#include "etalon/judging/judge.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

/// "study NAME: 225 of 225 trials finished: 180 learning, 20 stalled, 25 diverged"
std::string headline(const StudySnapshot& study, const Judgement& judgement) {
  const auto count = [&](TrialStatus status) {
    return std::count_if(judgement.trials.begin(), judgement.trials.end(),
                         [&](const JudgedTrial& trial) { return trial.verdict.status == status; });
  };
  const auto stopped = count(TrialStatus::stopped);
  return fmt::format("study {}: {} of {} trials finished: {} learning, {} stalled, {} diverged{}",
                     short_name(study.name), complete_trials(study), study.planned_trials,
                     count(TrialStatus::learning), count(TrialStatus::stalled), count(TrialStatus::diverged),
                     stopped > 0 ? fmt::format(", {} stopped after fewer epochs", stopped) : "");
}

}  // namespace

ExitCode run_show(Request& request) {
  const auto store = open_store(request.store, StoreAccess::read);
  const auto [study, note] = choose_study(*store, request.store, request.study.study_name);
  if (!note.empty() && !request.quiet) tell("{}\n", note);
  const Judgement judgement = judge(study);
  if (request.json) {
    print_json_text(show_json(study, judgement));
  } else if (!request.quiet) {
    const Terminal terminal = terminal_at(STDOUT_FILENO);
    const Page page{Paint(terminal.colour), terminal.columns};
    print_painted(fmt::format("{}\n\n{}\n{}", headline(study, judgement), cells_text(study, judgement, page),
                              conclusion_text(study, judgement, page)));
  }
  return ExitCode::done;
}

}  // namespace etalon
