#include "etalon/app/study_file.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "etalon/app/study_axes.h"
#include "etalon/app/study_table.h"
#include "etalon/app/values.h"
#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/base/text.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

constexpr std::uint64_t many = std::numeric_limits<std::uint32_t>::max();
constexpr double endless = std::numeric_limits<double>::max();
constexpr NumberRange share{0, 1, true, true, "a number from 0 to 1"};
constexpr NumberRange below_one{0, 1, true, false, "a number from 0 up to, but not including, 1"};
constexpr NumberRange share_above_zero{0, 1, false, true, "a number above 0 and up to 1"};
constexpr NumberRange positive{0, endless, false, true, "a number above 0"};
constexpr NumberRange checkpoint{0, most_seconds, true, true, "a number of seconds from 0 to 86400"};
constexpr NumberRange lease{1, most_seconds, true, true, "a number of seconds from 1 to 86400"};
constexpr NumberRange eta_range{0, largest_eta, false, true, "a number above 0 and up to 10"};
constexpr NumberRange not_negative{0, endless, true, true, "a number, 0 or more"};

/// Tables and their keys; [groups] and [eta] name layer groups, so any key may stand there.
const std::map<std::string, std::vector<std::string>>& known_keys() {
  static const std::map<std::string, std::vector<std::string>> keys{
      {"study", {"name", "seeds", "study_seed", "epochs", "batch", "samples", "validation"}},
      {"data", {"sets", "augment"}},
      {"network", {"name", "layers"}},
      {"groups", {}},
      {"eta", {}},
      {"training",
       {"optimizer", "momentum", "beta1", "beta2", "epsilon", "weight_decay", "schedule", "warmup",
        "step_epochs", "factor", "initializer", "label_smoothing"}},
      {"search", {"strategy", "trials", "refine", "confirm"}},
      {"choice", {"speed_weight", "divergence_limit", "target", "current"}},
      {"run", {"threads", "store", "out", "report", "checkpoint", "lease", "keep_weights"}}};
  return keys;
}

