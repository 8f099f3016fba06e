/// What training holds in memory, counted from shapes before any of it is allocated.
#pragma once

#include <cstdint>

#include "etalon/nn/describe.h"
#include "etalon/study/definition.h"

namespace etalon {

/// Bytes. The samples are not among them: they belong to the data set, whatever trains on it.
struct TrainingMemory {
  std::uint32_t trials = 0;       ///< at once, one a thread
  std::uint64_t weights = 0;      ///< of one trial
  std::uint64_t optimizer = 0;    ///< of one trial: what the optimizer keeps beside each weight
  std::uint64_t activations = 0;  ///< of one trial: activations, their gradients, and what else kernels keep

  std::uint64_t copy = 0;    ///< of one trial's weights: as they begin, and as they are handed on
  std::uint64_t places = 0;  ///< once: where each weight stands

  std::uint64_t trial() const { return weights + optimizer + activations + copy; }
  std::uint64_t all() const { return trial() * trials + places; }
};

/// At most this much is held by trials on `threads` threads; a model evaluated by itself, when no trial
/// trains, needs less than one of them. REQUIRES: at least 1.
TrainingMemory training_memory(const NetworkDescription& network, const OptimizerSpec& optimizer,
                               std::uint32_t batch, std::uint32_t threads);

}  // namespace etalon
