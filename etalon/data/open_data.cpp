#include "etalon/data/open_data.h"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/data/generated/digits.h"
#include "etalon/data/generated/generator.h"
#include "etalon/data/generated/scenes.h"
#include "etalon/data/generated/shapes.h"
#include "etalon/data/part.h"
#include "etalon/data/readers/cifar.h"
#include "etalon/data/readers/idx.h"

namespace etalon {
namespace {

/// One line a set. `open` gets the folder after the colon, empty for a generated set.
struct Format {
  std::string name;
  std::string about;
  bool generated = false;
  std::function<DataSet(const std::string&)> open;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"shapes", "built in, easy: one bright shape on a dark ground, 28x28 grey, 10 classes", true,
       [](const std::string&) { return generate(shapes()); }},
      {"digits", "built in, harder: distorted handwritten strokes in noise, 28x28 grey, 10 classes", true,
       [](const std::string&) { return generate(digits()); }},
      {"scenes", "built in, hardest: objects over textures in changing light, 32x32 colour, 10 classes", true,
       [](const std::string&) { return generate(scenes()); }},
      {"mnist", "MNIST or any other IDX quartet in DIR, plain or .gz; grey images of any size", false,
       read_idx},
      {"cifar10", "CIFAR-10, binary version, in DIR: data_batch_1.bin and so on, test_batch.bin", false,
       read_cifar10},
  };
  return all;
}

std::string usage_of(const Format& format) { return format.generated ? format.name : format.name + ":DIR"; }

const Format& find_format(const std::string& name, const std::string& spec) {
  std::vector<std::string> known, usages;
  for (const Format& format : formats()) {
    if (format.name == name) return format;
    known.push_back(format.name);
    usages.push_back(usage_of(format));
  }
  throw RequestError({"data set '" + spec + "'", "an unknown set '" + name + "'",
                      "one of " + join(usages, ", "), hint_for(name, known)});
}

/// '~' as a shell would, which does not look behind a colon; a folder that is really named so comes first.
std::string expanded(const std::string& folder) {
  std::error_code ignored;
  if (!folder.starts_with('~') || std::filesystem::exists(folder, ignored)) return folder;
  const char* const home = std::getenv("HOME");
  const bool own = folder.size() == 1 || folder[1] == '/';
  if (own && home != nullptr && *home != 0) return home + folder.substr(1);
  throw RequestError({folder, own ? "'~', and HOME is not set" : "the home of another user",
                      "a folder with the set's files", "write its whole path"});
}

DataSet open_format(const Format& format, const std::string& folder, const std::string& spec) {
  try {
    return format.open(folder);
  } catch (const std::bad_alloc&) {
    throw Failure({"data set '" + spec + "'", "a set that does not fit into the memory this process may use",
                   "room for all its images", "raise the limit, or take a smaller set"});
  }
}

}  // namespace

std::vector<KnownSet> known_sets() {
  std::vector<KnownSet> sets;
  for (const Format& format : formats()) sets.push_back({usage_of(format), format.about, format.generated});
  return sets;
}

DataSet open_data(const std::string& spec) {
  const std::size_t colon = spec.find(':');
  const std::string name = spec.substr(0, colon);
  const std::string folder = colon == std::string::npos ? "" : spec.substr(colon + 1);
  const Format& format = find_format(name, spec);
  if (format.generated && colon != std::string::npos)
    throw RequestError({"data set '" + spec + "'", "'" + spec.substr(colon) + "' after a built-in set",
                        "the name alone", "write '" + name + "'"});
  if (!format.generated && folder.empty())
    throw RequestError({"data set '" + spec + "'", "no folder", "'" + usage_of(format) + "'",
                        "name the folder that holds its files after a colon"});
  DataSet data = open_format(format, expanded(folder), spec);
  data.name = name;
  data.source = spec;
  data.fingerprint = fingerprint_of(data);
  return data;
}

}  // namespace etalon