/// "it belongs into [study]" where another table has that key, else nothing.
std::string table_hint(const std::string& key) {
  for (const auto& [table, keys] : known_keys())
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
std::string key_hint(const std::string& key, const std::vector<std::string>& known) {
  std::string plain = key;
  for (char& c : plain) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (std::find(known.begin(), known.end(), plain) != known.end())
    return fmt::format("did you mean '{}'?", plain);
  if (const auto foreign = foreign_keys().find(plain); foreign != foreign_keys().end())
    return foreign->second;
  if (std::string table = table_hint(plain); !table.empty()) return table;
  return hint_for(key, known);
}

void require_known_keys(const StudyTable& document) {
  std::vector<std::string> tables;
  for (const auto& [table, keys] : known_keys()) tables.push_back(table);
  for (const std::string& key : document.keys())
    if (const std::string hint = table_hint(key); !document.node(key)->is_table() && !hint.empty())
      document.refuse(*document.node(key), "a table such as [study]", hint);
  document.require_known(tables, "a study file, which holds tables", key_hint);
  for (const auto& [table, keys] : known_keys())
    if (const auto found = document.table(table); found && !keys.empty())
      found->require_known(keys, "[" + table + "]", key_hint);
}

template <typename Value, typename Target>
void take(const std::optional<Value>& value, Target& target) {
  if (value) target = static_cast<Target>(*value);
}

void read_study(const StudyTable& table, StudyRequest& to) {
  take(table.text("name"), to.study_name);
  take(table.whole("seeds", 1, limits::seeds), to.plan.seeds);
  take(table.whole("study_seed", 0, std::numeric_limits<std::int64_t>::max()), to.study_seed);
  take(table.whole("epochs", 1, limits::epochs), to.epochs);
  take(table.whole("batch", 1, many), to.batch);
  take(table.whole("samples", 1, many), to.samples);
  take(table.whole("validation", 1, many), to.validation);
  if (table.has("name")) to.places.study_name = table.place("name");
  if (table.has("batch")) to.places.batch = table.place("batch");
}

void read_data(const StudyTable& table, StudyRequest& to) {
  take(table.texts("sets"), to.sets);
  take(table.texts("augment"), to.augmentation);
  if (table.has("sets")) to.places.data = table.place("sets");
  if (table.has("augment")) to.places.augmentation = table.place("augment");
}

void read_network(const StudyTable& table, StudyRequest& to) {
  if (table.has("name") && table.has("layers"))
    throw RequestError({table.place("layers"), "both 'name' and 'layers'", "one of the two",
                        "remove 'name' to train the layers that are listed"});
  take(table.text("name"), to.network.name);
  if (const auto layers = table.texts("layers")) to.network = {"", *layers};
  for (const char* key : {"name", "layers"})
    if (table.has(key)) to.places.network = table.place(key);
}

void require_one_of(const StudyTable& table, const std::string& key, const std::vector<std::string>& known) {
  const auto name = table.text(key);
  if (!name || std::find(known.begin(), known.end(), *name) != known.end()) return;
  throw RequestError({table.place(key), fmt::format("the unknown {} '{}'", key, *name),
                      "one of " + join(known, ", "), hint_for(*name, known)});
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

void read_training(const StudyTable& table, bool optimizer_is_overridden, StudyRequest& to) {
  require_one_of(table, "optimizer", known_optimizers());
  require_one_of(table, "schedule", known_schedules());
  require_one_of(table, "initializer", known_initializers());
  TrainingSpec& training = to.training;
  take(table.text("optimizer"), training.optimizer.name);
  take(table.number("momentum", below_one), training.optimizer.momentum);
  take(table.number("beta1", below_one), training.optimizer.beta1);
  take(table.number("beta2", below_one), training.optimizer.beta2);
  take(table.number("epsilon", positive), training.optimizer.epsilon);
  take(table.number("weight_decay", not_negative), training.optimizer.weight_decay);
  take(table.text("schedule"), training.schedule.name);
  take(table.number("warmup", not_negative), training.schedule.warmup_epochs);
  take(table.number("step_epochs", positive), training.schedule.step_epochs);
  take(table.number("factor", share_above_zero), training.schedule.factor);
  take(table.text("initializer"), training.initializer);
  take(table.number("label_smoothing", below_one), training.label_smoothing);
  require_used_numbers(table, training, optimizer_is_overridden);
  if (table.has("optimizer")) to.places.training = table.place("optimizer");
  for (const char* key : {"schedule", "step_epochs", "warmup"})
    if (table.has(key)) to.places.schedule = table.place(key);
}

void read_search(const StudyTable& table, TuneRequest& request) {
  StudyRequest& to = request.study;
  if (const auto refine = table.boolean("refine")) request.refine = refine;
  if (const auto seeds = table.whole("confirm", 0, limits::confirmation))
    request.confirmation = static_cast<std::uint32_t>(*seeds);
  take(table.text("strategy"), to.plan.strategy);
  take(table.whole("trials", 1, many), to.plan.trials);
  for (const char* key : {"trials", "strategy"})
    if (table.has(key)) to.places.strategy = table.place(key);
}

NamedEtas read_current(const StudyTable& table) {
  if (!table.node("current")->is_table())
    table.refuse(*table.node("current"), "a table for 'current', such as {conv = 0.1, full = 0.01}");
  const StudyTable current = *table.table("current");
  NamedEtas named{{}, table.place("current")};
  for (const std::string& group : current.keys())
    named.etas.emplace_back(group, current.number(group, eta_range).value());
  return named;
}

void read_choice(const StudyTable& table, TuneRequest& request) {
  ChoiceRules& to = request.study.plan.choice;
  if (table.has("current")) request.current = read_current(table);
  take(table.number("speed_weight", share), to.speed_weight);
  take(table.number("divergence_limit", share), to.divergence_limit);
  if (!table.has("target")) return;
  if (!table.node("target")->is_table())
    table.refuse(*table.node("target"), "a table for 'target', such as {accuracy = 0.97} or {loss = 0.1}");
  const StudyTable target = *table.table("target");
  target.require_known({"accuracy", "loss"}, "target");
  if (const auto accuracy = target.number("accuracy", share_above_zero)) to.target_accuracy = accuracy;
  if (const auto loss = target.number("loss", positive)) to.target_loss = loss;
}

void read_run(const StudyTable& table, TuneRequest& to) {
  take(table.whole("threads", 1, limits::threads), to.study.threads);
  take(table.text("store"), to.store);
  take(table.text("out"), to.out);
  take(table.boolean("report"), to.report);
  take(table.number("checkpoint", checkpoint), to.work.checkpoint_seconds);
  take(table.number("lease", lease), to.work.lease_seconds);
  take(table.boolean("keep_weights"), to.work.keep_weights);
  if (table.has("store")) to.store_place = table.place("store");
  if (table.has("out")) to.out_place = table.place("out");
  require_expanded(to.store, to.store_place);
  require_expanded(to.out, to.out_place);
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

bool uses_momentum(const OptimizerSpec& optimizer) {
  return optimizer.name == "momentum" || optimizer.name == "nesterov";
}
bool uses_betas(const OptimizerSpec& optimizer) {
  return optimizer.name == "adam" || optimizer.name == "adamw";
}
bool uses_step(const ScheduleSpec& schedule) { return schedule.name == "step"; }
bool uses_factor(const ScheduleSpec& schedule) {
  return schedule.name == "step" || schedule.name == "exponential";
}

void read_study_file(const std::filesystem::path& path, bool optimizer_is_overridden, TuneRequest& request) {
  const std::string file = path.string();
  const toml::table root = parse(read_text(path), file);
  const StudyTable document(&root, file);
  require_known_keys(document);
  const auto table = [&](const char* name) {
    return document.table(name).value_or(StudyTable(nullptr, file));
  };
  StudyRequest& study = request.study;
  read_study(table("study"), study);
  read_data(table("data"), study);
  read_network(table("network"), study);
  read_groups(table("groups"), study);
  read_etas(table("eta"), study);
  read_training(table("training"), optimizer_is_overridden, study);
  read_search(table("search"), request);
  read_choice(table("choice"), request);
  read_run(table("run"), request);
}

}  // namespace etalon
