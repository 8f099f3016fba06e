#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/choose_study.h"
#include "etalon/app/commands.h"
#include "etalon/app/store_place.h"
#include "etalon/base/text.h"
#include "etalon/live/display.h"
#include "etalon/storage/open.h"

namespace etalon {

ExitCode run_study_copy(const StudyCopyArguments& arguments) {
  const auto from = open_store(arguments.from, StoreAccess::read);
  const ChosenName chosen = choose_study_name(*from, arguments.from, arguments.study);
  if (store_kind(arguments.to) == StoreKind::memory)
    throw RequestError({"etalon study copy", "memory: as the store that gets it", "a file or a server",
                        "nothing of memory: is left afterwards"});
  require_store_folder(arguments.to, "etalon study copy");
  const auto to = open_store(arguments.to, StoreAccess::create);
  const auto display = make_display(arguments.quiet);
  if (!chosen.note.empty()) display->note(chosen.note);
  std::uint32_t trials = 0;
  copy_study(*from, *to, chosen.name, [&](std::uint32_t done, std::uint32_t all) {
    trials = all;
    display->working("copying trials", done, all);
  });
  display->close();
  if (arguments.json)
    fmt::print("{}\n", nlohmann::ordered_json{{"study", chosen.name},
                                              {"from", shown_store(arguments.from)},
                                              {"to", shown_store(arguments.to)},
                                              {"trials", trials}}
                           .dump(2));
  else if (!arguments.quiet)
    fmt::print("study {} is copied to {}: {}\n", chosen.name, shown_store(arguments.to),
               counted(trials, "trial"));
  return ExitCode::done;
}

}  // namespace etalon
