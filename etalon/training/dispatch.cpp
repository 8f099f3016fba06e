#include "etalon/training/dispatch.h"

#include <cstdlib>
#include <map>
#include <string_view>

#include <fmt/format.h>

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

std::vector<const Engine*> engines_here() {
  const char* const wanted = std::getenv("ETALON_INSTRUCTION_SET");
  const std::string_view newest = wanted ? wanted : "";
  std::vector<const Engine*> found;
  bool over = false;
  for (const Engine* engine : compiled_engines) {
    const std::string_view set = engine->instruction_set;
    over = over || (!found.empty() && found.back()->instruction_set == newest && set != newest);
    if (!over && processor_has(set)) found.push_back(engine);
  }
  return found;
}

std::vector<const Engine*> best_engines() {
  const std::string_view best = runnable_engines().back()->numeric_class;
  std::map<std::uint32_t, const Engine*> of_width;
  for (const Engine* engine : runnable_engines())
    if (engine->numeric_class == best) of_width[engine->lanes] = engine;
  std::vector<const Engine*> found;
  for (const auto& [width, engine] : of_width) found.push_back(engine);
  return found;
}

const Engine& default_engine() {
  const Engine* widest = engines().front();
  for (const Engine* engine : engines())
    if (engine->registers == 1) widest = engine;
  return *widest;
}

std::string widths_text() {
  std::string text;
  for (const Engine* engine : engines()) text += fmt::format("{}{}", text.empty() ? "" : ", ", engine->lanes);
  return text;
}

}  // namespace

const std::vector<const Engine*>& runnable_engines() {
  static const std::vector<const Engine*> found = engines_here();
  return found;
}

const std::vector<const Engine*>& engines() {
  static const std::vector<const Engine*> found = best_engines();
  return found;
}

const Engine& engine_for(std::uint32_t lanes) {
  if (lanes == 0) return default_engine();
  for (const Engine* engine : engines())
    if (engine->lanes == lanes) return *engine;
  throw RequestError({"--lanes", std::to_string(lanes),
                      fmt::format("auto, or a width that runs on this processor: {}", widths_text()),
                      "auto takes the fastest; any width gives the same curves"});
}

const Engine& engine_holding(std::size_t trials, const Engine& wide) {
  if (trials * 2 > wide.lanes) return wide;
  for (const Engine* engine : engines())
    if (engine->lanes >= trials) return *engine;
  return wide;
}

LaneSupport lane_support(std::uint32_t lanes) {
  const Engine& chosen = engine_for(lanes);
  LaneSupport support;
  for (const Engine* engine : engines()) support.widths.push_back(engine->lanes);
  support.lanes = chosen.lanes;
  support.instruction_set = chosen.instruction_set;
  support.numeric_class = chosen.numeric_class;
  return support;
}

void require_width(std::uint32_t lanes) { engine_for(lanes); }

}  // namespace etalon
