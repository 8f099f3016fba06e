#include "etalon/data/generated/shapes.h"

#include "etalon/base/exact_math.h"
#include "etalon/data/generated/canvas.h"

namespace etalon {
namespace {

/// A star of `points` points; an inner radius of cos(pi / points) makes it a regular polygon.
Path star(unsigned points, double inner_radius) {
  Path path;
  for (unsigned i = 0; i < 2 * points; ++i) {
    const double angle = exact_pi * i / points, radius = i % 2 == 0 ? 1 : inner_radius;
    path.push_back({radius * exact_sin(angle), -radius * exact_cos(angle)});
  }
  return path;
}

Path cross(double arm) {
  return {{-arm, -1}, {arm, -1}, {arm, -arm}, {1, -arm}, {1, arm},   {arm, arm},
          {arm, 1},   {-arm, 1}, {-arm, arm}, {-1, arm}, {-1, -arm}, {-arm, -arm}};
}

/// The part of the unit disc that a second disc, moved to the right, leaves.
Path crescent() {
  const Path outer = ellipse({0, 0}, 1, 1, 48), inner = ellipse({0.55, 0}, 0.8, 0.8, 48);
  Path path;
  for (const Point point : outer)
    if ((point.x - 0.55) * (point.x - 0.55) + point.y * point.y > 0.64) path.push_back(point);
  Path back;
  for (const Point point : inner)
    if (point.x * point.x + point.y * point.y < 1) back.push_back(point);
  path.insert(path.end(), back.rbegin(), back.rend());
  return path;
}

/// x = sin^3 t, y = a sum of cosines: the usual heart curve, scaled into the unit box.
Path heart() {
  Path path;
  for (unsigned i = 0; i < 40; ++i) {
    const double t = 2 * exact_pi * i / 40, s = exact_sin(t);
    const double y = 13 * exact_cos(t) - 5 * exact_cos(2 * t) - 2 * exact_cos(3 * t) - exact_cos(4 * t);
    path.push_back({s * s * s, -(y + 2.5) / 15});
  }
  return path;
}

Path arrow() {
  return {{0, -1}, {0.75, -0.05}, {0.28, -0.05}, {0.28, 1}, {-0.28, 1}, {-0.28, -0.05}, {-0.75, -0.05}};
}

struct NamedFigure {
  const char* name;
  Figure figure;
};

/// Each within the unit circle or nearly so; the index is the label.
const std::vector<NamedFigure>& figures() {
  static const std::vector<NamedFigure> all = {
      {"circle", {ellipse({0, 0}, 0.95, 0.95, 32)}},
      {"square", {box(-0.8, -0.8, 0.8, 0.8)}},
      {"triangle", {star(3, 0.5)}},
      {"star", {star(5, 0.42)}},
      {"cross", {cross(0.3)}},
      {"ring", {ellipse({0, 0}, 1, 1, 32), ellipse({0, 0}, 0.58, 0.58, 32)}},
      {"crescent", {crescent()}},
      {"heart", {heart()}},
      {"arrow", {arrow()}},
      {"bar", {box(-1, -0.27, 1, 0.27)}},
  };
  return all;
}

void draw(std::uint32_t label, RandomSequence& random, std::span<std::uint8_t> pixels) {
  Canvas canvas({1, 28, 28});
  const double radius = random.uniform(8.5, 11);
  const double room = 0.65 * (14 - radius);
  const Point middle{14 + room * random.uniform(-1, 1), 14 + room * random.uniform(-1, 1)};
  const double height = radius * random.uniform(0.85, 1), angle = random.uniform(-0.15, 0.15);
  const Placement placement = place(middle, radius, height, angle);
  const double ground = random.uniform(0, 0.12), bright = random.uniform(0.65, 1);

  canvas.fill({box(0, 0, 28, 28)}, {.colour = {ground}});
  Figure placed;
  for (const Path& outline : figures()[label].figure) placed.push_back(placement(outline));
  canvas.fill(placed, {.colour = {bright}});
  canvas.grain(0.03, random);
  canvas.copy_to(pixels);
}

}  // namespace

GeneratedSet shapes() {
  GeneratedSet set{.number = 1, .shape = {1, 28, 28}, .class_names = {}, .draw = draw};
  for (const NamedFigure& figure : figures()) set.class_names.push_back(figure.name);
  return set;
}

}  // namespace etalon
