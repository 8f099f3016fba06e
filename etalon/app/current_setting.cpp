#include "etalon/app/current_setting.h"

#include <algorithm>

#include <fmt/format.h>

#include "etalon/app/options/option.h"
#include "etalon/app/values.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/search/registry.h"

namespace etalon {
namespace {

const std::string form = "one eta a group, such as conv=0.1,full=0.01";

std::vector<std::string> names_of(const std::vector<LayerGroup>& groups) {
  std::vector<std::string> names;
  for (const LayerGroup& group : groups) names.push_back(group.name);
  return names;
}

/// The lists of the plan with the setting's etas among them: "--eta conv=0.01,0.05 --eta full=0.1".
std::string wider_options(const Setting& setting, const StudyPlan& plan,
                          const std::vector<LayerGroup>& groups) {
  std::vector<std::string> lists;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    std::vector<double> values = plan.space.values[group];
    values.push_back(setting.eta[group]);
    std::vector<std::string> texts;
    for (const double value : sorted_once(std::move(values))) texts.push_back(eta_text(value));
    lists.push_back(groups[group].name + "=" + join(texts, ","));
  }
  return eta_options(lists);
}

NamedEtas named_etas(const std::string& text, const std::string& place) {
  NamedEtas named;
  for (const std::string& part : name_list(text, place)) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) throw RequestError({place, in_quotes(text), form, ""});
    const std::string group = part.substr(0, equals);
    if (std::ranges::find(named, group, &std::pair<std::string, double>::first) != named.end())
      throw RequestError({place, fmt::format("the group '{}' twice", group), form, ""});
    named.emplace_back(group, eta_value(part.substr(equals + 1), place + " " + group));
  }
  return named;
}

/// {conv = 0.1, full = 0.01}
NamedEtas filed_etas(const StudyTable& table) {
  constexpr NumberRange eta_range{0, largest_eta, false, true, "a number above 0 and up to 10"};
  if (!table.node("current")->is_table())
    table.refuse(*table.node("current"), "a table for 'current', such as {conv = 0.1, full = 0.01}");
  const StudyTable current = *table.table("current");
  NamedEtas named;
  for (const std::string& group : current.keys())
    named.emplace_back(group, current.number(group, eta_range).value());
  return named;
}

}  // namespace

NamedEtas read_current(const Given& given) {
  return given.is_typed() ? named_etas(given.text(), given.place()) : filed_etas(given.table());
}

Setting setting_of(const NamedEtas& named, const std::vector<LayerGroup>& groups) {
  const std::vector<std::string> names = names_of(groups);
  for (const auto& [group, eta] : named)
    if (std::ranges::find(names, group) == names.end())
      throw RequestError({Field::current, fmt::format("the unknown group '{}'", group),
                          "one of " + join(names, ", "), hint_for(group, names)});
  Setting setting;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(named, name, &std::pair<std::string, double>::first);
    if (found == named.end())
      throw RequestError({Field::current, fmt::format("no eta for the group '{}'", name),
                          "one for each of " + join(names, ", "), ""});
    setting.eta.push_back(found->second);
  }
  return setting;
}

std::string eta_options(const std::vector<std::string>& lists) {
  std::vector<std::string> options;
  for (const std::string& list : lists) options.push_back(usual_place(Field::eta) + " " + list);
  return join(options, " ");
}

std::string eta_options(const Setting& setting, const std::vector<LayerGroup>& groups) {
  std::vector<std::string> lists;
  for (std::size_t group = 0; group < groups.size(); ++group)
    lists.push_back(groups[group].name + "=" + eta_text(setting.eta.at(group)));
  return eta_options(lists);
}

void require_planned(const Setting& setting, const StudyPlan& plan, const std::vector<LayerGroup>& groups) {
  const SearchSpace& space = plan.space;
  if (strategy_traits(plan.strategy).draws) return;  // what it draws is not known yet
  bool planned = true;
  if (!space.settings.empty())
    planned = std::ranges::find(space.settings, setting) != space.settings.end();
  else
    for (std::size_t group = 0; group < groups.size(); ++group)
      planned =
          planned && std::ranges::find(space.values[group], setting.eta[group]) != space.values[group].end();
  if (planned) return;
  throw RequestError({Field::current,
                      to_text(setting, groups) + ", which is not among the settings to be tried",
                      "a setting that the study tries, so that it can be compared",
                      space.settings.empty() ? "add it: " + wider_options(setting, plan, groups)
                                             : "add it to the settings that are listed"});
}

}  // namespace etalon
