#include "etalon/training/dropout_factors.h"

#include "etalon/base/random.h"

namespace etalon {
namespace {

void draw_layer(const SharedTask& shared, const LayerPlan& layer, const DropoutLane& lane,
                std::vector<float>& factors) {
  const RandomKey key{shared.task().study_seed, lane.seed_index, Purpose::dropout};
  const auto layers = static_cast<std::uint32_t>(shared.task().network.layers.size());
  const auto threshold = static_cast<std::uint64_t>(double{layer.parameter} * 0x1p32);
  const auto kept = static_cast<float>(1 / (1 - double{layer.parameter}));
  factors.resize(std::size_t{layer.output.size()} * shared.task().batch);
  for (std::size_t k = 0; k < factors.size(); k += 4) {
    const auto words = random_words(key, lane.step * layers + layer.index, static_cast<std::uint32_t>(k / 4));
    for (std::size_t j = 0; j < 4 && k + j < factors.size(); ++j)
      factors[k + j] = words[j] < threshold ? 0 : kept;
  }
}

}  // namespace

void draw_dropout(const SharedTask& shared, Arena& arena, std::span<const DropoutLane> lanes) {
  std::vector<float> factors;
  for (const LayerPlan& layer : shared.plan().layers()) {
    if (layer.kind != StepKind::dropout) continue;
    std::vector<bool> done(lanes.size(), false);
    for (std::size_t first = 0; first < lanes.size(); ++first) {
      if (done[first]) continue;
      draw_layer(shared, layer, lanes[first], factors);
      for (std::size_t i = first; i < lanes.size(); ++i) {
        if (lanes[i].seed_index != lanes[first].seed_index || lanes[i].step != lanes[first].step) continue;
        done[i] = true;
        const std::uint32_t size = layer.output.size();
        for (std::size_t k = 0; k < factors.size(); ++k)
          arena.at(layer.extra + k / size * layer.extra_sample + k % size, lanes[i].lane) = factors[k];
      }
    }
  }
}

}  // namespace etalon
