/// Counter-based randomness: every number is a function of (study seed, seed index, purpose, stream,
/// counter).
///
/// The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). There
/// is no state to share, so two trials can never disturb each other, and any number can be computed alone, in
/// any order, on any machine.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace etalon {

/// What numbers are drawn for; part of the key, so that purposes never share numbers. Values are stored:
/// never renumber.
enum class Purpose : std::uint32_t {
  validation_split = 1,
  initial_weights = 2,
  batch_order = 3,
  dropout = 4,
  augmentation = 5,
  generated_set = 6,
  strategy = 7,
  resampling = 8,
  verification = 9,  ///< which trials are trained again
};

struct RandomKey {
  std::uint64_t study_seed = 0;
  std::uint32_t seed_index = 0;  ///< 0 where a purpose does not depend on it (the validation split)
  Purpose purpose = Purpose::validation_split;
};

/// Four independent uniform 32-bit words for one (key, stream, counter). `stream` tells apart the users of
/// one purpose: an epoch, a layer, an image.
std::array<std::uint32_t, 4> random_words(const RandomKey& key, std::uint32_t stream, std::uint32_t counter);

/// A cursor that walks the counters of one (key, stream) from 0. A plain value: a copy walks on its own.
class RandomSequence {
 public:
  explicit RandomSequence(const RandomKey& key, std::uint32_t stream = 0) : key_(key), stream_(stream) {}

  std::uint32_t next();  ///< uniform in [0, 2^32)
  double uniform();      ///< uniform in [0, 1), a multiple of 2^-53
  double uniform(double from, double to);
  std::uint32_t below(std::uint32_t bound);  ///< uniform in [0, bound), unbiased. REQUIRES: bound > 0
  double normal();                           ///< standard normal by Box-Muller, from exact_math alone

 private:
  RandomKey key_;
  std::uint32_t stream_;
  std::uint32_t counter_ = 0;
  std::array<std::uint32_t, 4> words_{};
  unsigned used_ = 4;
};

/// A uniform permutation of 0 .. count-1 (Fisher-Yates).
std::vector<std::uint32_t> permutation(std::uint32_t count, RandomSequence sequence);

}  // namespace etalon
