#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/commands.h"
#include "etalon/app/text_layout.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/data/contact_sheet.h"
#include "etalon/data/export.h"
#include "etalon/data/open.h"

namespace etalon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t images_a_class = 20;
constexpr std::uint32_t histogram_width = 32;

std::vector<std::uint32_t> class_counts(const LabelledImages& images, std::uint32_t classes) {
  std::vector<std::uint32_t> counts(classes);
  for (const std::uint8_t label : images.labels) ++counts[label];
  return counts;
}

std::string class_name(const DataSet& data, std::uint32_t label) {
  return label < data.class_names.size() ? data.class_names[label] : fmt::format("{}", label);
}

/// A row a class: name, counts, and a bar of its training count.
std::vector<std::string> histogram(const DataSet& data) {
  const auto training = class_counts(data.training, data.classes),
             test = class_counts(data.test, data.classes);
  const std::uint32_t most = std::max(1U, *std::max_element(training.begin(), training.end()));
  std::vector<std::vector<std::string>> rows{{"class", "training", "test", ""}};
  for (std::uint32_t label = 0; label < data.classes; ++label)
    rows.push_back({class_name(data, label), fmt::format("{}", training[label]),
                    fmt::format("{}", test[label]),
                    std::string(std::uint64_t{training[label]} * histogram_width / most, '#')});
  return aligned_rows(rows);
}

Json description(const DataSet& data, const std::filesystem::path& sheet) {
  Json json{{"data", data.name},
            {"source", data.source},
            {"shape",
             {{"channels", data.shape.channels}, {"height", data.shape.height}, {"width", data.shape.width}}},
            {"training_samples", data.training.count()},
            {"test_samples", data.test.count()},
            {"fingerprint", data.fingerprint}};
  const auto training = class_counts(data.training, data.classes),
             test = class_counts(data.test, data.classes);
  json["classes"] = Json::array();
  for (std::uint32_t label = 0; label < data.classes; ++label)
    json["classes"].push_back({{"name", class_name(data, label)},
                               {"training_samples", training[label]},
                               {"test_samples", test[label]}});
  json["contact_sheet"] = sheet.string();
  return json;
}

std::vector<std::string> generated_sets() {
  std::vector<std::string> names;
  for (const KnownSet& set : known_sets())
    if (set.generated) names.push_back(set.usage);
  return names;
}

}  // namespace

ExitCode run_data_list(const DataListArguments& arguments) {
  if (arguments.json) {
    Json json;
    json["sets"] = Json::array();
    for (const KnownSet& set : known_sets())
      json["sets"].push_back({{"usage", set.usage}, {"about", set.about}, {"generated", set.generated}});
    fmt::print("{}\n", json.dump(2));
  } else if (!arguments.quiet) {
    for (const KnownSet& set : known_sets()) fmt::print("{:<14}{}\n", set.usage, set.about);
  }
  return ExitCode::done;
}

ExitCode run_data_describe(const DataDescribeArguments& arguments) {
  require_writable_folder(arguments.out, "--out " + arguments.out);
  const DataSet data = open_data(arguments.set);
  const std::filesystem::path sheet = std::filesystem::path(arguments.out) / (data.name + ".png");
  const Bytes picture = encode_png(contact_sheet(data, images_a_class));
  write_atomically(sheet, picture);
  if (arguments.json) {
    fmt::print("{}\n", description(data, sheet.lexically_normal()).dump(2));
  } else if (!arguments.quiet) {
    fmt::print("{}: {}x{}x{}, {} classes, {} training and {} test images\n\n{}\n\ncontact sheet: {}\n",
               data.source, data.shape.channels, data.shape.height, data.shape.width, data.classes,
               data.training.count(), data.test.count(), join(histogram(data), "\n"),
               sheet.lexically_normal().string());
  }
  return ExitCode::done;
}

ExitCode run_data_make(const DataMakeArguments& arguments) {
  const std::vector<std::string> names = generated_sets();
  if (std::find(names.begin(), names.end(), arguments.name) == names.end())
    throw RequestError({"etalon data make", fmt::format("the set '{}'", arguments.name),
                        "a generated set: " + join(names, ", "), hint_for(arguments.name, names)});
  require_writable_folder(arguments.folder, "etalon data make " + arguments.folder);
  const std::string spec = write_data_set(open_data(arguments.name), arguments.folder);
  if (arguments.json)
    fmt::print("{}\n", Json{{"data", arguments.name}, {"made", spec}}.dump(2));
  else if (!arguments.quiet)
    fmt::print("{} is written; it opens again as {}\n", arguments.name, spec);
  return ExitCode::done;
}

}  // namespace etalon
