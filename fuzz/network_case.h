/// A small network, its minibatch and where its numbers come from, decoded from a fuzzer's bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/nn/describe.h"
#include "etalon/study/definition.h"

namespace etalon::fuzz {

struct NetworkCase {
  TensorShape input;
  std::vector<std::string> layers;
  NetworkDescription network;
  OptimizerSpec optimizer;
  std::uint32_t batch = 1;
  std::uint32_t members = 1;        ///< threads that share a trial
  std::uint64_t seed = 0;           ///< of all numbers
  std::uint32_t special_share = 0;  ///< of 256 numbers, so many are zeros, denormals, infinities, NaN, ...
};

NetworkCase decode_network(std::span<const std::uint8_t> bytes);

/// One line a person can read.
std::string to_text(const NetworkCase& made);

enum class Wildness { finite, anything };

/// Draws numbers between -range and range, and special ones among them: moderate ones for `finite`, that let
/// nothing overflow; infinities, NaN and the ends of the range too for `anything`.
class Numbers {
 public:
  Numbers(const NetworkCase& made, Wildness wildness, std::uint32_t stream)
      : random_({.study_seed = made.seed, .seed_index = stream}), made_(made), wildness_(wildness) {}

  float draw(float range);
  std::uint32_t below(std::uint32_t count) { return random_.below(count); }

 private:
  RandomSequence random_;
  const NetworkCase& made_;
  Wildness wildness_;
};

}  // namespace etalon::fuzz
