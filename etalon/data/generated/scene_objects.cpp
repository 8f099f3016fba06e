#include "etalon/data/generated/scene_objects.h"

#include "etalon/base/exact_math.h"

namespace etalon {
namespace {

constexpr Tone main_tone = Tone::main, second = Tone::second, dark = Tone::dark, light = Tone::light;
using Parts = std::vector<ObjectPart>;

/// The part of an ellipse above its centre, closed below.
Path dome(Point centre, double x_radius, double y_radius) {
  Path path;
  for (unsigned i = 0; i <= 12; ++i) {
    const double angle = exact_pi * (1 + i / 12.0);
    path.push_back({centre.x + x_radius * exact_cos(angle), centre.y + y_radius * exact_sin(angle)});
  }
  return path;
}

SceneObject boat() {
  const Path hull = {{-0.95, 0.35}, {0.95, 0.35}, {0.6, 0.8}, {-0.65, 0.8}};
  const ObjectPart mast{dark, box(-0.05, -0.95, 0.06, 0.36)};
  return {"boat",
          0.07,
          0.15,
          {{{main_tone, hull},
            mast,
            {light, {{0.14, -0.85}, {0.8, 0.24}, {0.14, 0.24}}},
            {second, {{-0.14, -0.6}, {-0.14, 0.24}, {-0.65, 0.24}}}},
           {{main_tone, hull}, mast, {light, {{0.06, -0.8}, {0.62, -0.62}, {0.7, 0.2}, {0.06, 0.1}}}}}};
}

SceneObject butterfly() {
  const Parts body = {{dark, ellipse({0, 0.05}, 0.09, 0.6)},
                      {dark, {{0, -0.5}, {-0.26, -0.92}, {-0.2, -0.94}, {0.03, -0.55}}},
                      {dark, {{0, -0.5}, {0.26, -0.92}, {0.2, -0.94}, {-0.03, -0.55}}}};
  Parts round = {
      {main_tone, ellipse({-0.52, -0.3}, 0.46, 0.45)}, {main_tone, ellipse({0.52, -0.3}, 0.46, 0.45)},
      {second, ellipse({-0.4, 0.42}, 0.34, 0.38)},     {second, ellipse({0.4, 0.42}, 0.34, 0.38)},
      {light, ellipse({-0.58, -0.34}, 0.18, 0.18)},    {light, ellipse({0.58, -0.34}, 0.18, 0.18)}};
  Parts pointed = {{main_tone, {{0, -0.05}, {-0.95, -0.75}, {-0.85, 0.1}}},
                   {main_tone, {{0, -0.05}, {0.95, -0.75}, {0.85, 0.1}}},
                   {second, {{0, 0.05}, {-0.75, 0.2}, {-0.45, 0.85}}},
                   {second, {{0, 0.05}, {0.75, 0.2}, {0.45, 0.85}}}};
  round.insert(round.end(), body.begin(), body.end());
  pointed.insert(pointed.end(), body.begin(), body.end());
  return {"butterfly", 0.08, 0.6, {round, pointed}};
}

SceneObject car() {
  const Parts wheels = {{dark, ellipse({-0.52, 0.42}, 0.25, 0.25)},
                        {dark, ellipse({0.52, 0.42}, 0.25, 0.25)},
                        {light, ellipse({-0.52, 0.42}, 0.1, 0.1)},
                        {light, ellipse({0.52, 0.42}, 0.1, 0.1)}};
  Parts saloon = {
      {main_tone, {{-1, 0.02}, {-0.6, -0.06}, {0.62, -0.06}, {0.98, 0.08}, {1, 0.42}, {-1, 0.42}}},
      {main_tone, {{-0.62, 0}, {-0.36, -0.48}, {0.34, -0.48}, {0.66, 0}}},
      {light, {{-0.5, -0.06}, {-0.3, -0.4}, {-0.03, -0.4}, {-0.03, -0.06}}},
      {light, {{0.05, -0.4}, {0.28, -0.4}, {0.5, -0.06}, {0.05, -0.06}}}};
  Parts van = {{main_tone, {{-0.95, -0.6}, {0.5, -0.6}, {0.95, -0.05}, {0.97, 0.42}, {-0.95, 0.42}}},
               {light, {{0.2, -0.48}, {0.45, -0.48}, {0.74, -0.08}, {0.2, -0.08}}},
               {second, box(-0.95, 0.1, 0.97, 0.24)}};
  saloon.insert(saloon.end(), wheels.begin(), wheels.end());
  van.insert(van.end(), wheels.begin(), wheels.end());
  return {"car", 0.0, 0.6, {saloon, van}};
}

SceneObject fish() {
  const ObjectPart eye{light, ellipse({-0.58, -0.1}, 0.12, 0.12)},
      pupil{dark, ellipse({-0.6, -0.1}, 0.06, 0.06)};
  return {"fish",
          0.08,
          0.13,
          {{{second, {{0.35, 0}, {0.95, -0.5}, {0.82, 0}, {0.95, 0.5}}},
            {second, {{-0.25, -0.3}, {0.15, -0.65}, {0.3, -0.25}}},
            {main_tone, ellipse({-0.2, 0}, 0.75, 0.42)},
            {second, {{-0.15, 0.05}, {0.15, 0.2}, {-0.05, 0.3}}},
            eye,
            pupil},
           {{second, {{0.3, 0}, {0.9, -0.35}, {0.9, 0.35}}},
            {second, {{-0.3, -0.4}, {0.2, -0.8}, {0.25, -0.4}}},
            {second, {{-0.3, 0.4}, {0.2, 0.8}, {0.25, 0.4}}},
            {main_tone, ellipse({-0.2, 0}, 0.68, 0.58)},
            {light, box(-0.24, -0.52, -0.1, 0.52)},
            {light, box(0.1, -0.46, 0.22, 0.46)},
            eye,
            pupil}}};
}

Parts blossom(unsigned petals, double centre_y, double petal) {
  Parts parts = {{second, box(-0.06, centre_y, 0.06, 1)}, {second, ellipse({0.26, 0.66}, 0.24, 0.1)}};
  for (unsigned i = 0; i < petals; ++i) {
    const double angle = 2 * exact_pi * i / petals;
    parts.push_back(
        {main_tone, ellipse({0.36 * exact_sin(angle), centre_y - 0.36 * exact_cos(angle)}, petal, petal)});
  }
  parts.push_back({light, ellipse({0, centre_y}, 0.2, 0.2)});
  return parts;
}

SceneObject flower() {
  Parts tulip = {{second, box(-0.06, -0.2, 0.06, 1)},
                 {second, {{0, 0.95}, {0.5, 0.2}, {0.3, 0.75}}},
                 {main_tone,
                  {{-0.42, -0.9},
                   {-0.2, -0.55},
                   {0, -0.95},
                   {0.2, -0.55},
                   {0.42, -0.9},
                   {0.4, -0.3},
                   {0.2, -0.1},
                   {-0.2, -0.1},
                   {-0.4, -0.3}}}};
  return {"flower", 0.92, 0.33, {blossom(6, -0.35, 0.24), blossom(8, -0.32, 0.19), tulip}};
}

SceneObject house() {
  return {"house",
          0.1,
          0.0,
          {{{dark, box(0.35, -0.8, 0.55, -0.2)},
            {main_tone, box(-0.7, -0.1, 0.7, 0.85)},
            {second, {{-0.95, -0.08}, {0, -0.88}, {0.95, -0.08}}},
            {dark, box(-0.12, 0.32, 0.18, 0.85)},
            {light, box(-0.52, 0.1, -0.24, 0.38)},
            {light, box(0.32, 0.1, 0.58, 0.38)}},
           {{main_tone, box(-0.5, -0.3, 0.5, 0.9)},
            {second, {{-0.68, -0.28}, {-0.4, -0.8}, {0.4, -0.8}, {0.68, -0.28}}},
            {dark, box(-0.15, 0.5, 0.15, 0.9)},
            {light, box(-0.36, -0.12, -0.1, 0.16)},
            {light, box(0.1, -0.12, 0.36, 0.16)}}}};
}

SceneObject mushroom() {
  return {"mushroom",
          0.0,
          0.1,
          {{{light, {{-0.2, -0.05}, {0.2, -0.05}, {0.3, 0.9}, {-0.3, 0.9}}},
            {main_tone, dome({0, 0.08}, 0.9, 0.85)},
            {light, ellipse({-0.4, -0.22}, 0.14, 0.12)},
            {light, ellipse({0.1, -0.48}, 0.15, 0.13)},
            {light, ellipse({0.48, -0.15}, 0.13, 0.11)}},
           {{light, {{-0.14, -0.2}, {0.14, -0.2}, {0.24, 0.9}, {-0.24, 0.9}}},
            {main_tone, dome({0, -0.1}, 0.62, 0.8)},
            {second, box(-0.62, -0.12, 0.62, 0)}}}};
}

SceneObject rocket() {
  const Parts flame = {{light, {{-0.2, 0.6}, {0.2, 0.6}, {0, 1}}}};
  Parts round = {{second, {{-0.25, 0.1}, {-0.62, 0.7}, {-0.2, 0.58}}},
                 {second, {{0.25, 0.1}, {0.62, 0.7}, {0.2, 0.58}}},
                 {main_tone,
                  {{0, -0.98},
                   {0.2, -0.65},
                   {0.3, -0.2},
                   {0.28, 0.25},
                   {0.2, 0.62},
                   {-0.2, 0.62},
                   {-0.28, 0.25},
                   {-0.3, -0.2},
                   {-0.2, -0.65}}},
                 {dark, ellipse({0, -0.25}, 0.14, 0.14)}};
  Parts square = {{second, {{-0.2, 0.2}, {-0.55, 0.65}, {0.55, 0.65}, {0.2, 0.2}}},
                  {main_tone, box(-0.22, -0.5, 0.22, 0.62)},
                  {second, {{-0.22, -0.5}, {0, -0.98}, {0.22, -0.5}}},
                  {dark, box(-0.22, -0.05, 0.22, 0.07)}};
  round.insert(round.begin(), flame.begin(), flame.end());
  square.insert(square.begin(), flame.begin(), flame.end());
  return {"rocket", 0.58, 0.0, {round, square}};
}

SceneObject tree() {
  const ObjectPart trunk{second, {{-0.11, 0.1}, {0.11, 0.1}, {0.17, 0.95}, {-0.17, 0.95}}};
  return {"tree",
          0.3,
          0.07,
          {{trunk,
            {main_tone, ellipse({-0.32, -0.12}, 0.45, 0.4)},
            {main_tone, ellipse({0.34, -0.1}, 0.45, 0.4)},
            {main_tone, ellipse({0, -0.5}, 0.48, 0.45)}},
           {trunk,
            {main_tone, {{-0.72, 0.5}, {0, -0.25}, {0.72, 0.5}}},
            {main_tone, {{-0.58, 0.05}, {0, -0.62}, {0.58, 0.05}}},
            {main_tone, {{-0.42, -0.4}, {0, -0.98}, {0.42, -0.4}}}}}};
}

SceneObject umbrella() {
  Parts open = {{dark, box(-0.05, -0.3, 0.05, 0.8)},
                {dark,
                 {{-0.05, 0.7},
                  {0.05, 0.7},
                  {0.05, 0.85},
                  {0.2, 0.85},
                  {0.2, 0.7},
                  {0.3, 0.7},
                  {0.3, 0.95},
                  {-0.05, 0.95}}},
                {main_tone, dome({0, -0.05}, 0.95, 0.8)},
                {second, dome({0, -0.05}, 0.35, 0.8)}};
  Parts parasol = {{dark, box(-0.05, -0.6, 0.05, 0.98)},
                   {main_tone, {{-0.95, -0.15}, {0, -0.9}, {0.95, -0.15}}},
                   {second, {{-0.35, -0.15}, {0, -0.9}, {0.35, -0.15}}}};
  return {"umbrella", 0.65, 0.14, {open, parasol}};
}

}  // namespace

const std::vector<SceneObject>& scene_objects() {
  static const std::vector<SceneObject> all = {boat(),  butterfly(), car(),    fish(), flower(),
                                               house(), mushroom(),  rocket(), tree(), umbrella()};
  return all;
}

}  // namespace etalon
