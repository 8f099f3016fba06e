#include "etalon/data/generated/scenes.h"

#include <algorithm>
#include <cmath>

#include "etalon/data/generated/canvas.h"
#include "etalon/data/generated/scene_objects.h"

namespace etalon {
namespace {

constexpr ImageShape shape{3, 32, 32};
constexpr double side = 32;

Colour random_colour(RandomSequence& random) {
  const double hue = random.uniform(), saturation = random.uniform(0.15, 0.9);
  return hsv(hue, saturation, random.uniform(0.25, 1));
}

Point random_point(double from, double to, RandomSequence& random) {
  const double x = random.uniform(from, to);
  return {x, random.uniform(from, to)};
}

/// Smooth noise in [0, 1]: random values on a lattice, smoothly interpolated.
class SmoothNoise {
 public:
  SmoothNoise(double spacing, RandomSequence& random) : frequency_(1 / spacing) {
    for (auto& row : values_)
      for (double& value : row) value = random.uniform();
  }

  double operator()(double x, double y) const {
    x *= frequency_;
    y *= frequency_;
    const auto column = static_cast<std::size_t>(x), row = static_cast<std::size_t>(y);
    const double right = ease(x - static_cast<double>(column)), down = ease(y - static_cast<double>(row));
    const auto& upper = values_[row];
    const auto& lower = values_[row + 1];
    const double above = upper[column] + right * (upper[column + 1] - upper[column]);
    const double below = lower[column] + right * (lower[column + 1] - lower[column]);
    return above + down * (below - above);
  }

  static constexpr double smallest_spacing = 3;

 private:
  static double ease(double t) { return t * t * (3 - 2 * t); }
  static constexpr std::size_t lines = 12;  // 32 / smallest_spacing, and one beyond
  double frequency_;
  std::array<std::array<double, lines>, lines> values_{};
};

/// A pattern of two values over the plane: waves, squares, a horizon, or an even fall, in [0, 1].
class Pattern {
 public:
  explicit Pattern(RandomSequence& random) : kind_(random.below(4)) {
    to_pattern_ = place({0, 0}, 1, 1, random.uniform(0, 3.14));
    frequency_ = 1 / random.uniform(4, 11);
    horizon_ = random.uniform(14, 24);
  }

  double operator()(double x, double y) const {
    const Point p = to_pattern_({x, y});
    switch (kind_) {
      case 0:
        return wave(p.x);
      case 1:
        return (wave(p.x) > 0.5) == (wave(p.y) > 0.5) ? 0.85 : 0.15;
      case 2:
        return std::clamp(y - horizon_, 0.0, 1.0);
      default:
        return y / side;
    }
  }

