#include "etalon/data/part.h"

#include <algorithm>
#include <array>

#include <unistd.h>

#include "etalon/base/digest.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace fs = std::filesystem;

void require_folder(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  const bool exists = fs::exists(folder, ignored);
  throw RequestError({folder.string(), exists ? "a file" : "no such folder", "a folder with the set's files",
                      "check the path after the colon"});
}

void require_room(std::uint64_t bytes, const std::string& place) {
  const std::uint64_t machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                                static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (bytes <= machine) return;
  throw RequestError({place, size_text(static_cast<double>(bytes)) + " of images and labels",
                      "what fits into memory: this machine has " + size_text(static_cast<double>(machine)),
                      "take a smaller set"});
}

void require_labels(const LabelledImages& images, std::uint32_t classes, const std::string& place) {
  const auto wrong = std::find_if(images.labels.begin(), images.labels.end(),
                                  [classes](std::uint8_t label) { return label >= classes; });
  if (wrong == images.labels.end()) return;
  throw RequestError({place,
                      "label " + std::to_string(*wrong) + " at image " +
                          std::to_string(wrong - images.labels.begin()) + " (counted from 0)",
                      "labels from 0 to " + std::to_string(classes - 1),
                      "the file is damaged, or belongs to another set"});
}

void require_two_classes(const LabelledImages& training, const std::string& place) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t label : training.labels) seen[label] = true;
  const auto classes = std::count(seen.begin(), seen.end(), true);
  if (classes >= 2) return;
  throw RequestError({place, classes == 0 ? "no labels" : "one class alone",
                      "training images of at least two classes", "there is nothing to tell apart"});
}

std::string fingerprint_of(const DataSet& data) {
  Digest digest;
  for (const std::uint32_t number : {data.shape.channels, data.shape.height, data.shape.width, data.classes,
                                     data.training.count(), data.test.count()})
    digest.add(std::to_string(number) + " ");
  for (const LabelledImages* images : {&data.training, &data.test}) {
    digest.add(images->pixels);
    digest.add(images->labels);
  }
  return digest.finish();
}

}  // namespace etalon
