/// Sets that are drawn, not loaded. Every image is a function of (set, index) alone, so that any number of
/// threads draws the same bits.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "etalon/base/random.h"
#include "etalon/data/data_set.h"

namespace etalon {

inline constexpr std::uint32_t generated_training_images = 12000;
inline constexpr std::uint32_t generated_test_images = 2000;

struct GeneratedSet {
  std::uint32_t number = 0;  ///< tells the random numbers of sets apart; never renumber
  ImageShape shape;
  std::vector<std::string> class_names;  ///< [class]
  /// Draws one image of class `label` into `pixels`, [c][y][x], from `random` alone. Called from several
  /// threads at once. Draws at most one random number in any list of arguments, since compilers evaluate
  /// those in different orders.
  std::function<void(std::uint32_t label, RandomSequence& random, std::span<std::uint8_t> pixels)> draw;
};

/// Image i has label i mod classes; the test part goes on where the training part ends. Fills shape, classes,
/// names and both parts.
DataSet generate(const GeneratedSet& set);

}  // namespace etalon
