#include "etalon/data/generated/generator.h"

#include <algorithm>
#include <future>

#include "etalon/base/processors.h"

namespace etalon {
namespace {

constexpr std::uint64_t set_seed = 0x6574616c6f6e;  // the same for every study: a set is a set
constexpr std::uint32_t most_threads = 8;

/// Draws the images first .. first + images.count() of the set, the part's images `thread`, `thread +
/// threads`, ...
void draw_every(const GeneratedSet& set, std::uint32_t first, LabelledImages& images, std::uint32_t thread,
                std::uint32_t threads) {
  const auto classes = static_cast<std::uint32_t>(set.class_names.size());
  const std::size_t size = set.shape.size();
  for (std::uint32_t i = thread; i < images.count(); i += threads) {
    RandomSequence random({set_seed, set.number, Purpose::generated_set}, first + i);
    const std::uint32_t label = (first + i) % classes;
    images.labels[i] = static_cast<std::uint8_t>(label);
    set.draw(label, random, std::span(images.pixels).subspan(i * size, size));
  }
}

LabelledImages draw_part(const GeneratedSet& set, std::uint32_t first, std::uint32_t count) {
  LabelledImages images;
  images.pixels.resize(std::size_t{count} * set.shape.size());
  images.labels.resize(count);
  const std::uint32_t threads = std::clamp(processor_count(), 1u, most_threads);
  std::vector<std::future<void>> others;
  for (std::uint32_t thread = 1; thread < threads; ++thread)
    others.push_back(
        std::async(std::launch::async, draw_every, std::cref(set), first, std::ref(images), thread, threads));
  draw_every(set, first, images, 0, threads);
  for (std::future<void>& other : others) other.get();
  return images;
}

}  // namespace

DataSet generate(const GeneratedSet& set) {
  DataSet data;
  data.shape = set.shape;
  data.classes = static_cast<std::uint32_t>(set.class_names.size());
  data.class_names = set.class_names;
  data.training = draw_part(set, 0, generated_training_images);
  data.test = draw_part(set, generated_training_images, generated_test_images);
  return data;
}

}  // namespace etalon
