#include "etalon/training/trainer.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/base/processors.h"
#include "etalon/lanes/denormals.h"
#include "etalon/training/crew.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/evaluate.h"
#include "etalon/training/memory.h"
#include "etalon/training/pack.h"
#include "etalon/training/shared_task.h"

namespace etalon {
namespace {

/// A source seen by one of several threads: if one of them throws, the others are told to stop.
class GuardedSource : public AssignmentSource {
 public:
  explicit GuardedSource(AssignmentSource& source) : source_(source) {}

  std::vector<Assignment> next_pack(std::uint32_t most) override {
    return stop_requested() ? std::vector<Assignment>{} : source_.next_pack(most);
  }
  std::optional<Assignment> next() override { return source_.next(); }
  void epoch_done(std::uint64_t ticket, std::uint32_t epoch, const EpochPoint& point) override {
    source_.epoch_done(ticket, epoch, point);
  }
  void advanced(std::uint64_t samples, double seconds) override { source_.advanced(samples, seconds); }
  void finished(Outcome outcome) override { source_.finished(std::move(outcome)); }
  bool stop_requested() const override { return failed_.load() || source_.stop_requested(); }
  bool checkpoint_due(double seconds) const override { return source_.checkpoint_due(seconds); }
  void checkpoint(std::vector<Pause> riders) override { source_.checkpoint(std::move(riders)); }

  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  AssignmentSource& source_;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::exception_ptr error_;
};

/// Hands out one full pack of a budget without end and stops it when its time is up.
class SpeedProbe : public AssignmentSource {
 public:
  SpeedProbe(std::uint32_t groups, double seconds)
      : groups_(groups), end_(system_clock().steady_seconds() + seconds) {}

  std::vector<Assignment> next_pack(std::uint32_t most) override {
    return std::vector<Assignment>(most, {0, std::vector<double>(groups_, 1e-3), 0, 1u << 20});
  }
  std::optional<Assignment> next() override { return std::nullopt; }
  void epoch_done(std::uint64_t, std::uint32_t, const EpochPoint&) override {}
  void advanced(std::uint64_t samples, double seconds) override { samples_ += samples, seconds_ += seconds; }
  void finished(Outcome) override {}
  bool stop_requested() const override { return system_clock().steady_seconds() > end_ && ++asked_ > 2; }
  double speed() const { return seconds_ > 0 ? static_cast<double>(samples_) / seconds_ : 0; }

 private:
  std::uint32_t groups_;
  double end_;
  mutable int asked_ = 0;
  std::uint64_t samples_ = 0;
  double seconds_ = 0;
};

class LaneTrainer : public Trainer {
 public:
  LaneTrainer(const TrainingTask& task, const TrainerOptions& options)
      : engine_(engine_for(options.lanes)),
        threads_(options.threads != 0 ? options.threads : processor_count()),
        shared_(task, threads_) {}

  void train(AssignmentSource& source) override {
    GuardedSource guarded(source);
    std::vector<std::jthread> threads;
    for (std::uint32_t k = 1; k < threads_; ++k) threads.emplace_back([&] { work(guarded); });
    work(guarded);
    threads.clear();  // joins
    guarded.rethrow();
  }

  Evaluation evaluate_test(std::span<const float> weights) override {
    const LabelledImages& test = shared_.task().data->test;
    std::vector<std::uint32_t> all(test.count());
    std::iota(all.begin(), all.end(), 0u);
    return evaluate_model(shared_, engine_, weights, test, all);
  }

  std::uint32_t lanes() const override { return engine_.lanes; }
  std::uint32_t threads() const override { return threads_; }

  std::uint64_t memory_bytes() const override {
    const DataSet& data = *shared_.task().data;
    const TrainingTask& task = shared_.task();
    return training_memory(task.network, task.training.optimizer, task.batch, engine_.lanes, threads_).all() +
           AugmentedImages::most_bytes(task, engine_.lanes) * threads_ + data.training.pixels.size() +
           data.test.pixels.size();
  }

  double measure_speed(double seconds) override {
    const FlushDenormals flush;
    Arena arena(shared_.plan(), engine_.lanes);
    SpeedProbe probe(shared_.groups(), seconds);
    Crew alone(1);
    Pack(shared_, engine_, arena, alone, probe).run(probe.next_pack(engine_.lanes));
    return probe.speed();
  }

 private:
  using Arenas = std::map<const Engine*, Arena>;
  struct Work {
    std::vector<Assignment> trials;  ///< of a pack to lead
    std::shared_ptr<Crew> crew;      ///< its own, or one to help where there is no pack left
  };

  /// In one go, so that whoever finds no pack left sees the crews of all that were taken.
  Work take_work(GuardedSource& source) {
    const std::lock_guard lock(taking_);
    Work work{source.next_pack(engine_.lanes), nullptr};
    work.crew = work.trials.empty() ? crews_.neediest() : crews_.open(threads_);
    return work;
  }

  /// Leads packs while there are any, then helps those who still lead one.
  void work(GuardedSource& source) {
    try {
      const FlushDenormals flush;
      Arenas arenas;
      for (;;) {
        Work work = take_work(source);
        if (!work.trials.empty()) {
          lead(arenas, source, std::move(work));
        } else if (work.crew) {
          arenas.clear();
          source.advanced(0, work.crew->serve());
        } else {
          return;
        }
      }
    } catch (...) {
      source.fail(std::current_exception());
    }
  }

  void lead(Arenas& arenas, GuardedSource& source, Work work) {
    try {
      const Engine& engine = engine_holding(work.trials.size(), engine_);
      if (!arenas.contains(&engine)) arenas.clear();  // never two at once
      Arena& arena = arenas.try_emplace(&engine, shared_.plan(), engine.lanes).first->second;
      Pack(shared_, engine, arena, *work.crew, source).run(std::move(work.trials));
    } catch (...) {
      crews_.close(work.crew);
      throw;
    }
    crews_.close(work.crew);
  }

  const Engine& engine_;
  std::uint32_t threads_;
  SharedTask shared_;
  std::mutex taking_;
  CrewBoard crews_;
};

}  // namespace

std::unique_ptr<Trainer> make_trainer(const TrainingTask& task, const TrainerOptions& options) {
  return std::make_unique<LaneTrainer>(task, options);
}

}  // namespace etalon
