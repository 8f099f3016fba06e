#include "etalon/running/request.h"

#include <cmath>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

void require_eta(double eta, const std::string& group, Field field) {
  if (std::isfinite(eta) && eta > 0.0 && eta <= largest_eta) return;
  throw RequestError({field, fmt::format("eta {} for group '{}'", shortest(eta), group),
                      fmt::format("a number above 0 and at most {}", shortest(largest_eta)),
                      "etas are compared on a log axis"});
}

void require_share(double value, Field field) {
  if (value >= 0.0 && value <= 1.0) return;
  throw RequestError({field, shortest(value), "a number from 0 to 1", ""});
}

void require_at_least_one(std::uint32_t value, Field field) {
  if (value == 0) throw RequestError({field, "0", "a whole number, at least 1", ""});
}

void require_valid_space(const StudyRequest& request) {
  const std::size_t groups = request.groups.size();
  for (const Setting& setting : request.plan.space.settings) {
    if (setting.eta.size() != groups)
      throw RequestError({Field::eta, fmt::format("a setting of {} etas", setting.eta.size()),
                          fmt::format("one for each of the {} layer groups", groups), ""});
    for (std::size_t group = 0; group < groups; ++group)
      require_eta(setting.eta[group], request.groups[group].name, Field::eta);
  }
  if (!request.plan.space.settings.empty()) return;
  if (request.plan.space.values.size() != groups)
    throw RequestError({Field::eta, fmt::format("etas for {} layer groups", request.plan.space.values.size()),
                        fmt::format("a list for each of the {} layer groups", groups), ""});
  for (std::size_t group = 0; group < groups; ++group) {
    if (request.plan.space.values[group].empty())
      throw RequestError(
          {Field::eta, "no eta for group '" + request.groups[group].name + "'", "at least one", ""});
    for (const double eta : request.plan.space.values[group])
      require_eta(eta, request.groups[group].name, Field::eta);
  }
}

void require_valid_current(const StudyRequest& request) {
  const std::optional<Setting>& current = request.plan.choice.current;
  if (!current) return;
  const std::size_t groups = request.groups.size();
  if (current->eta.size() != groups)
    throw RequestError({Field::current, fmt::format("{} etas", current->eta.size()),
                        fmt::format("one for each of the {} layer groups", groups), ""});
  for (std::size_t group = 0; group < groups; ++group)
    require_eta(current->eta[group], request.groups[group].name, Field::current);
}

}  // namespace

std::vector<double> default_etas() { return {1e-4, 1e-3, 1e-2, 1e-1, 1.0}; }

void require_valid(const StudyRequest& request) {
  if (request.sets.empty()) throw RequestError({Field::data, "no data set", "at least one", ""});
  require_at_least_one(request.batch, Field::batch);
  require_at_least_one(request.epochs, Field::epochs);
  require_at_least_one(request.plan.seeds, Field::seeds);
  require_share(request.plan.choice.speed_weight, Field::speed_weight);
  require_share(request.plan.choice.divergence_limit, Field::divergence_limit);
  if (const auto& target = request.plan.choice.target_accuracy) require_share(*target, Field::target);
  if (const auto& target = request.plan.choice.target_loss;
      target && !(std::isfinite(*target) && *target > 0))
    throw RequestError({{Field::target, " loss"}, shortest(*target), "a number above 0", ""});
  require_valid_space(request);
  require_valid_current(request);
}

}  // namespace etalon