 private:
  /// A triangle wave in [0, 1].
  double wave(double x) const {
    const double phase = x * frequency_ - std::floor(x * frequency_);
    return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
  }
  std::uint32_t kind_;
  Placement to_pattern_;
  double frequency_, horizon_;
};

void draw_ground(Canvas& canvas, RandomSequence& random) {
  const Colour first = random_colour(random), second = random_colour(random);
  const Pattern pattern(random);
  const SmoothNoise coarse(random.uniform(6, 14), random), fine(SmoothNoise::smallest_spacing, random);
  const double roughness = random.uniform(0.2, 0.7), contrast = random.uniform(0.4, 1);
  canvas.for_each_pixel([&](Colour& colour, double x, double y) {
    const double texture = 0.65 * coarse(x, y) + 0.35 * fine(x, y);
    const double share = (1 - roughness) * pattern(x, y) + roughness * texture;
    colour = mix(first, second, 0.5 + contrast * (share - 0.5));
  });
}

/// A disc, a box or a triangle of any colour.
void draw_clutter(Canvas& canvas, Point middle, double radius, RandomSequence& random) {
  static const std::vector<Path> outlines = {
      ellipse({0, 0}, 1, 1, 16), box(-0.8, -0.8, 0.8, 0.8), {{0, -1}, {0.87, 0.5}, {-0.87, 0.5}}};
  const double height = radius * random.uniform(0.3, 1), angle = random.uniform(0, 3.14);
  const Placement placement = place(middle, radius, height, angle);
  const Path& outline = outlines[random.below(static_cast<std::uint32_t>(outlines.size()))];
  canvas.fill({placement(outline)}, {.colour = random_colour(random), .opacity = random.uniform(0.6, 1)});
}

/// The colours of one object, [Tone]: often the usual ones of its kind, else any.
std::array<Colour, 4> choose_palette(const SceneObject& object, RandomSequence& random) {
  const bool usual = random.uniform() < 0.5;
  const double hue = usual ? 1 + object.hue + random.uniform(-0.08, 0.08) : random.uniform();
  const double second = usual ? 1 + object.second_hue + random.uniform(-0.08, 0.08) : random.uniform();
  const auto between = [&random](double from, double to) { return random.uniform(from, to); };
  const Point first{between(0.4, 1), between(0.45, 1)};  // x: saturation, y: value
  const Point other{between(0.3, 0.9), between(0.4, 1)};
  const Point light{between(0, 0.3), between(0.75, 1)};
  return {hsv(hue, first.x, first.y), hsv(second, other.x, other.y), hsv(hue, 0.5, between(0.05, 0.3)),
          hsv(second, light.x, light.y)};
}

void draw_object(Canvas& canvas, const SceneObject& object, Point middle, double radius, Point light,
                 RandomSequence& random) {
  const double facing = random.below(2) == 0 ? 1 : -1;
  const double tallness = random.uniform(0.8, 1.15);
  const double angle = random.uniform(-0.25, 0.25), slant = random.uniform(-0.1, 0.1);
  const Placement placement = place(middle, facing * radius, radius * tallness, angle, slant);
  const auto& parts = object.forms[random.below(static_cast<std::uint32_t>(object.forms.size()))];
  const std::array<Colour, 4> palette = choose_palette(object, random);
  for (const ObjectPart& part : parts)
    canvas.fill({placement(part.outline)}, {.colour = palette[static_cast<std::size_t>(part.tone)],
                                            .middle = middle,
                                            .slope = (0.3 / radius) * light});
}

/// A lamp's colour and strength, stronger on one side of the picture.
void light_up(Canvas& canvas, Point light, RandomSequence& random) {
  const double strength = random.uniform(0.6, 1.1), fall = random.uniform(0, 0.5) / side;
  const Colour lamp = {random.uniform(0.8, 1.15), random.uniform(0.8, 1.15), random.uniform(0.8, 1.15)};
  canvas.for_each_pixel([&](Colour& colour, double x, double y) {
    const double brightness = strength + fall * (light.x * (x - side / 2) + light.y * (y - side / 2));
    for (std::size_t c = 0; c < 3; ++c) colour[c] *= brightness * lamp[c];
  });
}

void draw(std::uint32_t label, RandomSequence& random, std::span<std::uint8_t> pixels) {
  Canvas canvas(shape);
  draw_ground(canvas, random);
  for (std::uint32_t count = random.below(4); count > 0; --count) {
    const Point behind = random_point(0, side, random);
    draw_clutter(canvas, behind, random.uniform(2, 7), random);
  }
  const double radius = random.uniform(10.5, 14);
  const Point middle = Point{16, 16} + random_point(-3, 3, random);
  const Point light = random_point(-1, 1, random);
  canvas.fill(
      {ellipse(middle - radius * 0.3 * light + Point{0, 0.7 * radius}, 0.9 * radius, 0.35 * radius, 16)},
      {.colour = {0, 0, 0}, .opacity = random.uniform(0.1, 0.4)});
  draw_object(canvas, scene_objects()[label], middle, radius, light, random);
  if (random.uniform() < 0.5) {
    const Point before = middle + random_point(-radius, radius, random);
    draw_clutter(canvas, before, random.uniform(2, 0.55 * radius), random);
  }
  light_up(canvas, light, random);
  canvas.grain(random.uniform(0.01, 0.04), random);
  canvas.copy_to(pixels);
}

}  // namespace

GeneratedSet scenes() {
  GeneratedSet set{.number = 3, .shape = shape, .class_names = {}, .draw = draw};
  for (const SceneObject& object : scene_objects()) set.class_names.push_back(object.name);
  return set;
}

}  // namespace etalon
