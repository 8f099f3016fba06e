/// The easy generated set: one bright shape on a dark ground, 28x28 grey. Varied: place, size, turn,
/// brightness, a little grain.
#pragma once

#include "etalon/data/generated/generator.h"

namespace etalon {

GeneratedSet shapes();

}  // namespace etalon
