#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "etalon/app/choice_change.h"
#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/conclusion.h"
#include "etalon/app/current_setting.h"
#include "etalon/app/output.h"
#include "etalon/base/text.h"
#include "etalon/judging/judge.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

bool was_tried(const Judgement& judgement, const Setting& setting) {
  return std::ranges::any_of(judgement.cells, [&](const std::vector<CellSummary>& cells) {
    return std::ranges::any_of(
        cells, [&](const CellSummary& cell) { return cell.seeds > 0 && cell.setting == setting; });
  });
}

Setting tried_setting(const NamedValues& named, const StudySnapshot& study, const Judgement& judgement) {
  const std::vector<Axis> axes = axes_of(study.definition);
  Setting setting = setting_of(named, axes);
  if (!was_tried(judgement, setting))
    throw RequestError({Field::current, to_text(setting, axes) + ", which is not among the settings tried",
                        "one that the study tried: what another one costs is not known",
                        "'etalon tune' with the options of study " + short_name(study.name) + " and " +
                            value_options(lists_with(setting, axes, study.plan)) + " adds it"});
  return setting;
}

/// The study's own, but for those that were typed.
ChoiceRules asked_rules(const Request& request, const StudySnapshot& study, const Judgement& judgement) {
  Request asked;
  asked.study.plan.choice = study.plan.choice;
  apply_typed(request.typed, asked);
  ChoiceRules& rules = asked.study.plan.choice;
  if (asked.current) rules.current = tried_setting(*asked.current, study, judgement);
  return rules;
}

/// "study NAME, decided again with speed_weight 0.9 (stored: 0.5)"
std::string headline(const StudySnapshot& study, const ChoiceRules& asked) {
  const auto texts = rule_texts(study.plan.choice, asked, axes_of(study.definition));
  return fmt::format("study {}, decided again with {}; nothing is stored", short_name(study.name),
                     texts.empty() ? "the rules that are stored" : join(texts, ", "));
}

}  // namespace

ExitCode run_decide(Request& request) {
  const auto store = open_store(request.store, StoreAccess::read);
  const auto [stored, note] = choose_study(*store, request.store, request.study.study_name);
  if (!note.empty() && !request.quiet) tell("{}\n", note);
  const Judgement before = judge(stored);
  StudySnapshot study = stored;
  study.plan.choice = asked_rules(request, stored, before);
  const Judgement now = judge(study);
  const std::vector<ChoiceChange> changes = choice_changes(study, before, now);
  if (request.json) {
    print_json_text(decide_json(study, now, stored.plan.choice, changes));
  } else if (!request.quiet) {
    const Terminal terminal = terminal_at(STDOUT_FILENO);
    print_painted(fmt::format("{}\n\n{}{}", headline(stored, study.plan.choice),
                              conclusion_text(study, now, {Paint(terminal.colour), terminal.columns}),
                              changes_text(changes, axes_of(study.definition))));
  }
  return ExitCode::done;
}

}  // namespace etalon
