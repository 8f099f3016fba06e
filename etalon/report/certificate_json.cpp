#include <cmath>

#include <nlohmann/json.hpp>

#include "etalon/base/clock.h"
#include "etalon/report/report.h"
#include "etalon/report/study_view.h"

// Keys stand in the order in which a person would ask for them; dates come last, on lines of their own.
namespace etalon {

using Json = nlohmann::ordered_json;
using report::CellView;
using report::SetView;
using report::StudyView;

namespace {

Json json_of(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

Json json_of(const Setting& setting, const StudyView& view) {
  Json json = Json::object();
  for (std::size_t axis = 0; axis < view.axes().size(); ++axis)
    json[axis_name(view.axes()[axis])] = setting.values.at(axis);
  return json;
}

/// "eta": the etas by group or null; where more is varied, "setting": the values of all axes.
void add_setting(Json& json, const std::optional<Setting>& setting, const StudyView& view) {
  json["eta"] = Json();
  if (view.has_further_axes()) json["setting"] = Json();
  if (!setting) return;
  json["eta"] = Json::object();
  for (std::size_t axis = 0; axis < view.axes().size(); ++axis)
    if (view.axes()[axis].quantity == Quantity::eta)
      json["eta"][view.axes()[axis].group] = setting->values.at(axis);
  if (view.has_further_axes()) json["setting"] = json_of(*setting, view);
}

/// What add_setting adds, before `more`.
Json with_setting(const std::optional<Setting>& setting, const StudyView& view, const Json& more) {
  Json json;
  add_setting(json, setting, view);
  for (const auto& [key, value] : more.items()) json[key] = value;
  return json;
}

Json json_of(const std::vector<Setting>& settings, const StudyView& view) {
  Json json = Json::array();
  for (const Setting& setting : settings) json.push_back(json_of(setting, view));
  return json;
}

Json json_of(const std::vector<Warning>& warnings) {
  Json json = Json::array();
  for (const Warning& warning : warnings) json.push_back(std::string(warning));
  return json;
}

Json json_of(const Spread& spread) {
  return {{"mean", json_of(spread.mean)}, {"deviation", json_of(spread.deviation)}, {"seeds", spread.count}};
}

Json json_of(const std::optional<EpochsToTarget>& target) {
  if (!target) return {};
  return {{"epochs", target->epochs}, {"reached", target->reached}};
}

Json margins(const CellSummary& cell, const StudyView& view) {
  Json json = Json::object();
  for (std::size_t group = 0; group < cell.margin.size() && group < view.groups().size(); ++group)
    json[view.groups()[group].name] = {{"held", json_of(cell.margin[group].held)},
                                       {"failed", json_of(cell.margin[group].failed)}};
  return json;
}

Json json_of(const CellView& view_cell, const StudyView& view) {
  const CellSummary& cell = *view_cell.summary;
  Json json;
  add_setting(json, cell.setting, view);
  json["seeds"] = cell.seeds;
  json["diverged_seeds"] = cell.diverged_seeds;
  json["stalled_seeds"] = cell.stalled_seeds;
  json["failed_seeds"] = cell.failed_seeds;
  json["slow_seeds"] = cell.slow_seeds;
  json["failed_share_upper_95"] = cell.failure_upper;
  json["validation_accuracy"] = json_of(cell.accuracy);
  json["training_loss"] = json_of(cell.final_training_loss);
  json["validation_loss"] = json_of(cell.final_validation_loss);
  json["epochs_to_loss_target"] = json_of(cell.median_loss_target);
  json["epochs_to_accuracy_target"] = json_of(cell.median_accuracy_target);
  json["area"] = json_of(cell.area);
  json["set_back"] = json_of(cell.set_back);
  json["catapult"] = json_of(cell.catapult);
  json["instability"] = json_of(cell.instability);
  json["spike_share"] = json_of(cell.spike_share);
  json["still_falling"] = json_of(cell.still_falling);
  json["sensitivity"] = json_of(cell.sensitivity);
  json["margin_decades"] = margins(cell, view);
  json["last_quarter"] =
      cell.slope ? Json{{"falling", cell.slope->falling}, {"fall", cell.slope->fall}} : Json();
  json["forecast"] = Json::array();
  for (const AccuracyForecast& one : cell.forecast)
    json["forecast"].push_back(
        {{"budgets", one.budgets}, {"expected", one.expected}, {"low", one.low}, {"high", one.high}});
  json["too_short_to_judge"] = cell.too_short;
  json["speed"] = to_text(cell.speed);
  json["stability"] = to_text(cell.stability);
  json["sentence"] = cell.sentence;
  json["eligible"] = view_cell.eligible;
  json["equivalent"] = view_cell.equivalent;
  return json;
}

Json json_of(const TradeOff& cell, const StudyView& view) {
  return with_setting(cell.setting, view,
                      {{"epochs_to_target", json_of(cell.epochs_to_target)},
                       {"instability", json_of(cell.instability)},
                       {"score", json_of(cell.score)},
                       {"eligible", cell.eligible},
                       {"on_front", cell.on_front}});
}

Json edges(const Recommendation& recommendation, const StudyView& view) {
  Json json = Json::array();
  for (const EdgeWarning& edge : recommendation.edges) {
    const Axis& axis = view.axes().at(edge.axis);
    Json one = axis.quantity == Quantity::eta ? Json{{"group", axis.group}} : Json{{"axis", axis_name(axis)}};
    one["side"] = edge.side == EdgeSide::low ? "low" : "high";
    one["suggested_values"] = edge.suggested_values;
    json.push_back(std::move(one));
  }
  return json;
}

Json json_of(const std::optional<Cost>& cost, const StudyView& view) {
  if (!cost) return {};
  return with_setting(
      cost->setting, view,
      {{"expected", json_of(cost->expected)}, {"low", json_of(cost->low)}, {"high", json_of(cost->high)}});
}

Json json_of(const Certificate& certificate, const Recommendation& chosen, const StudyView& view) {
  Json json = {{"expected_accuracy", json_of(certificate.expected_accuracy)},
               {"expected_loss", json_of(certificate.expected_loss)},
               {"p_within_one_point", json_of(certificate.p_within_point)},
               {"p_failure", json_of(certificate.p_failure)},
               {"low_run", json_of(certificate.low_run)},
               {"one_eta", json_of(certificate.one_eta, view)},
               {"current", json_of(certificate.current, view)}};
  json["more_time"] = Json::array();
  for (const MoreTime& more : certificate.more_time)
    json["more_time"].push_back(
        {{"trials", more.trials}, {"seconds", json_of(more.seconds)}, {"gain", json_of(more.gain)}});
  json["p_best_of_equivalent"] = Json::array();
  for (std::size_t i = 0; i < chosen.equivalent.size(); ++i)
    json["p_best_of_equivalent"].push_back(json_of(certificate.p_best_of.at(i)));
  return json;
}

/// Each fresh seed of a setting with its accuracy.
Json confirmation(const Setting& setting, std::size_t set, const StudyView& view) {
  Json json = Json::array();
  for (const JudgedTrial& trial : view.judgement().trials)
    if (trial.key.set == set && trial.key.setting == setting &&
        trial.key.seed_index >= first_confirmation_seed && trial.verdict.status != TrialStatus::stopped)
      json.push_back(
          {{"seed", trial.key.seed_index}, {"validation_accuracy", json_of(trial.verdict.accuracy)}});
  return json;
}

void add_choice(Json& json, const Recommendation& chosen, std::size_t set, const StudyView& view) {
  add_setting(json, chosen.setting, view);
  json["validation_accuracy"] = json_of(chosen.validation_accuracy.mean);
  json["validation_accuracy_deviation"] = json_of(chosen.validation_accuracy.deviation);
  json["seeds"] = chosen.validation_accuracy.count;
  json["test_accuracy"] = json_of(view.test_accuracy(set));
  json["confirmed"] = chosen.confirmed;
  json["confirmation"] = chosen.setting ? confirmation(*chosen.setting, set, view) : Json::array();
  json["tuning_accuracy"] = json_of(chosen.tuning_accuracy);
  json["rival"] = chosen.rival ? json_of(*chosen.rival, view) : Json();
  json["rival_accuracy"] = json_of(chosen.rival_accuracy);
  json["rival_confirmation"] = chosen.rival ? confirmation(*chosen.rival, set, view) : Json::array();
  json["p_best"] = chosen.certificate ? json_of(chosen.certificate->p_best) : Json();
  json["certificate"] = chosen.certificate ? json_of(*chosen.certificate, chosen, view) : Json();
  json["equivalent"] = json_of(chosen.equivalent, view);
  json["eligible"] = json_of(chosen.eligible, view);
  json["reason"] = chosen.reason;
  json["why"] = chosen.why;
  json["warnings"] = json_of(chosen.warnings);
  json["edges"] = edges(chosen, view);
  json["what_would_change_it"] = chosen.what_would_change_it;
  json["trade_offs"] = Json::array();
  for (const TradeOff& cell : chosen.trade_offs) json["trade_offs"].push_back(json_of(cell, view));
}

Json json_of(const SetView& set, std::size_t index, const StudyView& view) {
  Json json;
  json["data"] = set.facts->name;
  add_choice(json, set.recommendation ? *set.recommendation : Recommendation{}, index, view);
  json["loss_target"] = json_of(set.loss_target);
  json["accuracy_target"] = json_of(set.accuracy_target);
  json["chance"] = set.facts->chance;
  json["cells"] = Json::array();
  for (const CellView& cell : set.cells) json["cells"].push_back(json_of(cell, view));
  return json;
}

Json overall(const StudyView& view) {
  const auto& found = view.judgement().overall;
  if (!found) return {};
  Json regret = Json::object();
  for (std::size_t set = 0; set < found->regret.size() && set < view.sets().size(); ++set)
    regret[view.sets()[set].facts->name] = json_of(found->regret[set]);
  return with_setting(found->setting, view,
                      {{"worst_regret", found->setting ? json_of(found->worst_regret) : Json()},
                       {"worst_regret_high", found->setting ? json_of(found->worst_regret_high) : Json()},
                       {"undecided", json_of(found->undecided, view)},
                       {"regret", regret},
                       {"reason", found->reason},
                       {"warnings", json_of(found->warnings)}});
}

}  // namespace

std::string recommendation_json(const StudySnapshot& study, const Judgement& judgement) {
  const StudyView view(study, judgement);
  Json json;
  json["study"] = study.name;
  json["trials"] = {{"finished", complete_trials(study)}, {"planned", study.planned_trials}};
  json["overall"] = overall(view);
  json["recommendations"] = Json::array();
  for (std::size_t set = 0; set < view.sets().size(); ++set)
    json["recommendations"].push_back(json_of(view.sets()[set], set, view));
  json["definition"] = Json::parse(to_text(study.definition));
  json["definition"]["epochs"] = epochs_of(study);
  json["plan"] = Json::parse(to_text(study.plan));
  json["command"] = study.command;
  json["machine"] = {{"processor", study.machine.processor},
                     {"threads", study.machine.threads},
                     {"instruction_set", study.machine.instruction_set},
                     {"numeric_class", study.machine.numeric_class},
                     {"etalon_version", study.machine.etalon_version}};
  json["training_seconds"] = study.times.training_seconds;
  json["samples_trained"] = view.samples_trained();
  json["dates"] = {{"started", utc_text(study.times.started_unix_millis)},
                   {"finished", utc_text(study.times.finished_unix_millis)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace etalon
