#include "etalon/judging/certificate_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "etalon/base/check.h"
#include "etalon/base/text.h"
#include "etalon/judging/odds.h"

namespace etalon {
namespace {

constexpr double shown_seconds = 0.1;  // less would be printed as no time at all

std::string time_of(const MoreTime& more) {
  if (more.seconds <= 0) return counted(more.trials, "trial");
  return more.seconds < shown_seconds ? "less than " + duration_text(shown_seconds)
                                      : duration_text(more.seconds);
}

/// In whole tenths of a point, which is what an interval can carry; never -0.
double tenths(double share) { return std::round(1000 * share) / 10 + 0.0; }

/// "costs 2.3 points (95 %: 1.1 to 3.9)" or "gains" as much; where the interval holds 0, that it may be
/// nothing.
std::string cost_text(const Cost& cost) {
  const bool gains = tenths(cost.expected) < 0;
  const double expected = gains ? -cost.expected : cost.expected;
  const double low = gains ? -cost.high : cost.low, high = gains ? -cost.low : cost.high;
  return fmt::format("{} {:.1f} points (95 %: {:.1f} to {:.1f}){}", gains ? "gains" : "costs",
                     tenths(expected), tenths(low), tenths(high), low > 0 ? "" : ", which may be nothing");
}

}  // namespace

std::string points_text(double difference) {
  if (std::abs(difference) < 0.00005) return "less than 0.01 points";
  return fmt::format("{:.2f} points", 100 * difference);
}

std::string share_text(double share) {
  if (share < 0.01) return "under 1 %";
  if (share > 0.99) return "over 99 %";
  return fmt::format("{:.0f} %", 100 * share);
}

std::vector<std::string> certainty_texts(const Recommendation& recommendation) {
  check(recommendation.certificate.has_value(), "a recommendation", "without a certificate", "one with it");
  const Certificate& certificate = *recommendation.certificate;
  const std::uint32_t seeds = recommendation.tuning_accuracy.count;
  return {odds_text(certificate.p_best, seeds) + " to be the best",
          fmt::format("expected to lose {} against the best", points_text(certificate.expected_loss)),
          "within 1 point of the best: " + odds_text(certificate.p_within_point, seeds),
          "a run fails: " + share_text(certificate.p_failure),
          fmt::format("one run in ten ends below {:.1f} %", 100 * certificate.low_run)};
}

std::string one_eta_text(const Recommendation& recommendation, const std::vector<Axis>& axes) {
  if (!recommendation.certificate || !recommendation.certificate->one_eta) return {};
  const Cost& cost = *recommendation.certificate->one_eta;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i].quantity != Quantity::eta)
      others.push_back(fmt::format("{} {}", axis_title(axes[i]), value_text(cost.setting.values.at(i))));
  std::string eta = value_text(cost.setting.values.front());
  if (!others.empty()) eta += " with " + join(others, ", ");
  if (cost.setting == recommendation.setting)
    return fmt::format("one eta for all groups is enough: {} is the choice", eta);
  const char* answer = cost.low > 0 ? "is not enough" : cost.high <= 0 ? "is enough" : "may be enough";
  return fmt::format("one eta for all groups {}: {} {}", answer, eta, cost_text(cost));
}

std::string current_text(const Recommendation& recommendation, const std::vector<Axis>& axes) {
  if (!recommendation.certificate || !recommendation.certificate->current) return {};
  const Cost& cost = *recommendation.certificate->current;
  const std::string name = to_text(cost.setting, axes);
  if (cost.setting == recommendation.setting)
    return fmt::format("the current setting, {}, is the choice", name);
  return fmt::format("the current setting, {}, {}", name, cost_text(cost));
}

std::string more_time_text(const Recommendation& recommendation) {
  if (!recommendation.certificate) return {};
  std::vector<std::string> parts;
  for (const MoreTime& more : recommendation.certificate->more_time) {
    const std::string time = time_of(more);
    parts.push_back(parts.empty()
                        ? fmt::format("{} more would gain {} on average", time, points_text(more.gain))
                        : fmt::format("{} more, {}", time, points_text(more.gain)));
  }
  return join(parts, "; ");
}

std::vector<LikelyBest> likely_best(const Recommendation& recommendation) {
  check(recommendation.certificate.has_value(), "a recommendation", "without a certificate", "one with it");
  std::vector<LikelyBest> settings;
  for (std::size_t i = 0; i < recommendation.equivalent.size(); ++i)
    settings.push_back({recommendation.equivalent[i], recommendation.certificate->p_best_of.at(i)});
  std::ranges::stable_sort(settings, std::greater<>(), &LikelyBest::probability);
  return settings;
}

}  // namespace etalon
