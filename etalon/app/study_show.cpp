#include <fmt/format.h>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/output.h"
#include "etalon/app/trial_table.h"
#include "etalon/storage/open_store.h"

namespace etalon {

ExitCode run_study_show(const StudyShowArguments& arguments) {
  const auto store = open_store(arguments.store, StoreAccess::read);
  auto [study, note] = choose_study(*store, arguments.store, arguments.study);
  if (!note.empty() && !arguments.quiet) tell("{}\n", note);
  const StudyStanding standing = standing_of(*store, std::move(study));
  if (arguments.json)
    print_json_text(standing_json(standing));
  else if (!arguments.quiet)
    print("{}", standing_text(standing));
  return ExitCode::done;
}

}  // namespace etalon
