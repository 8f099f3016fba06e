/// What a study may say of its training, checked before anything is trained.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/nn/initializer.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

constexpr double most_warmup_epochs = 1e6;

void require_known(const std::string& name, const std::vector<std::string>& known, const std::string& what,
                   const std::string& place) {
  if (std::ranges::find(known, name) != known.end()) return;
  throw RequestError({fmt::format("{}, {}", place, what), fmt::format("the unknown name '{}'", name),
                      "one of " + join(known, ", "), hint_for(name, known)});
}

void require_range(bool inside, double value, const std::string& what, const std::string& range,
                   const std::string& place) {
  if (inside && std::isfinite(value)) return;
  throw RequestError({fmt::format("{}, {}", place, what), shortest(value), "a number in " + range, ""});
}

void require_share(double value, const std::string& what, const std::string& place) {
  require_range(value >= 0.0 && value < 1.0, value, what, "[0, 1)", place);
}

void require_valid_optimizer(const OptimizerSpec& optimizer, const std::string& place) {
  require_known(optimizer.name, known_optimizers(), "optimizer", place);
  require_share(optimizer.momentum, "momentum", place);
  require_share(optimizer.beta1, "beta1", place);
  require_share(optimizer.beta2, "beta2", place);
  require_range(optimizer.epsilon > 0.0, optimizer.epsilon, "epsilon", "(0, infinity)", place);
  require_range(optimizer.weight_decay >= 0.0, optimizer.weight_decay, "weight_decay", "[0, infinity)",
                place);
}

void require_valid_schedule(const ScheduleSpec& schedule, const std::string& place) {
  require_known(schedule.name, known_schedules(), "schedule", place);
  require_range(schedule.warmup_epochs >= 0.0 && schedule.warmup_epochs <= most_warmup_epochs,
                schedule.warmup_epochs, "warmup", fmt::format("[0, {}]", most_warmup_epochs), place);
  require_range(schedule.step_epochs > 0.0, schedule.step_epochs, "step_epochs", "(0, infinity)", place);
  require_range(schedule.factor > 0.0 && schedule.factor <= 1.0, schedule.factor, "factor", "(0, 1]", place);
}

}  // namespace

std::vector<std::string> known_optimizers() { return {"sgd", "momentum", "nesterov", "adam", "adamw"}; }

std::vector<std::string> known_schedules() { return {"constant", "step", "cosine", "exponential"}; }

std::vector<std::string> known_initializers() { return initializer_names(); }

void require_valid(const TrainingSpec& spec, const std::string& place) {
  require_valid_optimizer(spec.optimizer, place);
  require_valid_schedule(spec.schedule, place);
  require_known(spec.initializer, known_initializers(), "initializer", place);
  require_share(spec.label_smoothing, "label_smoothing", place);
}

}  // namespace etalon
