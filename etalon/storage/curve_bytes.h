/// A curve, a setting and weights in the form in which stores keep them: bit for bit, NaN payloads included.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "etalon/base/files.h"
#include "etalon/study/trial.h"

namespace etalon {

/// Little-endian: format (1 byte, 1), resolution (1 byte: 0 step, 1 epoch), steps per epoch (4), budget in
/// epochs (4), reference loss (8), number of losses (4), number of epoch points (4); then the epoch points
/// (3 doubles each) and the losses (a float each): 30 + 24 epochs + 4 steps bytes.
Bytes to_bytes(const Curve& curve);
Curve curve_from_bytes(std::span<const std::uint8_t> bytes);  ///< throws Failure on anything else

std::span<const std::uint8_t> as_bytes(std::span<const float> floats);
std::vector<float> floats_from_bytes(std::span<const std::uint8_t> bytes);  ///< throws Failure on part of one

/// A number that stands by itself: databases have one NaN and no -0, so every store keeps but those.
double as_stored(double value);

/// "0.1 0.001": the shortest text that reads back to the same double, so equal texts are equal settings.
/// Throws Failure for an eta that is not finite.
std::string setting_key(const Setting& setting);
Setting setting_from_key(const std::string& text);  ///< throws Failure on anything else

}  // namespace etalon
