/// The built-in trainer: trains trials of one network on one data set, one a thread, the samples of a
/// minibatch side by side in the lanes of vectors. The front door of the training room; which instruction set
/// runs is chosen behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "etalon/data/augment.h"
#include "etalon/data/data_set.h"
#include "etalon/data/split.h"
#include "etalon/nn/describe.h"
#include "etalon/study/definition.h"
#include "etalon/training/trial_source.h"

namespace etalon {

/// Raised whenever the bits of any curve change; stored with each study.
inline constexpr std::uint32_t numerics_version = 4;

/// What one trainer needs to know; borrowed values must outlive it.
struct TrainingTask {
  const DataSet* data = nullptr;
  const Split* split = nullptr;
  NetworkDescription network;
  TrainingSpec training;
  std::uint32_t batch = 64;  ///< of trials that name none
  std::uint32_t epochs = 1;  ///< the study's full epochs: the span of schedules
  std::uint64_t study_seed = 0;
  Augmentation augmentation{};  ///< of training samples alone; validation, test and l_0 see them as they are
};

struct TrainerOptions {
  std::uint32_t threads = 0;      ///< 0: one a core
  std::string instruction_set{};  ///< the newest to use, for comparisons; empty: the newest there is
};

/// What the processor at hand is used for.
struct EngineSupport {
  std::string instruction_set;  ///< "AVX-512", "AVX2", "SSE2", "NEON"
  std::string numeric_class;    ///< "x86-64-fma", "x86-64", "aarch64": within it, bits are equal
  std::vector<std::string> instruction_sets;  ///< all of that class that run here, ascending
};
EngineSupport engine_support();

/// Numeric class and version of the numerics, "x86-64-fma 4": curves of trials that name the same agree bit
/// for bit. Trials of versions before 4 name the class alone.
std::string curve_class();

struct Evaluation {
  double loss = 0;      ///< mean cross-entropy
  double accuracy = 0;  ///< share in [0, 1]
};

class Trainer {
 public:
  virtual ~Trainer() = default;

  /// Trains what `source` hands out until it has nothing left or asks to stop, on options.threads threads.
  /// Exceptions of a thread or of the source are rethrown here, after all threads have left; RequestError
  /// where a trial's batch exceeds the training samples.
  virtual void train(TrialSource& source) = 0;

  /// Loss and accuracy of final weights (as in Outcome::weights) on the test part.
  virtual Evaluation evaluate_test(std::span<const float> weights) = 0;

  virtual std::uint32_t threads() const = 0;
  /// Bytes that train() will hold at once for all threads, with the task's batch: weights, optimizer state, activations, samples.
  virtual std::uint64_t memory_bytes() const = 0;
  /// Samples per second of one thread, from a few measured steps (about `seconds`).
  virtual double measure_speed(double seconds) = 0;
};

/// Throws RequestError if batch exceeds the training samples, or for an unknown optimizer, schedule or
/// initializer.
std::unique_ptr<Trainer> make_trainer(const TrainingTask& task, const TrainerOptions& options);

/// Names that a study may use, for messages and --help.
std::vector<std::string> known_optimizers();
std::vector<std::string> known_schedules();
std::vector<std::string> known_initializers();

/// Throws RequestError for a name or number out of range; `place` begins the message.
void require_valid(const TrainingSpec& spec, const std::string& place);

}  // namespace etalon
