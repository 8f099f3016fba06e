/// The engine for one width and one instruction set. Compiled once for each, with ETALON_INSTANCE (its
/// namespace), ETALON_WIDTH, ETALON_SET and ETALON_CLASS set by the build; exports `engine` and nothing else.
#include "etalon/nn/network.h"
#include "etalon/training/engine.h"
#include "etalon/training/optimizer.h"

namespace etalon::ETALON_INSTANCE {
namespace {

using L = Lanes<ETALON_WIDTH>;
constexpr std::uint32_t width = ETALON_WIDTH;

/// Reads samples into the input tensor, each pixel through its channel's table.
class InputGather {
 public:
  InputGather(const EngineTask& task, L* arena) : task_(task), in_(task.plan.input), arena_(arena) {}

  void gather(std::uint32_t b, const std::uint8_t* const* images) const {
    bool shared = true;
    for (std::uint32_t lane = 1; lane < width; ++lane) shared = shared && images[lane] == images[0];
    std::uint32_t pixel = 0;
    for (std::uint32_t c = 0; c < in_.channels; ++c)
      for (std::uint32_t y = 0; y < in_.height; ++y, pixel += in_.width) {
        L* row = arena_ + in_.first + b * in_.sample + c * in_.plane + y * in_.row;
        if (shared)
          spread_row(row, images[0] + pixel, task_.inputs + 256 * c);
        else
          interleave_row(row, images, pixel, task_.inputs + 256 * c);
      }
  }

 private:
  void spread_row(L* row, const std::uint8_t* pixels, const float* table) const {
    for (std::uint32_t x = 0; x < in_.width; ++x) row[x] = L(table[pixels[x]]);
  }
  void interleave_row(L* row, const std::uint8_t* const* images, std::uint32_t pixel,
                      const float* table) const {
    float* values = reinterpret_cast<float*>(row);
    for (std::uint32_t lane = 0; lane < width; ++lane) {
      const std::uint8_t* pixels = images[lane] + pixel;
      for (std::uint32_t x = 0; x < in_.width; ++x) values[x * width + lane] = table[pixels[x]];
    }
  }

  const EngineTask& task_;
  const Tensor& in_;
  L* arena_;
};

void gather(const EngineTask& task, L* arena, const LaneSamples& samples, Range range) {
  const InputGather input(task, arena);
  for (std::uint32_t b = range.first; b < range.end; ++b)
    input.gather(b, samples.images + std::uint64_t{b} * width);
}

L::Integers label_of(const LaneSamples& samples, std::uint32_t b) {
  L::Integers label;
  __builtin_memcpy(&label, samples.labels + std::uint64_t{b} * width, sizeof label);
  return label;
}

void train(const EngineTask& task, float* memory, const LaneSamples& samples, const StepScalars& scalars,
           float* losses, const Member& member) {
  L* arena = reinterpret_cast<L*>(memory);
  const Network<L> network(task.plan, arena, member);
  const Range mine = network.share(samples.count);
  gather(task, arena, samples, mine);
  network.meet();
  network.forward(samples.count, true);
  const CrossEntropy<L> entropy(task.plan, arena, task.label_smoothing);
  for (std::uint32_t b = mine.first; b < mine.end; ++b) {
    const L loss = entropy.loss_and_gradient(b, label_of(samples, b), samples.count);
    __builtin_memcpy(losses + std::uint64_t{b} * width, &loss, sizeof loss);
  }
  network.meet();
  Optimizer<L> optimizer(task.optimizer, scalars, arena, task.plan.parameters);
  network.backward(optimizer);
}

void evaluate(const EngineTask& task, float* memory, const LaneSamples& samples, float* losses,
              std::int32_t* right, const Member& member) {
  L* arena = reinterpret_cast<L*>(memory);
  const Network<L> network(task.plan, arena, member);
  const Range mine = network.share(samples.count);
  gather(task, arena, samples, mine);
  network.meet();
  network.forward(samples.count, false);
  const CrossEntropy<L> entropy(task.plan, arena, task.label_smoothing);
  for (std::uint32_t b = mine.first; b < mine.end; ++b) {
    const L::Integers label = label_of(samples, b);
    const L loss = entropy.loss(b, label);
    const L::Integers hit = entropy.right(b, label);
    __builtin_memcpy(losses + std::uint64_t{b} * width, &loss, sizeof loss);
    __builtin_memcpy(right + std::uint64_t{b} * width, &hit, sizeof hit);
  }
  network.meet();
}

}  // namespace

extern const Engine engine;
constinit const Engine engine{
    width, (width + register_lanes - 1) / register_lanes, ETALON_SET, ETALON_CLASS, train, evaluate};

}  // namespace etalon::ETALON_INSTANCE
