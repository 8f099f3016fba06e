#include "etalon/training/trainer.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/base/processors.h"
#include "etalon/lanes/denormals.h"
#include "etalon/training/crew.h"
#include "etalon/training/dispatch.h"
#include "etalon/training/evaluate.h"
#include "etalon/training/shared_task.h"
#include "etalon/training/training_memory.h"
#include "etalon/training/trial_run.h"

namespace etalon {
namespace {

/// A source seen by one of several threads: if one of them throws, the others are told to stop.
class GuardedSource : public TrialSource {
 public:
  explicit GuardedSource(TrialSource& source) : source_(source) {}

  std::optional<Assignment> next() override { return stop_requested() ? std::nullopt : source_.next(); }
  void epoch_done(std::uint64_t ticket, std::uint32_t epoch, const EpochPoint& point) override {
    source_.epoch_done(ticket, epoch, point);
  }
  void advanced(std::uint64_t samples, double seconds) override { source_.advanced(samples, seconds); }
  void finished(Outcome outcome) override { source_.finished(std::move(outcome)); }
  bool keeps_states() const override { return source_.keeps_states(); }
  bool stop_requested() const override { return failed_.load() || source_.stop_requested(); }
  bool checkpoint_due(double seconds) const override { return source_.checkpoint_due(seconds); }
  void checkpoint(Pause trial) override { source_.checkpoint(std::move(trial)); }

  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  TrialSource& source_;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::exception_ptr error_;
};

/// Hands out one trial of a budget without end and stops it when its time is up.
class SpeedProbe : public TrialSource {
 public:
  SpeedProbe(std::uint32_t groups, double seconds)
      : groups_(groups), end_(system_clock().steady_seconds() + seconds) {}

  std::optional<Assignment> next() override {
    return Assignment{0, std::vector<double>(groups_, 1e-3), 0, 1u << 20};
  }
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

/// One task with any batch: what threads share of it is made when the first trial of that batch comes.
class BatchTasks {
 public:
  BatchTasks(const TrainingTask& task, std::uint32_t threads, std::string instruction_set)
      : task_(task), threads_(threads), instruction_set_(std::move(instruction_set)) {
    of(task.batch);  // refuses what cannot be trained
  }

  SharedTask& of(std::uint32_t batch) {
    const std::lock_guard lock(mutex_);
    if (const auto known = tasks_.find(batch); known != tasks_.end()) return known->second;
    TrainingTask task = task_;
    task.batch = batch;
    return tasks_.try_emplace(batch, task, threads_, instruction_set_).first->second;
  }
  SharedTask& usual() { return of(task_.batch); }

 private:
  const TrainingTask task_;
  const std::uint32_t threads_;
  const std::string instruction_set_;
  std::mutex mutex_;
  std::map<std::uint32_t, SharedTask> tasks_;  ///< [batch], guarded by mutex_
};

/// A thread's memory to train in: one arena, made anew for a trial of another batch.
class ArenaHolder {
 public:
  Arena& for_task(const SharedTask& shared) {
    if (shared_ != &shared) {
      arena_.reset();
      arena_ = std::make_unique<Arena>(shared.plan());
      shared_ = &shared;
    }
    return *arena_;
  }
  void clear() {
    arena_.reset();
    shared_ = nullptr;
  }

 private:
  const SharedTask* shared_ = nullptr;
  std::unique_ptr<Arena> arena_;
};

class SlotTrainer : public Trainer {
 public:
  SlotTrainer(const TrainingTask& task, const TrainerOptions& options)
      : task_(task),
        threads_(options.threads != 0 ? options.threads : processor_count()),
        tasks_(task, threads_, options.instruction_set) {}

  void train(TrialSource& source) override {
    GuardedSource guarded(source);
    std::vector<std::jthread> threads;
    for (std::uint32_t k = 1; k < threads_; ++k) threads.emplace_back([&] { work(guarded); });
    work(guarded);
    threads.clear();  // joins
    guarded.rethrow();
  }

  Evaluation evaluate_test(std::span<const float> weights) override {
    return etalon::evaluate_test(tasks_.usual(), weights);
  }

  std::uint32_t threads() const override { return threads_; }

  std::uint64_t memory_bytes() const override {
    const DataSet& data = *task_.data;
    const std::uint64_t augmented =
        task_.augmentation.empty() ? 0 : std::uint64_t{task_.batch} * data.shape.size() * threads_;
    return training_memory(task_.network, task_.training.optimizer, task_.batch, threads_).all() + augmented +
           data.training.pixels.size() + data.test.pixels.size();
  }

  double measure_speed(double seconds) override {
    const FlushDenormals flush;
    SharedTask& shared = tasks_.usual();
    Arena arena(shared.plan());
    SpeedProbe probe(shared.groups(), seconds);
    Crew alone(1);
    TrialRun(shared, shared.engine(shared.plan()), arena, alone, probe).run(*probe.next());
    return probe.speed();
  }

 private:
  struct Work {
    std::optional<Assignment> trial;  ///< to lead
    std::shared_ptr<Crew> crew;       ///< its own, or one to help where no trial is left
  };

  /// In one go, so that whoever finds no trial left sees the crews of all that were taken.
  Work take_work(GuardedSource& source) {
    const std::lock_guard lock(taking_);
    Work work{source.next(), nullptr};
    work.crew = work.trial ? crews_.open(threads_) : crews_.neediest();
    return work;
  }

  /// Leads trials while there are any, then helps those who still lead one.
  void work(GuardedSource& source) {
    try {
      const FlushDenormals flush;
      ArenaHolder memory;
      for (;;) {
        Work work = take_work(source);
        if (work.trial) {
          lead(memory, source, std::move(work));
        } else if (work.crew) {
          memory.clear();
          if (const double seconds = work.crew->serve(); seconds > 0) source.advanced(0, seconds);
        } else {
          return;
        }
      }
    } catch (...) {
      source.fail(std::current_exception());
    }
  }

  void lead(ArenaHolder& memory, GuardedSource& source, Work work) {
    try {
      SharedTask& shared = tasks_.of(work.trial->batch.value_or(task_.batch));
      TrialRun(shared, shared.engine(shared.plan()), memory.for_task(shared), *work.crew, source)
          .run(std::move(*work.trial));
    } catch (...) {
      crews_.close(work.crew);
      throw;
    }
    crews_.close(work.crew);
  }

  const TrainingTask task_;
  const std::uint32_t threads_;
  BatchTasks tasks_;
  std::mutex taking_;
  CrewBoard crews_;
};

}  // namespace

std::unique_ptr<Trainer> make_trainer(const TrainingTask& task, const TrainerOptions& options) {
  return std::make_unique<SlotTrainer>(task, options);
}

}  // namespace etalon
