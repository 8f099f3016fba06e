/// What training holds in memory, counted from shapes before any of it is allocated.
#pragma once

#include <cstdint>

#include "etalon/nn/describe.h"
#include "etalon/study/definition.h"

namespace etalon {

/// Bytes. The samples are not among them: they belong to the data set, whatever trains on it.
struct TrainingMemory {
  std::uint32_t lanes = 0;        ///< trials a pack
  std::uint32_t packs = 0;        ///< at once, one a thread
  std::uint64_t weights = 0;      ///< of one pack
  std::uint64_t optimizer = 0;    ///< of one pack: what the optimizer keeps beside each weight
  std::uint64_t activations = 0;  ///< of one pack: activations, their gradients, and what else kernels keep
  std::uint64_t evaluation = 0;   ///< once: a model evaluated by itself

  std::uint64_t pack() const { return weights + optimizer + activations; }
  std::uint64_t all() const { return pack() * packs + evaluation; }
};

/// At most this much is held by packs of `lanes` trials on `threads` threads. REQUIRES: both at least 1.
TrainingMemory training_memory(const NetworkDescription& network, const OptimizerSpec& optimizer,
                               std::uint32_t batch, std::uint32_t lanes, std::uint32_t threads);

}  // namespace etalon
