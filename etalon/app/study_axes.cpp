#include "etalon/app/study_axes.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "etalon/app/values.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr std::uint64_t most_cells = 1000;
constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr NumberRange eta_range{0, largest_eta, false, true, "a learning rate above 0 and up to 10"};

std::vector<std::string> names_of(const std::vector<LayerGroup>& groups) {
  std::vector<std::string> names;
  for (const LayerGroup& group : groups) names.push_back(group.name);
  return names;
}

double read_eta(const StudyTable& table, const toml::node& node) {
  if (!node.is_number()) table.refuse(node, eta_range.text);
  return eta_value(*node.value<double>(), table.place(node));
}

/// {from = 1e-4, to = 1, cells = 5}
std::vector<double> read_axis(const StudyTable& table, const std::string& group) {
  const StudyTable axis = *table.table(group);
  axis.require_known({"from", "to", "cells"}, fmt::format("an axis of '{}'", group));
  const std::string place = table.place(group);
  for (const char* key : {"from", "to", "cells"})
    if (!axis.has(key))
      throw RequestError({place, fmt::format("an axis without '{}'", key),
                          "{from = SMALLEST, to = LARGEST, cells = COUNT}", ""});
  const double from = *axis.number("from", eta_range), to = *axis.number("to", eta_range);
  const std::uint64_t cells = *axis.whole("cells", 1, most_cells);
  if (from > to)
    throw RequestError({place, fmt::format("from {} to {}", shortest(from), shortest(to)),
                        "'from' not above 'to'", "swap the two"});
  if ((cells == 1) != (from == to))
    throw RequestError({place, fmt::format("{} cells from {} to {}", cells, shortest(from), shortest(to)),
                        "at least 2 cells, or 1 where 'from' equals 'to'", ""});
  return sorted_once(log_axis(from, to, static_cast<unsigned>(cells)));
}

std::vector<double> read_values(const StudyTable& table, const std::string& group) {
  const toml::node& node = *table.node(group);
  if (node.is_table()) return read_axis(table, group);
  const auto* list = node.as_array();
  if (!list || list->empty())
    table.refuse(node, fmt::format("a list of learning rates for '{}'", group),
                 "such as [0.001, 0.01, 0.1], or {from = 1e-4, to = 1, cells = 5}");
  std::vector<double> values;
  for (const toml::node& entry : *list) values.push_back(read_eta(table, entry));
  return sorted_once(std::move(values));
}

Setting read_setting(const StudyTable& table, const toml::node& node,
                     const std::vector<std::string>& groups) {
  if (!node.is_table())
    table.refuse(node, "a setting, such as {conv = 0.01, full = 0.001}", "it names one eta for each group");
  const StudyTable entry(node.as_table(), table.file());
  entry.require_known(groups, "a setting, which are the groups");
  Setting setting;
  for (const std::string& group : groups) {
    if (!entry.has(group))
      throw RequestError({table.place(node), fmt::format("a setting without '{}'", group),
                          "one eta for each of " + join(groups, ", "), ""});
    setting.values.push_back(read_eta(entry, *entry.node(group)));
  }
  return setting;
}

std::vector<Setting> settings_of(const StudyTable& table, const std::vector<std::string>& groups) {
  const toml::node& node = *table.node("settings");
  const auto* list = node.as_array();
  if (!list || list->empty())
    table.refuse(node, "a list of settings", "such as [{conv = 0.01, full = 0.001}]");
  std::vector<Setting> settings;
  for (const toml::node& entry : *list) settings.push_back(read_setting(table, entry, groups));
  std::sort(settings.begin(), settings.end());
  settings.erase(std::unique(settings.begin(), settings.end()), settings.end());
  return settings;
}

/// The group's index and the text after "GROUP=".
std::pair<std::size_t, std::string> split_eta(const std::string& text, const std::string& place,
                                              const StudyRequest& study) {
  const std::vector<std::string> names = names_of(study.groups);
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw RequestError(
        {place, in_quotes(text), "GROUP=V,V,... such as conv=0.01,0.1", "groups: " + join(names, ", ")});
  const std::string name = text.substr(0, equals);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw RequestError({place, fmt::format("the unknown group '{}'", name), "one of " + join(names, ", "),
                        hint_for(name, names)});
  return {static_cast<std::size_t>(found - names.begin()), text.substr(equals + 1)};
}

void read_typed_etas(const Given& given, StudyRequest& study) {
  const std::string& place = given.place();
  study.plan.space.values.resize(study.groups.size());
  std::set<std::size_t> seen;
  for (const std::string& text : given.values()) {
    const auto [group, list] = split_eta(text, place, study);
    const std::string name = study.groups[group].name;
    if (!seen.insert(group).second)
      throw RequestError({place, fmt::format("the group '{}' twice", name), "each group once",
                          fmt::format("put all its values into one list: {}=V,V,...", name)});
    study.plan.space.values[group] = eta_list(list, place + " " + name);
  }
  if (!study.plan.space.settings.empty() && seen.size() < study.groups.size())
    throw RequestError({place,
                        "lists for some groups only",
                        "one for each of " + join(names_of(study.groups), ", "),
                        {Field::eta, " gives whole settings, which a list cannot be put into"}});
  study.plan.space.settings.clear();
}

void read_filed_etas(const StudyTable& table, StudyRequest& to) {
  const std::vector<std::string> groups = names_of(to.groups);
  if (table.has("settings")) {
    table.require_known({"settings"}, "[eta] that lists settings, which takes no other");
    return;
  }
  table.require_known(groups, "[eta], which are the groups");
  to.plan.space.values.assign(groups.size(), {});
  for (std::size_t group = 0; group < groups.size(); ++group)
    if (table.has(groups[group])) to.plan.space.values[group] = read_values(table, groups[group]);
}

}  // namespace

std::vector<std::string> read_layers(const Given& given) {
  if (given.table().has("name"))
    throw RequestError({given.place(), "both 'name' and 'layers'", "one of the two",
                        "remove 'name' to train the layers that are listed"});
  return *given.table().texts("layers");
}

std::vector<LayerGroup> read_groups(const StudyTable& table) {
  std::vector<LayerGroup> groups;
  for (const std::string& name : table.keys()) {
    if (name.empty() || name == "settings" || name.find_first_not_of(letters) != std::string::npos)
      throw RequestError({table.place(name), fmt::format("a group named '{}'", name),
                          "a name of letters, digits, '_' and '-', other than 'settings'", ""});
    groups.push_back({name, *table.texts(name)});
  }
  return groups;
}

void read_etas(const Given& given, StudyRequest& to) {
  if (given.is_typed())
    read_typed_etas(given, to);
  else
    read_filed_etas(given.table(), to);
}

void read_settings(const StudyTable& table, StudyRequest& to) {
  to.plan.space.settings = settings_of(table, names_of(to.groups));
}

void read_target(const StudyTable& choice, ChoiceRules& to) {
  if (!choice.node("target")->is_table())
    choice.refuse(*choice.node("target"), "a table for 'target', such as {accuracy = 0.97} or {loss = 0.1}");
  const StudyTable target = *choice.table("target");
  target.require_known({"accuracy", "loss"}, "target");
  if (const auto accuracy = target.number("accuracy", ranges::share_above_zero))
    to.target_accuracy = accuracy;
  if (const auto loss = target.number("loss", ranges::positive)) to.target_loss = loss;
}

}  // namespace etalon
