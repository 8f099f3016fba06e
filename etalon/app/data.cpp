#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "etalon/app/commands.h"
#include "etalon/app/output.h"
#include "etalon/app/text_layout.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/data/contact_sheet.h"
#include "etalon/data/doubts.h"
#include "etalon/data/export.h"
#include "etalon/data/open_data.h"

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

/// A row for each class that has images: name, counts, and a bar of its training count.
std::vector<std::string> histogram(const DataSet& data) {
  const auto training = class_counts(data.training, data.classes),
             test = class_counts(data.test, data.classes);
  const std::uint32_t most = std::max(1U, *std::max_element(training.begin(), training.end()));
  std::vector<std::vector<std::string>> rows{{"class", "training", "test", ""}};
  for (std::uint32_t label = 0; label < data.classes; ++label) {
    if (training[label] == 0 && test[label] == 0) continue;
    rows.push_back({class_name(data, label), fmt::format("{}", training[label]),
                    fmt::format("{}", test[label]),
                    std::string(std::uint64_t{training[label]} * histogram_width / most, '#')});
  }
  return aligned_rows(rows);
}

/// What the set cannot tell, whatever is trained on it.
std::vector<std::string> doubts_about(const DataSet& data) {
  std::vector<std::string> doubts = label_doubts(data);
  for (const std::string& doubt : default_split_doubts(data))
    doubts.push_back("with a sixth as validation: " + doubt);
  return doubts;
}

Json description(const DataSet& data) {
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
  json["warnings"] = doubts_about(data);
  return json;
}

std::string description_text(const DataSet& data) {
  std::string text =
      fmt::format("{}: {}x{}x{}, {} classes, {} training and {} test images\n\n{}\n\n", data.source,
                  data.shape.channels, data.shape.height, data.shape.width, data.classes,
                  data.training.count(), data.test.count(), join(histogram(data), "\n"));
  const std::vector<std::string> doubts = doubts_about(data);
  for (const std::string& doubt : doubts) text += "warning: " + doubt + "\n";
  return text + (doubts.empty() ? "" : "\n");
}

std::filesystem::path write_sheet(const DataSet& data, const std::string& folder) {
  const std::filesystem::path sheet = std::filesystem::path(folder) / (data.name + ".png");
  write_atomically(sheet, encode_png(contact_sheet(data, images_a_class)));
  return sheet.lexically_normal();
}

std::vector<std::string> generated_sets() {
  std::vector<std::string> names;
  for (const KnownSet& set : known_sets())
    if (set.generated) names.push_back(set.usage);
  return names;
}

}  // namespace

ExitCode run_data_list(Request& request) {
  if (request.json) {
    Json json;
    json["sets"] = Json::array();
    for (const KnownSet& set : known_sets())
      json["sets"].push_back({{"usage", set.usage}, {"about", set.about}, {"generated", set.generated}});
    print_json(json);
  } else if (!request.quiet) {
    for (const KnownSet& set : known_sets()) print("{:<14}{}\n", set.usage, set.about);
  }
  return ExitCode::done;
}

// The picture is a by-product: what the set is gets told even where no picture can be made.
ExitCode run_data_describe(Request& request) {
  require_writable_folder(request.folder, request.place(Field::out) + " " + request.folder);
  const DataSet data = open_data(request.set);
  if (!request.json) {
    if (!request.quiet) print("{}", description_text(data));
    flush_output();
    const std::filesystem::path sheet = write_sheet(data, request.folder);
    if (!request.quiet) print("contact sheet: {}\n", sheet.string());
    return ExitCode::done;
  }
  Json json = description(data);
  json["contact_sheet"] = nullptr;
  std::exception_ptr trouble;
  try {
    json["contact_sheet"] = write_sheet(data, request.folder).string();
  } catch (...) {
    trouble = std::current_exception();
  }
  print_json(json);
  if (trouble) std::rethrow_exception(trouble);
  return ExitCode::done;
}

ExitCode run_data_make(Request& request) {
  const std::vector<std::string> names = generated_sets();
  if (std::find(names.begin(), names.end(), request.set) == names.end())
    throw RequestError({"etalon data make", fmt::format("the set '{}'", request.set),
                        "a generated set: " + join(names, ", "), hint_for(request.set, names)});
  require_writable_folder(request.folder, "etalon data make " + request.folder);
  const std::string spec = write_data_set(open_data(request.set), request.folder);
  if (request.json)
    print_json(Json{{"data", request.set}, {"made", spec}});
  else if (!request.quiet)
    print("{} is written; it opens again as {}\n", request.set, spec);
  return ExitCode::done;
}

}  // namespace etalon
