/// The things that the generated set `scenes` shows, as figures in [-1, 1] x [-1, 1], y downwards.
#pragma once

#include <string>
#include <vector>

#include "etalon/data/generated/canvas.h"

namespace etalon {

/// Which colour of its palette a part takes.
enum class Tone { main, second, dark, light };

struct ObjectPart {
  Tone tone;
  Path outline;
};

struct SceneObject {
  std::string name;
  double hue = 0;                              ///< the usual hue of its main colour, [0, 1)
  double second_hue = 0;                       ///< of its second
  std::vector<std::vector<ObjectPart>> forms;  ///< the forms that it comes in; parts from back to front
};

/// [class]
const std::vector<SceneObject>& scene_objects();

}  // namespace etalon
