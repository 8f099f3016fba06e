#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/interrupt.h"
#include "etalon/app/open_watched.h"
#include "etalon/app/output.h"
#include "etalon/app/trial_id.h"
#include "etalon/base/clock.h"
#include "etalon/base/text.h"
#include "etalon/live/display.h"
#include "etalon/running/verify.h"
#include "etalon/study/study_name.h"

namespace etalon {
namespace {

nlohmann::ordered_json verification_json(const StudySnapshot& study, const Verification& found) {
  nlohmann::ordered_json json{{"study", shown_name(study.name)},
                              {"trials", found.trials},
                              {"weights", found.weights},
                              {"trained_again", found.trained},
                              {"other_numeric_class", found.other_class},
                              {"same", found.differences.empty()}};
  json["differences"] = nlohmann::ordered_json::array();
  for (const TrialDifference& one : found.differences)
    json["differences"].push_back({{"id", trial_id(one.key, study.definition)}, {"what", one.what}});
  return json;
}

std::string verification_text(const StudySnapshot& study, const Verification& found) {
  std::string text = fmt::format("study {}: {} and the weights of {} read, every checksum holds\n",
                                 short_name(study.name), counted(found.trials, "trial"), found.weights);
  if (found.trained > 0)
    text += fmt::format("trained again: {}, {}\n", counted(found.trained, "trial"),
                        found.differences.empty() ? "every bit is the same"
                                                  : counted(found.differences.size(), "difference"));
  if (found.other_class > 0)
    text += fmt::format(
        "not trained again: {} of another numeric class, or version of the numerics, "
        "than this program's here\n",
        counted(found.other_class, "trial"));
  for (const TrialDifference& one : found.differences)
    text += fmt::format("  {}: {}\n", trial_id(one.key, study.definition), one.what);
  return text;
}

}  // namespace

ExitCode run_study_verify(Request& request) {
  VerifyOptions options{.sample = request.trials_again};
  const InterruptWatch interrupts;
  const auto display = make_display(request.quiet);
  const auto store = open_watched(request.store, StoreAccess::read, *display);
  const auto [study, note] = choose_study(*store, request.store, request.study.study_name);
  if (!note.empty()) display->note(note);
  options.on_trained = [&](std::uint32_t done, std::uint32_t all) {
    display->working("training again", done, all);
  };
  const PreparedStudy prepared = prepare_worker(study, request.machine());
  const Verification found = verify_study(prepared, *store, options, interrupts.flag());
  display->close();
  if (request.json)
    print_json(verification_json(study, found));
  else if (!request.quiet)
    print("{}", verification_text(study, found));
  if (!found.differences.empty()) return ExitCode::failed;
  if (!interrupts.interrupted()) return ExitCode::done;
  tell("interrupted: {} not trained again\n", counted(found.left_out, "trial"));
  return ExitCode::interrupted;
}

}  // namespace etalon
