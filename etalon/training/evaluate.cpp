#include "etalon/training/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/lanes/denormals.h"
#include "etalon/training/dispatch.h"

namespace etalon {
namespace {

/// Images of which an evaluation goes through the network at once.
struct Work {
  const Engine& engine;
  const EngineTask task;
  std::uint32_t image_size;
  const LabelledImages& images;
  std::span<const std::uint32_t> indices;
};

std::optional<Evaluation> evaluate(const Work& work, Arena& arena, Crew& crew,
                                   const std::function<bool()>& stop) {
  const std::uint32_t batch = work.task.plan.batch;
  SampleBlock block(batch, work.image_size);
  std::vector<float> losses(batch);
  std::vector<std::int32_t> right(batch);
  double loss = 0;
  std::uint64_t hits = 0;
  for (std::size_t first = 0; first < work.indices.size(); first += batch) {
    if (stop()) return std::nullopt;
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(batch, work.indices.size() - first));
    for (std::uint32_t b = 0; b < count; ++b) block.set(b, work.images, work.indices[first + b]);
    crew.run([&](const Member& member) {
      work.engine.evaluate(work.task, arena.memory(), block.view(count), losses.data(), right.data(), member);
    });
    for (std::uint32_t b = 0; b < count; ++b) {
      loss += double{losses[b]};
      hits += static_cast<std::uint64_t>(right[b]);
    }
  }
  if (work.indices.empty()) return Evaluation{};
  const auto samples = static_cast<double>(work.indices.size());
  return Evaluation{std::isnan(loss) ? std::numeric_limits<double>::quiet_NaN() : loss / samples,
                    static_cast<double>(hits) / samples};
}

}  // namespace

SampleBlock::SampleBlock(std::uint32_t samples, std::uint32_t image_size)
    : image_size_(image_size), images_(samples), labels_(samples) {}

void SampleBlock::set(std::uint32_t b, const LabelledImages& images, std::uint32_t index) {
  images_[b] = images.pixels.data() + std::size_t{index} * image_size_;
  labels_[b] = images.labels[index];
}

void SampleBlock::set_images(const std::uint8_t* images) {
  for (std::size_t b = 0; b < images_.size(); ++b) images_[b] = images + b * image_size_;
}

std::optional<Evaluation> evaluate_trial(const SharedTask& shared, const Engine& engine, Arena& arena,
                                         Crew& crew, std::span<const std::uint32_t> indices,
                                         float label_smoothing, const std::function<bool()>& stop) {
  const EngineTask task = shared.engine_task(label_smoothing);
  const DataSet& data = *shared.task().data;
  return evaluate({engine, task, data.shape.size(), data.training, indices}, arena, crew, stop);
}

Evaluation evaluate_test(const SharedTask& shared, std::span<const float> weights) {
  const std::size_t parameters = shared.plan().places().size();
  if (weights.size() != parameters)
    throw Failure({"the weights of a trial", fmt::format("{} values", weights.size()),
                   fmt::format("the {} of this network", parameters),
                   "they belong to another study, or are damaged"});
  const FlushDenormals flush;
  const DataSet& data = *shared.task().data;
  std::vector<std::uint32_t> all(data.test.count());
  std::iota(all.begin(), all.end(), 0u);
  const NetworkPlan plan(shared.task().network, {.batch = shared.task().batch, .forward_only = true});
  Arena arena(plan);
  arena.load(weights);
  Crew alone(1);
  return *evaluate({shared.engine(plan), shared.forward_task(plan), data.shape.size(), data.test, all}, arena,
                   alone, [] { return false; });
}

}  // namespace etalon
