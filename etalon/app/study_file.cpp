#include "etalon/app/study_file.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "etalon/app/options/given.h"
#include "etalon/app/study_table.h"
#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

/// The keys of each table; none of a table in which any name is one.
using KnownKeys = std::map<std::string, std::vector<std::string>>;

KnownKeys known_keys(Options options) {
  KnownKeys keys;
  for (const Option& option : options)
    if (option.is_key()) {
      std::vector<std::string>& known = keys[option.key.table];
      if (!option.key.any_name) known.emplace_back(option.key.name);
    }
  for (const Option& option : options)
    if (option.key.any_name) keys[option.key.table].clear();
  return keys;
}

/// "it belongs into [study]" where another table has that key, else nothing.
std::string table_hint(const std::string& key, const KnownKeys& all) {
  for (const auto& [table, keys] : all)
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
      return fmt::format("'{}' belongs into [{}]", key, table);
  return "";
}

/// What other programs call it.
const std::map<std::string, std::string>& foreign_keys() {
  static const std::map<std::string, std::string> keys{
      {"lr", "learning rates stand in [eta], a list for each group"},
      {"eta", "learning rates stand in [eta], a list for each group"},
      {"learning_rate", "learning rates stand in [eta], a list for each group"},
      {"learning_rates", "learning rates stand in [eta], a list for each group"},
      {"batch_size", "'batch' in [study]"},
      {"num_epochs", "'epochs' in [study]"},
      {"dataset", "'sets' in [data]"},
      {"datasets", "'sets' in [data]"},
      {"model", "'name' in [network]"},
      {"seed", "'study_seed' begins all that is random, 'seeds' says how often each setting is trained"},
      {"decay", "'weight_decay' in [training]"},
      {"scheduler", "'schedule' in [training]"},
      {"init", "'initializer' in [training]"}};
  return keys;
}

/// For a key that the table does not know: another spelling of one that it does, its name elsewhere, the
/// table that it belongs into.
std::string key_hint(const std::string& key, const std::vector<std::string>& known, const KnownKeys& all) {
  std::string plain = key;
  for (char& c : plain) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (std::find(known.begin(), known.end(), plain) != known.end())
    return fmt::format("did you mean '{}'?", plain);
  if (const auto foreign = foreign_keys().find(plain); foreign != foreign_keys().end())
    return foreign->second;
  if (std::string table = table_hint(plain, all); !table.empty()) return table;
  return hint_for(key, known);
}

void require_known_keys(const StudyTable& document, const KnownKeys& all) {
  const StudyTable::Hint hint = [&](const std::string& key, const std::vector<std::string>& known) {
    return key_hint(key, known, all);
  };
  std::vector<std::string> tables;
  for (const auto& [table, keys] : all) tables.push_back(table);
  for (const std::string& key : document.keys())
    if (const std::string place = table_hint(key, all); !document.node(key)->is_table() && !place.empty())
      document.refuse(*document.node(key), "a table such as [study]", place);
  document.require_known(tables, "a study file, which holds tables", hint);
  for (const auto& [table, keys] : all)
    if (const auto found = document.table(table); found && !keys.empty())
      found->require_known(keys, "[" + table + "]", hint);
}

/// A number that nothing reads is a misunderstanding, so it is refused.
void require_used(const StudyTable& table, const std::string& key, bool used, const std::string& reader,
                  const std::string& fitting) {
  if (table.has(key) && !used)
    throw RequestError({table.place(key), fmt::format("'{}' with {}", key, reader), fitting,
                        fmt::format("remove '{}', or name what reads it", key)});
}

void require_used_numbers(const StudyTable& table, const TrainingSpec& training,
                          bool optimizer_is_overridden) {
  const std::string schedule = fmt::format("the schedule '{}'", training.schedule.name);
  require_used(table, "step_epochs", uses_step(training.schedule), schedule, "the schedule step");
  require_used(table, "factor", uses_factor(training.schedule), schedule, "the schedule step or exponential");
  if (optimizer_is_overridden) return;
  const std::string optimizer = fmt::format("the optimizer '{}'", training.optimizer.name);
  require_used(table, "momentum", uses_momentum(training.optimizer), optimizer,
               "the optimizer momentum or nesterov");
  for (const char* key : {"beta1", "beta2", "epsilon"})
    require_used(table, key, uses_betas(training.optimizer), optimizer, "the optimizer adam or adamw");
}

/// Each key once, and a table in which any name is a key as a whole.
void read_keys(const StudyTable& document, Options options, Request& to) {
  for (const Option& option : options) {
    if (!option.is_key()) continue;
    const auto table = document.table(option.key.table);
    if (!table) continue;
    const std::vector<std::string> keys = table->keys();
    const std::string key = option.key.any_name && !keys.empty() ? keys.back() : option.key.name;
    if (table->has(key)) to.take(option, Given(*table, key));
  }
}

toml::table parse(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    throw RequestError({fmt::format("{}:{}:{}", file, begin.line, begin.column), "text that is no TOML",
                        "a study file in TOML", std::string(error.description())});
  }
}

}  // namespace

bool uses_betas(const OptimizerSpec& optimizer) {
  return optimizer.name == "adam" || optimizer.name == "adamw";
}
bool uses_step(const ScheduleSpec& schedule) { return schedule.name == "step"; }
bool uses_factor(const ScheduleSpec& schedule) {
  return schedule.name == "step" || schedule.name == "exponential";
}

void read_study_file(const std::filesystem::path& path, Request& request, Options options) {
  const std::string file = path.string();
  const toml::table root = parse(read_text(path), file);
  const StudyTable document(&root, file);
  require_known_keys(document, known_keys(options));
  read_keys(document, options, request);
  if (const auto training = document.table("training"))
    require_used_numbers(*training, request.study.training, request.has_typed("--optimizer"));
}

}  // namespace etalon
