#include "etalon/training/dispatch.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/error.h"
#include "etalon/lanes/processor.h"
#include "etalon/training/trainer.h"

namespace etalon {

#define ETALON_ENGINE(instance) \
  namespace instance {          \
  extern const Engine engine;   \
  }
#include "etalon/training/engine_list.inc"
#undef ETALON_ENGINE

namespace {

const Engine* const compiled_engines[] = {
#define ETALON_ENGINE(instance) &instance::engine,
#include "etalon/training/engine_list.inc"
#undef ETALON_ENGINE
};

/// Those up to the last one of the set `newest`; all where no engine is of that set.
std::vector<const Engine*> up_to(const std::vector<const Engine*>& engines, std::string_view newest) {
  const auto is_newest = [&](const Engine* engine) { return engine->instruction_set == newest; };
  const auto last = std::find_if(engines.rbegin(), engines.rend(), is_newest);
  return last == engines.rend() ? engines : std::vector<const Engine*>(engines.begin(), last.base());
}

std::vector<const Engine*> engines_here() {
  std::vector<const Engine*> found;
  for (const Engine* engine : compiled_engines)
    if (processor_has(engine->instruction_set)) found.push_back(engine);
  const char* const wanted = std::getenv("ETALON_INSTRUCTION_SET");
  return up_to(found, wanted ? wanted : "");
}

}  // namespace

const std::vector<const Engine*>& runnable_engines() {
  static const std::vector<const Engine*> found = engines_here();
  return found;
}

const Engine& engine_for(std::uint32_t slots, const std::string& newest) {
  check(slots == 4 || slots == 8 || slots == 16, "slots", slots, "4, 8 or 16");
  const std::vector<const Engine*> usable = up_to(runnable_engines(), newest);
  const std::string_view best = usable.back()->numeric_class;
  const auto found = std::find_if(usable.rbegin(), usable.rend(), [&](const Engine* engine) {
    return engine->slots == slots && engine->numeric_class == best;
  });
  check(found != usable.rend(), "engines", "without one of so many slots", "one for each number of slots");
  return **found;
}

EngineSupport engine_support() {
  EngineSupport support;
  const Engine& newest = *runnable_engines().back();
  support.instruction_set = newest.instruction_set;
  support.numeric_class = newest.numeric_class;
  for (const Engine* engine : runnable_engines()) {
    const bool known =
        !support.instruction_sets.empty() && support.instruction_sets.back() == engine->instruction_set;
    if (engine->numeric_class == support.numeric_class && !known)
      support.instruction_sets.push_back(engine->instruction_set);
  }
  return support;
}

std::string curve_class() { return fmt::format("{} {}", engine_support().numeric_class, numerics_version); }

}  // namespace etalon
