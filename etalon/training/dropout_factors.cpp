#include "etalon/training/dropout_factors.h"

#include "etalon/base/random.h"

namespace etalon {
namespace {

void draw_layer(const SharedTask& shared, const LayerPlan& layer, std::uint32_t seed_index,
                std::uint32_t step, Arena& arena) {
  const RandomKey key{shared.task().study_seed, seed_index, Purpose::dropout};
  const auto layers = static_cast<std::uint32_t>(shared.task().network.layers.size());
  const auto threshold = static_cast<std::uint64_t>(double{layer.parameter} * 0x1p32);
  const auto kept = static_cast<float>(1 / (1 - double{layer.parameter}));
  const std::uint32_t size = layer.output.size(), slots = shared.plan().slots();
  const std::size_t count = std::size_t{size} * shared.task().batch;
  for (std::size_t k = 0; k < count; k += 4) {
    const auto words = random_words(key, step * layers + layer.index, static_cast<std::uint32_t>(k / 4));
    for (std::size_t j = 0; j < 4 && k + j < count; ++j) {
      const auto sample = static_cast<std::uint32_t>((k + j) / size);
      arena.at(layer.extra + sample / slots * layer.extra_group + (k + j) % size, sample % slots) =
          words[j] < threshold ? 0 : kept;
    }
  }
}

}  // namespace

void draw_dropout(const SharedTask& shared, Arena& arena, std::uint32_t seed_index, std::uint32_t step) {
  for (const LayerPlan& layer : shared.plan().layers())
    if (layer.kind == StepKind::dropout) draw_layer(shared, layer, seed_index, step, arena);
}

}  // namespace etalon
