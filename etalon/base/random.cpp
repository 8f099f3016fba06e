#include "etalon/base/random.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "etalon/base/check.h"
#include "etalon/base/exact_math.h"

namespace etalon {
namespace {

struct HighLow {
  std::uint32_t high, low;
};

HighLow multiply(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

}  // namespace

std::array<std::uint32_t, 4> random_words(const RandomKey& key, std::uint32_t stream, std::uint32_t counter) {
  std::uint32_t key_low = static_cast<std::uint32_t>(key.study_seed);
  std::uint32_t key_high = static_cast<std::uint32_t>(key.study_seed >> 32);
  std::array<std::uint32_t, 4> x{counter, stream, key.seed_index, static_cast<std::uint32_t>(key.purpose)};
  for (int round = 0; round < 10; ++round) {
    const HighLow first = multiply(0xD2511F53u, x[0]);
    const HighLow second = multiply(0xCD9E8D57u, x[2]);
    x = {second.high ^ x[1] ^ key_low, second.low, first.high ^ x[3] ^ key_high, first.low};
    key_low += 0x9E3779B9u;
    key_high += 0xBB67AE85u;
  }
  return x;
}

std::uint32_t RandomSequence::next() {
  if (used_ == words_.size()) {
    words_ = random_words(key_, stream_, counter_++);
    used_ = 0;
  }
  return words_[used_++];
}

double RandomSequence::uniform() {
  const std::uint64_t high = next() >> 5, low = next() >> 6;  // 27 and 26 bits
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double RandomSequence::uniform(double from, double to) { return from + (to - from) * uniform(); }

std::uint32_t RandomSequence::below(std::uint32_t bound) {
  check(bound > 0, "bound", bound, "more than 0");
  // Lemire 2019: multiply, and reject the few low products that would favour some results.
  const std::uint32_t threshold = (0u - bound) % bound;
  for (;;) {
    const HighLow product = multiply(next(), bound);
    if (product.low >= threshold) return product.high;
  }
}

double RandomSequence::normal() {
  const double radius = std::sqrt(-2.0 * exact_log(1.0 - uniform()));
  return radius * exact_cos(2.0 * exact_pi * uniform());
}

std::vector<std::uint32_t> permutation(std::uint32_t count, RandomSequence sequence) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  for (std::uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[sequence.below(i)]);
  return order;
}

}  // namespace etalon
