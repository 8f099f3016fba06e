#include "etalon/training/dispatch.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/training/trainer.h"

namespace etalon {

namespace sse2_1 {
extern const Engine engine;
}
namespace sse2_4 {
extern const Engine engine;
}
namespace avx2_1 {
extern const Engine engine;
}
namespace avx2_4 {
extern const Engine engine;
}
namespace avx2_8 {
extern const Engine engine;
}
namespace avx512_16 {
extern const Engine engine;
}

namespace {

bool wants_plain_class() {
  const char* wanted = std::getenv("ETALON_NUMERIC_CLASS");
  return wanted != nullptr && std::string_view(wanted) == sse2_1::engine.numeric_class;
}

std::vector<const Engine*> engines_here() {
  __builtin_cpu_init();
  const bool fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!fused || wants_plain_class()) return {&sse2_1::engine, &sse2_4::engine};
  std::vector<const Engine*> found{&avx2_1::engine, &avx2_4::engine, &avx2_8::engine};
  if (__builtin_cpu_supports("avx512f")) found.push_back(&avx512_16::engine);
  return found;
}

std::string widths_text() {
  std::string text;
  for (const Engine* engine : engines()) text += fmt::format("{}{}", text.empty() ? "" : ", ", engine->lanes);
  return text;
}

}  // namespace

const std::vector<const Engine*>& engines() {
  static const std::vector<const Engine*> found = engines_here();
  return found;
}

const Engine& engine_for(std::uint32_t lanes) {
  for (const Engine* engine : engines())
    if (engine->lanes == lanes || (lanes == 0 && engine == engines().back())) return *engine;
  throw RequestError({"--lanes", std::to_string(lanes),
                      fmt::format("auto, or a width that runs on this processor: {}", widths_text()),
                      "auto takes the widest; any width gives the same curves"});
}

const Engine& engine_holding(std::size_t trials, const Engine& wide) {
  if (trials * 2 > wide.lanes) return wide;
  for (const Engine* engine : engines())
    if (engine->lanes >= trials) return *engine;
  return wide;
}

LaneSupport lane_support() {
  LaneSupport support;
  for (const Engine* engine : engines()) support.widths.push_back(engine->lanes);
  support.widest = engines().back()->lanes;
  support.instruction_set = engines().back()->instruction_set;
  support.numeric_class = engines().back()->numeric_class;
  return support;
}

void require_width(std::uint32_t lanes) { engine_for(lanes); }

}  // namespace etalon
