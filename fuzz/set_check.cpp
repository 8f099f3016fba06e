#include <atomic>
#include <bit>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "etalon/lanes/denormals.h"
#include "etalon/training/arena.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/dropout_factors.h"
#include "etalon/training/evaluate.h"
#include "etalon/training/step_scalars.h"
#include "fuzz/kernel_checks.h"

namespace etalon::fuzz {
namespace {

constexpr std::uint32_t trials = 3, steps = 2, images = 24;

/// All that one trial leaves behind.
struct Trace {
  std::vector<float>
      numbers;  ///< losses of each step, then of the evaluation, then weights and optimizer state
  std::vector<std::int32_t> right;
};

/// Everything that the engines are given, the same for each.
class Workload {
 public:
  explicit Workload(const NetworkCase& made) : made_(made) {
    Numbers numbers(made, Wildness::anything, 0);
    data_.shape = {made.input.channels, made.input.height, made.input.width};
    data_.classes = 4;
    for (std::uint32_t k = 0; k < images * made.input.size(); ++k)
      data_.training.pixels.push_back(static_cast<std::uint8_t>(numbers.below(256)));
    for (std::uint32_t k = 0; k < images; ++k) {
      data_.training.labels.push_back(static_cast<std::uint8_t>(numbers.below(4)));
      split_.training.push_back(k);
    }
    for (std::uint32_t k = 0; k < 256 * made.input.channels; ++k) table_.push_back(numbers.draw(2));
    for (std::uint32_t trial = 0; trial < trials; ++trial) {
      weights_.emplace_back();
      for (std::uint32_t k = 0; k < made.network.parameters; ++k)
        weights_.back().push_back(numbers.draw(0.6f));
      eta_.push_back(std::abs(double{numbers.draw(1)}));
    }
  }

  TrainingTask task() const {
    TrainingSpec training;
    training.optimizer = made_.optimizer;
    return {&data_, &split_, made_.network, training, made_.batch, 1, made_.seed};
  }
  const float* inputs() const { return table_.data(); }
  const std::vector<float>& weights(std::uint32_t trial) const { return weights_[trial]; }
  std::vector<double> eta(std::uint32_t trial) const { return {eta_[trial]}; }
  const LabelledImages& samples() const { return data_.training; }
  static std::uint32_t sample(std::uint32_t trial, std::uint32_t step, std::uint32_t b) {
    return (trial * 5 + step * 7 + b) % images;
  }

 private:
  const NetworkCase& made_;
  DataSet data_;
  Split split_;
  std::vector<float> table_;  ///< [channel][256]
  std::vector<std::vector<float>> weights_;
  std::vector<double> eta_;
};

/// Where so many threads wait for each other, again and again. They may be more than there are cores.
struct Meeting {
  std::uint32_t count;
  std::atomic<std::uint32_t> arrived = 0, held = 0;

  void wait() {
    const std::uint32_t before = held;
    if (++arrived == count) {
      arrived = 0;
      ++held;
    }
    while (held == before) std::this_thread::yield();
  }
};

/// Runs `job` as so many members at once.
void together(std::uint32_t count, const std::function<void(const Member&)>& job) {
  Meeting meeting{count};
  const auto meet = [](void* place) { static_cast<Meeting*>(place)->wait(); };
  std::vector<std::jthread> others;
  for (std::uint32_t index = 1; index < count; ++index)
    others.emplace_back([&, index] {
      const FlushDenormals flush;
      job({index, count, meet, &meeting});
    });
  job({0, count, meet, &meeting});
}

/// One trial on one instruction set.
class SetRun {
 public:
  SetRun(const Workload& work, SharedTask& shared, std::uint32_t trial, std::uint32_t members)
      : work_(work),
        shared_(shared),
        engine_(shared.engine(shared.plan())),
        trial_(trial),
        members_(members),
        arena_(shared.plan()),
        block_(shared.task().batch, shared.task().data->shape.size()),
        scalars_(shared) {
    arena_.load(work.weights(trial));
    scalars_.begin({.eta = work.eta(trial)});
  }

  Trace run() {
    EngineTask task = shared_.engine_task(static_cast<float>(shared_.task().training.label_smoothing));
    task.inputs = work_.inputs();
    const std::uint32_t batch = shared_.task().batch;
    std::vector<float> losses(batch);
    std::vector<std::int32_t> right(batch);
    for (std::uint32_t step = 0; step < steps; ++step) {
      prepare(step);
      together(members_, [&](const Member& member) {
        engine_.train(task, arena_.memory(), block_.view(batch), scalars_.view(), losses.data(), member);
      });
      keep(losses);
    }
    const std::uint32_t some = 1 + batch / 2;
    together(members_, [&](const Member& member) {
      engine_.evaluate(task, arena_.memory(), block_.view(some), losses.data(), right.data(), member);
    });
    losses.resize(some), right.resize(some);
    keep(losses);
    trace_.right = right;
    keep(arena_.state());
    return trace_;
  }

 private:
  void prepare(std::uint32_t step) {
    for (std::uint32_t b = 0; b < shared_.task().batch; ++b)
      block_.set(b, work_.samples(), Workload::sample(trial_, step, b));
    scalars_.set(step, correction_);
    draw_dropout(shared_, arena_, trial_, step);
  }
  void keep(const std::vector<float>& numbers) {
    trace_.numbers.insert(trace_.numbers.end(), numbers.begin(), numbers.end());
  }

  const Workload& work_;
  SharedTask& shared_;
  const Engine& engine_;
  std::uint32_t trial_, members_;
  Arena arena_;
  SampleBlock block_;
  StepNumbers scalars_;
  BiasCorrection correction_;
  Trace trace_;
};

/// Which NaN arithmetic gives is the compiler's choice; all else must agree to the bit.
bool same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string first_difference(const Trace& found, const Trace& expected) {
  for (std::size_t k = 0; k < expected.numbers.size(); ++k)
    if (!same(found.numbers[k], expected.numbers[k]))
      return fmt::format("number {} is {:a}, not {:a}", k, found.numbers[k], expected.numbers[k]);
  return found.right == expected.right ? "" : "other samples are right";
}

}  // namespace

std::string difference_between_sets(const NetworkCase& made) {
  const FlushDenormals flush;
  const Workload work(made);
  for (std::uint32_t trial = 0; trial < trials; ++trial) {
    std::optional<Trace> expected;  // by the oldest set of the class, on one thread
    for (const std::string& set : engine_support().instruction_sets)
      for (const std::uint32_t members : {1u, made.members}) {
        SharedTask shared(work.task(), members, set);
        const Trace found = SetRun(work, shared, trial, members).run();
        if (!expected) expected = found;
        if (std::string where = first_difference(found, *expected); !where.empty())
          return fmt::format("{}, {} threads, trial {}: {}", set, members, trial, where);
      }
  }
  return "";
}

}  // namespace etalon::fuzz
