#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "etalon/app/options/option.h"
#include "etalon/app/options/rows.h"
#include "etalon/base/check.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// In the order of the documentation.
constexpr std::string_view tables[] = {"study",    "data",   "network", "groups", "eta",
                                       "training", "search", "choice",  "run"};

bool same_key(const Key& a, const Key& b) {
  return std::string_view(a.table) == b.table && std::string_view(a.name) == b.name;
}

/// "`--refine`, `--no-refine`"
std::string flags_of(const Key& key, Options options) {
  std::vector<std::string> flags;
  for (const Option& option : options)
    if (same_key(option.key, key) && option.is_typed() && option.commands.contains(Command::tune))
      flags.push_back("`" + flag_of(option) + "`");
  return join(flags, ", ");
}

std::string key_line(const Option& option, bool first, Options options) {
  const Key& key = option.key;
  const auto code = [](const std::string& text) { return text.empty() ? "" : "`" + text + "`"; };
  const std::string cells[] = {first ? code(fmt::format("[{}]", key.table)) : "",
                               key.any_name ? key.name : code(key.name), key.value,
                               *key.standard ? key.standard : option.standard, flags_of(key, options)};
  std::string line = "|";
  for (const std::string& cell : cells) line += cell.empty() ? " |" : " " + cell + " |";
  return line + "\n";
}

}  // namespace

Options option_table() {
  static const std::vector<Option> table = [] {
    const std::pair<Owner, Options> parts[] = {
        {Owner::argument, argument_rows()},     {Owner::jobs, jobs_rows()},
        {Owner::definition, definition_rows()}, {Owner::plan, plan_rows()},
        {Owner::rules, rules_rows()},           {Owner::stored, stored_rows()},
        {Owner::machine, machine_rows()},       {Owner::name, name_rows()},
        {Owner::place, place_rows()},           {Owner::output, output_rows()}};
    std::vector<Option> all;
    for (const auto& [owner, rows] : parts)
      for (Option row : rows) {
        row.owner = owner;
        all.push_back(row);
      }
    return all;
  }();
  return table;
}

std::string flag_of(const Option& option) {
  const std::string name = option.name;
  return name.substr(name.find(',') + 1);
}

std::string usual_place(Field field, Options options) {
  std::string place = name_of(field);
  for (const Option& option : options) {
    if (option.field != field) continue;
    if (option.is_typed()) return flag_of(option);
    place = option.key.any_name ? fmt::format("[{}]", option.key.table)
                                : fmt::format("[{}] {}", option.key.table, option.key.name);
  }
  return place;
}

std::vector<std::string> reproducing_words(const std::vector<TypedOption>& typed) {
  std::vector<std::string> words;
  for (const auto& [option, values] : typed) {
    switch (option->owner) {
      case Owner::argument:
        words.insert(words.end(), values.begin(), values.end());
        break;
      case Owner::definition:
      case Owner::plan:
      case Owner::rules:
      case Owner::name:
        if (option->is_flag()) words.push_back(flag_of(*option));
        for (const std::string& value : values) words.insert(words.end(), {flag_of(*option), value});
        break;
      case Owner::jobs:
      case Owner::stored:
      case Owner::machine:
      case Owner::place:
      case Owner::output:
        break;
    }
  }
  return words;
}

std::string key_table(Options options) {
  std::string text = "| table | key | value | default | option |\n| --- | --- | --- | --- | --- |\n";
  for (const Option& option : options)
    check(
        !option.is_key() || std::ranges::find(tables, std::string_view(option.key.table)) != std::end(tables),
        "table", option.key.table, "one that the documentation knows");
  for (const std::string_view table : tables) {
    bool first = true;
    for (const Option& option : options)
      if (option.is_key() && option.key.table == table)
        text += key_line(option, std::exchange(first, false), options);
  }
  return text;
}

}  // namespace etalon
