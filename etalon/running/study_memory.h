/// What a study holds in memory, stated before it trains; and how many trials may be trained at once.
#pragma once

#include <cstdint>
#include <string>

#include "etalon/training/trainer.h"
#include "etalon/training/training_memory.h"

namespace etalon {

struct Preparation;

/// Bytes.
struct StudyMemory {
  std::uint64_t program = 16u << 20;  ///< itself and libraries: 8 to 13 MiB with LeNet-5 on MNIST
  std::uint64_t samples = 0;          ///< of all data sets: they stay loaded
  TrainingMemory training;            ///< on the set that needs most
  std::uint64_t curve = 0;            ///< of one trial, where they are longest
  std::uint64_t curves = 0;           ///< of all finished trials: read as one to plan, to conclude, to report
  std::uint64_t judging = 0;          ///< the same once more in double, smoothed too; one set at a time
  std::uint64_t report = 0;           ///< plots as they are drawn, and the text of every step's loss

  /// Each trial twice: as it is written, and as it waits to be written next. Curves are there also as they
  /// grow, and as bytes.
  std::uint64_t checkpoints() const {
    return training.trials * (2 * (training.weights + training.optimizer) + 4 * curve);
  }
  std::uint64_t results() const { return curves + judging + report; }
  std::uint64_t all() const { return program + samples + training.all() + checkpoints() + results(); }
};

/// On `threads` threads; 0: one a core. `stored_trials` of all sets may be more than are asked for here.
StudyMemory study_memory(const Preparation& study, std::uint32_t threads, std::uint64_t stored_trials = 0);

/// As many threads as fit into `limit` bytes, at most `threads` (0: one a core); bits don't depend on it.
/// Throws RequestError (of the field memory) if one trial does not fit.
std::uint32_t threads_within(std::uint64_t limit, const Preparation& study, std::uint32_t threads);

/// The whole and its greatest parts: "64.0 MiB: samples 45.0 MiB, 2 trials at 9.0 MiB"
std::string to_text(const StudyMemory& memory);
/// "weights 2.7 MiB, optimizer state 0 B, activations 40.3 MiB"
std::string trial_text(const TrainingMemory& training);
/// The rest: "results and report 48.3 MiB"
std::string results_text(const StudyMemory& memory);

}  // namespace etalon
