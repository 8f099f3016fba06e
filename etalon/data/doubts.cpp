#include "etalon/data/doubts.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

using Counts = std::vector<std::uint32_t>;  // [class]

constexpr std::size_t most_named = 8;

Counts counts_of(const DataSet& data, const std::vector<std::uint32_t>& indices) {
  Counts counts(data.classes);
  for (const std::uint32_t index : indices) ++counts[data.training.labels[index]];
  return counts;
}

Counts counts_of(const LabelledImages& images, std::uint32_t classes) {
  Counts counts(classes);
  for (const std::uint8_t label : images.labels) ++counts[label];
  return counts;
}

std::size_t classes_in(const Counts& counts) {
  return static_cast<std::size_t>(std::ranges::count_if(counts, [](std::uint32_t n) { return n > 0; }));
}

std::string name_of(const DataSet& data, std::uint32_t label) {
  return label < data.class_names.size() ? fmt::format("'{}'", data.class_names[label])
                                         : fmt::format("{}", label);
}

/// The first few, and how many more.
std::string short_list(const std::vector<std::string>& all) {
  if (all.size() <= most_named) return join(all, ", ");
  return join(std::span(all).first(most_named), ", ") + fmt::format(" and {} more", all.size() - most_named);
}

/// Labels without an image: "0", "1 to 254", "3, 7 to 9".
std::string gaps_in(const DataSet& data, const Counts& counts) {
  std::vector<std::string> ranges;
  for (std::uint32_t first = 0; first < counts.size(); ++first) {
    if (counts[first] > 0) continue;
    std::uint32_t last = first;
    while (last + 1 < counts.size() && counts[last + 1] == 0) ++last;
    ranges.push_back(first == last ? name_of(data, first)
                                   : fmt::format("{} to {}", name_of(data, first), name_of(data, last)));
    first = last;
  }
  return short_list(ranges);
}

/// Classes of `here` that `there` lacks: "1 (3 in training), 7 (2 in training)".
std::string lacking(const DataSet& data, const Counts& here, const Counts& there, const char* where) {
  std::vector<std::string> classes;
  for (std::uint32_t label = 0; label < data.classes; ++label)
    if (here[label] > 0 && there[label] == 0)
      classes.push_back(fmt::format("{} ({} in {})", name_of(data, label), here[label], where));
  return short_list(classes);
}

}  // namespace

std::vector<std::string> label_doubts(const DataSet& data) {
  const Counts counts = counts_of(data.training, data.classes);
  const std::size_t filled = classes_in(counts);
  if (filled == data.classes) return {};
  if (counts[0] == 0 && filled + 1 == data.classes)
    return {
        fmt::format("no training image has label 0: labels seem to begin at 1, and the network gets an "
                    "output for class 0 that nothing trains; subtract 1 from every label")};
  return {
      fmt::format("{} of {} classes have no training images: {}; the network gets an output for each all the "
                  "same; number the labels from 0 without gaps",
                  data.classes - filled, data.classes, gaps_in(data, counts))};
}

std::vector<std::string> split_doubts(const DataSet& data, const Split& split) {
  check(!split.training.empty(), "training samples", split.training.size(), "at least 1");
  check(!split.validation.empty(), "validation samples", split.validation.size(), "at least 1");
  const Counts trained = counts_of(data, split.training), held = counts_of(data, split.validation);
  const auto size = static_cast<double>(split.validation.size());
  const auto most = std::ranges::max_element(held);
  const double share = *most / size;
  std::vector<std::string> doubts;
  if (const std::string missing = lacking(data, trained, held, "training"); !missing.empty())
    doubts.push_back(fmt::format(
        "the {} {} {} of the {} classes trained on; accuracy says nothing of {}; a larger validation part "
        "may hold more",
        counted(split.validation.size(), "validation image"), split.validation.size() == 1 ? "holds" : "hold",
        classes_in(held), classes_in(trained), missing));
  if (const std::string missing = lacking(data, held, trained, "validation"); !missing.empty())
    doubts.push_back(
        fmt::format("the {} {} classes that validation holds: {}; nothing can learn them; "
                    "train on more samples",
                    counted(split.training.size(), "training sample"),
                    split.training.size() == 1 ? "lacks" : "lack", missing));
  if (classes_in(held) > 1 && share > one_sided_share)
    doubts.push_back(
        fmt::format("all but {} of {} are of class {} ({:.1f} %): always naming that class is "
                    "right as often, so accuracy hardly tells one setting from another",
                    split.validation.size() - *most, counted(split.validation.size(), "validation image"),
                    name_of(data, static_cast<std::uint32_t>(most - held.begin())), 100 * share));
  if (split.validation.size() < few_validation_images)
    doubts.push_back(
        fmt::format("{} {} few: one more or less is {:.1f} points of accuracy, and one "
                    "standard error is up to {:.1f}",
                    counted(split.validation.size(), "validation image"),
                    split.validation.size() == 1 ? "is" : "are", 100 / size, 50 / std::sqrt(size)));
  return doubts;
}

std::vector<std::string> default_split_doubts(const DataSet& data) {
  if (data.training.count() < 6)
    return {fmt::format("{} are too few to cut validation from: a sixth is less than one image",
                        counted(data.training.count(), "training image"))};
  return split_doubts(data, split_training_part(data, 0, 0, 0));
}

}  // namespace etalon
