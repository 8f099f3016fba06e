/// The hard generated set: one object of ten kinds over a texture, 32x32 colour. Varied: form, place, size,
/// turn, side, colours, light; with other things behind it and in front of it, and grain.
#pragma once

#include "etalon/data/generated/generator.h"

namespace etalon {

GeneratedSet scenes();

}  // namespace etalon
