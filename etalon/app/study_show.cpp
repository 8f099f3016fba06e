#include <fmt/format.h>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/output.h"
#include "etalon/app/trial_table.h"
#include "etalon/storage/open_store.h"

namespace etalon {

ExitCode run_study_show(Request& request) {
  const auto store = open_store(request.store, StoreAccess::read);
  auto [study, note] = choose_study(*store, request.store, request.study.study_name);
  if (!note.empty() && !request.quiet) tell("{}\n", note);
  const StudyStanding standing = standing_of(*store, std::move(study));
  if (request.json)
    print_json_text(standing_json(standing));
  else if (!request.quiet)
    print("{}", standing_text(standing));
  return ExitCode::done;
}

}  // namespace etalon
