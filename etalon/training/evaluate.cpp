#include "etalon/training/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "etalon/lanes/denormals.h"

namespace etalon {
namespace {

struct Total {
  double loss = 0;
  std::uint64_t right = 0;

  Evaluation mean(std::size_t count) const {
    if (count == 0) return {};
    const double value = loss / static_cast<double>(count);
    return {std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value,
            static_cast<double>(right) / static_cast<double>(count)};
  }
};

}  // namespace

SampleBlock::SampleBlock(std::uint32_t samples, std::uint32_t lanes, std::uint32_t image_size)
    : lanes_(lanes),
      image_size_(image_size),
      images_(std::size_t{samples} * lanes),
      labels_(images_.size()) {}

void SampleBlock::set(std::uint32_t b, std::uint32_t lane, const LabelledImages& images,
                      std::uint32_t index) {
  const std::size_t at = std::size_t{b} * lanes_ + lane;
  images_[at] = images.pixels.data() + std::size_t{index} * image_size_;
  labels_[at] = images.labels[index];
}

void SampleBlock::set_images(std::uint32_t lane, std::uint32_t count, const std::uint8_t* images) {
  for (std::uint32_t b = 0; b < count; ++b)
    images_[std::size_t{b} * lanes_ + lane] = images + std::size_t{b} * image_size_;
}

std::vector<Evaluation> evaluate_lanes(const SharedTask& shared, const Engine& engine, Arena& arena,
                                       Crew& crew, const LabelledImages& images,
                                       std::span<const std::uint32_t> indices,
                                       const std::function<bool()>& stop) {
  const std::uint32_t lanes = engine.lanes, batch = shared.task().batch;
  const EngineTask task = shared.validation_task();
  SampleBlock block(batch, lanes, shared.task().data->shape.size());
  std::vector<float> losses(std::size_t{batch} * lanes);
  std::vector<std::int32_t> right(losses.size());
  std::vector<Total> totals(lanes);
  for (std::size_t first = 0; first < indices.size(); first += batch) {
    if (stop()) return {};
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(batch, indices.size() - first));
    for (std::uint32_t b = 0; b < count; ++b)
      for (std::uint32_t lane = 0; lane < lanes; ++lane) block.set(b, lane, images, indices[first + b]);
    crew.run([&](const Member& member) {
      engine.evaluate(task, arena.data(), block.view(count), losses.data(), right.data(), member);
    });
    for (std::size_t k = 0; k < std::size_t{count} * lanes; ++k) {
      totals[k % lanes].loss += double{losses[k]};
      totals[k % lanes].right += static_cast<std::uint64_t>(right[k]);
    }
  }
  std::vector<Evaluation> evaluations;
  for (const Total& total : totals) evaluations.push_back(total.mean(indices.size()));
  return evaluations;
}

Evaluation evaluate_model(const SharedTask& shared, const Engine& engine, std::span<const float> weights,
                          const LabelledImages& images, std::span<const std::uint32_t> indices,
                          float label_smoothing) {
  const FlushDenormals flush;
  EngineTask task = shared.forward_task();
  task.label_smoothing = label_smoothing;
  const std::uint32_t lanes = engine.lanes, batch = task.plan.batch;
  Arena arena(shared.forward_plan(), lanes);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) arena.load(lane, weights);
  SampleBlock block(batch, lanes, shared.task().data->shape.size());
  std::vector<float> losses(std::size_t{batch} * lanes);
  std::vector<std::int32_t> right(losses.size());
  Total total;
  for (std::size_t first = 0; first < indices.size(); first += losses.size()) {
    const std::size_t count = std::min(losses.size(), indices.size() - first);
    for (std::size_t k = 0; k < losses.size(); ++k)
      block.set(static_cast<std::uint32_t>(k / lanes), static_cast<std::uint32_t>(k % lanes), images,
                indices[first + std::min(k, count - 1)]);
    const auto rows = static_cast<std::uint32_t>((count + lanes - 1) / lanes);
    engine.evaluate(task, arena.data(), block.view(rows), losses.data(), right.data(), {});
    for (std::size_t k = 0; k < count; ++k) {
      total.loss += double{losses[k]};
      total.right += static_cast<std::uint64_t>(right[k]);
    }
  }
  return total.mean(indices.size());
}

}  // namespace etalon
