/// The middle generated set: digits as they are written by hand, 28x28 grey. Varied: the way each digit is
/// written, its corners, slant, size, turn and place, a smooth distortion, pen and ink; with stray strokes
/// and grain.
#pragma once

#include "etalon/data/generated/generator.h"

namespace etalon {

GeneratedSet digits();

}  // namespace etalon
