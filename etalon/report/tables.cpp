#include "etalon/report/tables.h"

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/curve_lines.h"
#include "etalon/report/markup.h"

namespace etalon::report {
namespace {

std::string field(const std::optional<double>& value) { return value ? shortest(*value) : ""; }

/// Not measured is NaN in an EpochPoint, and an empty field here; infinite is a result.
std::string measured(double value) { return std::isnan(value) ? "" : shortest(value); }

std::string shortest_float(float value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

std::string reached(const std::optional<EpochsToTarget>& target) {
  return !target ? "," : fmt::format("{},{}", shortest(target->epochs), target->reached ? "yes" : "no");
}

/// "set,eta_conv,eta_full,momentum,seed"
std::string key_header(const StudyView& view) {
  std::string text = "set";
  for (const Axis& axis : view.axes())
    text += "," + csv_field((axis.quantity == Quantity::eta ? "eta_" : "") + axis_name(axis));
  return text + ",seed";
}

std::string key_fields(const SetView& set, const TrialKey& key) {
  std::string text = csv_field(set.facts->name);
  for (const double value : key.setting.values) text += "," + shortest(value);
  return text + fmt::format(",{}", key.seed_index);
}

template <class Visit>
void for_each_trial(const StudyView& view, Visit visit) {
  for (const SetView& set : view.sets()) {
    const auto visit_all = [&](const std::vector<SeedView>& seeds) {
      for (const SeedView& seed : seeds) visit(key_fields(set, seed.trial->key), *seed.trial, *seed.verdict);
    };
    for (const CellView& cell : set.cells) {
      visit_all(cell.seeds);
      visit_all(cell.confirmation);
    }
    visit_all(set.stopped);
  }
}

}  // namespace

std::string trials_csv(const StudyView& view) {
  std::string text =
      key_header(view) +
      ",status,fate,speed,stability,epochs,steps,samples,reference_loss,training_loss,validation_loss,"
      "validation_accuracy,epochs_to_loss_target,loss_target_reached,epochs_to_accuracy_target,"
      "accuracy_target_reached,area,set_back,catapult,instability,spike_share,still_falling,seconds\n";
  for_each_trial(view, [&](const std::string& key, const TrialRecord& trial, const Verdict& verdict) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},", key, to_text(verdict.status), to_text(verdict.fate),
                        to_text(verdict.speed), to_text(verdict.stability), trial.curve.epochs.size(),
                        trial.curve.loss.size(), trial.samples_trained, shortest(trial.curve.reference_loss));
    text += fmt::format("{},{},{},{},{},", shortest(verdict.final_training_loss),
                        field(verdict.final_validation_loss), field(verdict.accuracy),
                        reached(verdict.loss_target), reached(verdict.accuracy_target));
    text += fmt::format("{},{},{},{},{},{},{}\n", shortest(verdict.area), shortest(verdict.set_back),
                        shortest(verdict.catapult), shortest(verdict.instability), field(verdict.spike_share),
                        field(verdict.still_falling), shortest(trial.times.seconds));
  });
  return text;
}

void curves_csv(const StudyView& view, const TextSink& sink) {
  constexpr std::size_t piece = 1 << 16;
  std::string text = key_header(view) + ",step,epoch,training_loss\n";
  for_each_trial(view, [&](const std::string& key, const TrialRecord& trial, const Verdict&) {
    for (std::size_t t = 0; t < trial.curve.loss.size(); ++t) {
      fmt::format_to(std::back_inserter(text), "{},{},{:.6g},{}\n", key, t, epoch_of(trial.curve, t),
                     shortest_float(trial.curve.loss[t]));
      if (text.size() < piece) continue;
      sink(text);
      text.clear();
    }
  });
  sink(text);
}

std::string curves_csv(const StudyView& view) {
  std::string all;
  curves_csv(view, [&](std::string_view piece) { all += piece; });
  return all;
}

std::string epochs_csv(const StudyView& view) {
  std::string text = key_header(view) + ",epoch,training_loss,validation_loss,validation_accuracy\n";
  for_each_trial(view, [&](const std::string& key, const TrialRecord& trial, const Verdict&) {
    for (std::size_t epoch = 0; epoch < trial.curve.epochs.size(); ++epoch) {
      const EpochPoint& point = trial.curve.epochs[epoch];
      text += fmt::format("{},{},{},{},{}\n", key, epoch + 1, shortest(point.training_loss),
                          measured(point.validation_loss), measured(point.validation_accuracy));
    }
  });
  return text;
}

}  // namespace etalon::report
