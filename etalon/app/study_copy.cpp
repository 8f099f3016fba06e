#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/output.h"
#include "etalon/app/store_place.h"
#include "etalon/base/text.h"
#include "etalon/live/display.h"
#include "etalon/storage/open_store.h"
#include "etalon/study/study_name.h"

namespace etalon {

ExitCode run_study_copy(Request& request) {
  const auto from = open_store(request.from, StoreAccess::read);
  const ChosenName chosen = choose_study_name(*from, request.from, request.study.study_name);
  require_study_name(chosen.name, "etalon study copy");  // before a store is made for it
  if (store_kind(request.to) == StoreKind::memory)
    throw RequestError({"etalon study copy", "memory: as the store that gets it", "a file or a server",
                        "nothing of memory: is left afterwards"});
  require_store_folder(request.to, "etalon study copy");
  const auto to = open_store(request.to, StoreAccess::create);
  const auto display = make_display(request.quiet);
  if (!chosen.note.empty()) display->note(chosen.note);
  std::uint32_t trials = 0;
  copy_study(*from, *to, chosen.name, [&](std::uint32_t done, std::uint32_t all) {
    trials = all;
    display->working("copying trials", done, all);
  });
  display->close();
  if (request.json)
    print_json(nlohmann::ordered_json{{"study", shown_name(chosen.name)},
                                      {"from", shown_store(request.from)},
                                      {"to", shown_store(request.to)},
                                      {"trials", trials}});
  else if (!request.quiet)
    print("study {} is copied to {}: {}\n", short_name(chosen.name), shown_store(request.to),
          counted(trials, "trial"));
  return ExitCode::done;
}

}  // namespace etalon
