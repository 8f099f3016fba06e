#include "etalon/training/trainer.h"

#include <algorithm>
#include <atomic>
#include <exception>
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

class SlotTrainer : public Trainer {
 public:
  SlotTrainer(const TrainingTask& task, const TrainerOptions& options)
      : threads_(options.threads != 0 ? options.threads : processor_count()),
        shared_(task, threads_, options.instruction_set) {}

  void train(TrialSource& source) override {
    GuardedSource guarded(source);
    std::vector<std::jthread> threads;
    for (std::uint32_t k = 1; k < threads_; ++k) threads.emplace_back([&] { work(guarded); });
    work(guarded);
    threads.clear();  // joins
    guarded.rethrow();
  }

  Evaluation evaluate_test(std::span<const float> weights) override {
    return etalon::evaluate_test(shared_, weights);
  }

  std::uint32_t threads() const override { return threads_; }

  std::uint64_t memory_bytes() const override {
    const TrainingTask& task = shared_.task();
    const DataSet& data = *task.data;
    const std::uint64_t augmented =
        task.augmentation.empty() ? 0 : std::uint64_t{task.batch} * data.shape.size() * threads_;
    return training_memory(task.network, task.training.optimizer, task.batch, threads_).all() + augmented +
           data.training.pixels.size() + data.test.pixels.size();
  }

  double measure_speed(double seconds) override {
    const FlushDenormals flush;
    Arena arena(shared_.plan());
    SpeedProbe probe(shared_.groups(), seconds);
    Crew alone(1);
    TrialRun(shared_, shared_.engine(shared_.plan()), arena, alone, probe).run(*probe.next());
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
      std::optional<Arena> arena;
      for (;;) {
        Work work = take_work(source);
        if (work.trial) {
          if (!arena) arena.emplace(shared_.plan());
          lead(*arena, source, std::move(work));
        } else if (work.crew) {
          arena.reset();
          source.advanced(0, work.crew->serve());
        } else {
          return;
        }
      }
    } catch (...) {
      source.fail(std::current_exception());
    }
  }

  void lead(Arena& arena, GuardedSource& source, Work work) {
    try {
      TrialRun(shared_, shared_.engine(shared_.plan()), arena, *work.crew, source)
          .run(std::move(*work.trial));
    } catch (...) {
      crews_.close(work.crew);
      throw;
    }
    crews_.close(work.crew);
  }

  std::uint32_t threads_;
  SharedTask shared_;
  std::mutex taking_;
  CrewBoard crews_;
};

}  // namespace

std::unique_ptr<Trainer> make_trainer(const TrainingTask& task, const TrainerOptions& options) {
  return std::make_unique<SlotTrainer>(task, options);
}

}  // namespace etalon
