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
        threads_(options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency())),
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
  /// A pack to train: its trials and, opened with them, its crew.
  struct Job {
    std::vector<Assignment> trials;
    std::shared_ptr<Crew> crew;
  };

  /// Leads packs while there are any, then helps those who still lead one.
  void work(GuardedSource& source) {
    try {
      const FlushDenormals flush;
      std::map<const Engine*, Arena> arenas;
      for (;;) {
        Job job = next_job(source);
        if (!job.trials.empty()) {
          lead(std::move(job), arenas, source);
        } else if (const auto crew = crews_.neediest()) {
          arenas.clear();
          const double seconds = crew->serve();
          if (seconds > 0) source.advanced(0, seconds);
        } else {
          return;
        }
      }
    } catch (...) {
      source.fail(std::current_exception());
    }
  }

  /// One thread at a time, so that whoever finds no trials left finds the crews of all packs.
  Job next_job(GuardedSource& source) {
    const std::scoped_lock lock(taking_);
    Job job{source.next_pack(engine_.lanes), nullptr};
    if (!job.trials.empty()) job.crew = crews_.open(threads_);
    return job;
  }

  void lead(Job job, std::map<const Engine*, Arena>& arenas, AssignmentSource& source) {
    try {
      const Engine& engine = engine_holding(job.trials.size(), engine_);
      if (!arenas.contains(&engine)) arenas.clear();  // never two at once
      Arena& arena = arenas.try_emplace(&engine, shared_.plan(), engine.lanes).first->second;
      Pack(shared_, engine, arena, *job.crew, source).run(std::move(job.trials));
    } catch (...) {
      crews_.close(job.crew);
      throw;
    }
    crews_.close(job.crew);
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
