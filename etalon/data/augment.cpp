#include "etalon/data/augment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

using Kind = AugmentationStep::Kind;

constexpr std::uint32_t most_steps = 8, most_distance = 1024;

struct KindName {
  Kind kind;
  const char* word;
};
constexpr std::array<KindName, 3> kind_names{
    {{Kind::shift, "shift"}, {Kind::crop, "crop"}, {Kind::flip, "flip"}}};

AugmentationStep read_step(const std::string& written, const std::string& place) {
  std::istringstream stream(written);
  std::string word, number, rest;
  stream >> word >> number >> rest;
  const auto found =
      std::ranges::find_if(kind_names, [&](const KindName& known) { return word == known.word; });
  if (found == kind_names.end()) {
    const std::vector<std::string> words{"shift", "crop", "flip"};
    throw RequestError({place, word.empty() ? "an empty step" : fmt::format("the unknown step '{}'", word),
                        "shift N, crop N or flip", hint_for(word, words)});
  }
  AugmentationStep step{found->kind, 0};
  const char* const end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, step.distance);
  const bool whole = error == std::errc() && stopped == end;
  const bool fits = step.kind == Kind::flip ? number.empty()
                                            : whole && step.distance >= 1 && step.distance <= most_distance;
  if (!fits || !rest.empty())
    throw RequestError({place, fmt::format("'{}'", written),
                        step.kind == Kind::flip
                            ? "'flip' alone"
                            : fmt::format("{} N, a whole number of pixels from 1 to {}", word, most_distance),
                        ""});
  return step;
}

/// Where each row and column of the new image stands in the old one; black: nowhere.
struct Sources {
  std::vector<std::int32_t> rows, columns;
};
constexpr std::int32_t black = -1;

std::vector<std::int32_t> identity(std::uint32_t edge) {
  std::vector<std::int32_t> places(edge);
  for (std::uint32_t i = 0; i < edge; ++i) places[i] = static_cast<std::int32_t>(i);
  return places;
}

std::int32_t draw_distance(std::uint32_t word, std::uint32_t most) {
  const std::uint64_t choices = 2 * std::uint64_t{most} + 1;
  return static_cast<std::int32_t>((word * choices) >> 32) - static_cast<std::int32_t>(most);
}

void move(std::vector<std::int32_t>& places, std::int32_t distance, bool repeat_border) {
  const auto edge = static_cast<std::int32_t>(places.size());
  const std::vector<std::int32_t> before = places;
  for (std::int32_t i = 0; i < edge; ++i) {
    const std::int32_t from = repeat_border ? std::clamp(i - distance, 0, edge - 1) : i - distance;
    places[static_cast<std::size_t>(i)] =
        from < 0 || from >= edge ? black : before[static_cast<std::size_t>(from)];
  }
}

/// Every step moves whole rows and columns, so any number of them takes one pass over the pixels.
Sources draw_sources(const Augmentation& augmentation, const ImageShape& shape,
                     const AugmentedSample& which) {
  const RandomKey key{which.study_seed, which.seed_index, Purpose::augmentation};
  Sources sources{identity(shape.height), identity(shape.width)};
  for (std::uint32_t k = 0; k < augmentation.size(); ++k) {
    const AugmentationStep& step = augmentation[k];
    const auto words = random_words(key, which.sample, which.epoch * most_steps + k);
    if (step.kind == Kind::flip) {
      if (words[0] >> 31) std::ranges::reverse(sources.columns);
      continue;
    }
    move(sources.rows, draw_distance(words[0], step.distance), step.kind == Kind::shift);
    move(sources.columns, draw_distance(words[1], step.distance), step.kind == Kind::shift);
  }
  return sources;
}

}  // namespace

std::string to_text(const AugmentationStep& step) {
  for (const KindName& known : kind_names)
    if (known.kind == step.kind && step.kind != Kind::flip)
      return fmt::format("{} {}", known.word, step.distance);
  return "flip";
}

Augmentation read_augmentation(const std::vector<std::string>& steps, const std::string& place) {
  if (steps.size() > most_steps)
    throw RequestError({place, counted(steps.size(), "step"), fmt::format("at most {}", most_steps), ""});
  Augmentation augmentation;
  for (const std::string& written : steps) augmentation.push_back(read_step(written, place));
  return augmentation;
}

void require_fitting(const Augmentation& augmentation, const ImageShape& shape, const std::string& place) {
  const std::uint32_t edge = std::min(shape.height, shape.width);
  for (const AugmentationStep& step : augmentation)
    if (step.distance >= edge)
      throw RequestError(
          {place, fmt::format("'{}' for images of {}x{}", to_text(step), shape.height, shape.width),
           fmt::format("fewer than {} pixels", edge), "an eighth of the edge is usual: 'crop 4' for 32x32"});
}

void augment(const Augmentation& augmentation, const ImageShape& shape, const AugmentedSample& which,
             const std::uint8_t* image, std::uint8_t* result) {
  const Sources sources = draw_sources(augmentation, shape, which);
  for (std::uint32_t c = 0; c < shape.channels; ++c, image += shape.height * shape.width)
    for (const std::int32_t y : sources.rows) {
      const std::uint8_t* const row = image + std::max(y, 0) * static_cast<std::int32_t>(shape.width);
      for (const std::int32_t x : sources.columns)
        *result++ = y == black || x == black ? std::uint8_t{0} : row[x];
    }
}

}  // namespace etalon
