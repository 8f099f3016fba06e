/// Over random studies: what is said cannot contradict itself or the certificate, and every number is one.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "etalon/judging/judge.h"
#include "etalon/judging/odds.h"
#include "made_up.h"

namespace etalon {
namespace {

const made_up::CurveShape shape{40, 2, made_up::guessing, 0.05, 0};
const Curve quick = made_up::draw(made_up::falling(30), shape),
            steady = made_up::draw(made_up::falling(12), shape),
            flat = made_up::draw([](double) { return 1.0; }, shape),
            lost = made_up::draw(made_up::blows_up(0.3), shape);

/// One run: most learn, some learn and die, stall or diverge.
Curve any_run(double level, double spread) {
  const int kind = *rc::gen::weightedElement<int>({{8, 0}, {4, 1}, {1, 2}, {1, 3}, {1, 4}});
  const double accuracy = std::clamp(level + spread * *rc::gen::inRange(-10, 11) / 10.0, 0.0, 1.0);
  if (kind == 3) return flat;
  if (kind == 4) return lost;
  return made_up::with_accuracy(kind == 0 ? quick : steady, kind == 2 ? made_up::chance : accuracy);
}

/// A study of a few settings with different numbers of seeds and accuracies that often tie; some of it is
/// confirmed.
made_up::Study any_study(std::uint32_t sets = 1) {
  made_up::Study study(sets, 6);
  study.snapshot.plan.choice.divergence_limit = *rc::gen::element(0.0, 0.1, 0.34, 0.5);
  study.snapshot.definition.study_seed = *rc::gen::inRange<std::uint64_t>(0, 1000);
  if (*rc::gen::inRange(0, 3) == 0) study.snapshot.plan.choice.current = Setting{{1e-4, 0.1}};
  for (std::uint32_t set = 0; set < sets; ++set) {
    study.snapshot.sets[set].validation_samples = *rc::gen::element(0u, 1u, 100u, 10'000u);
    const double level = *rc::gen::element(0.1, 0.5, 0.98, 1.0), spread = *rc::gen::element(0.0, 0.002, 0.05);
    const int cells = *rc::gen::inRange(1, 6);
    for (int cell = 0; cell < cells; ++cell) {
      const Setting setting{{std::pow(10.0, cell - 5), cell == 4 ? 1e-1 : *rc::gen::element(0.1, 0.01)}};
      const auto seeds = *rc::gen::inRange(1u, 7u);
      for (std::uint32_t seed = 0; seed < seeds; ++seed)
        study.trial({set, setting, seed}, any_run(level, spread));
      if (*rc::gen::inRange(0, 4) == 0)
        for (std::uint32_t seed = 0; seed < 2; ++seed)
          study.trial({set, setting, first_confirmation_seed + seed}, any_run(level, spread));
    }
  }
  return study;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
bool has(const std::vector<Warning>& warnings, const std::string& part) {
  return std::ranges::any_of(warnings, [&](const Warning& one) { return has(std::string(one), part); });
}
bool has(const std::vector<std::string>& lines, const std::string& part) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return has(line, part); });
}
bool holds(const std::vector<Setting>& settings, const Setting& one) {
  return std::ranges::find(settings, one) != settings.end();
}

const CellSummary& cell_of(const Judgement& judgement, const Setting& setting) {
  return *std::ranges::find(judgement.cells[0], setting, &CellSummary::setting);
}

/// What holds of every recommendation with a certificate.
void check_certified(const Judgement& judgement, const Recommendation& result) {
  const Certificate& certificate = *result.certificate;
  const std::vector<Setting>& together = result.equivalent;
  RC_ASSERT(holds(result.eligible, *result.setting));
  for (const Setting& setting : result.eligible) RC_ASSERT(holds(together, setting));
  RC_ASSERT(std::ranges::is_sorted(together));
  RC_ASSERT(certificate.p_best_of.size() == together.size());
  RC_ASSERT(std::accumulate(certificate.p_best_of.begin(), certificate.p_best_of.end(), 0.0) > 0.95 - 1e-9);
  const auto place = std::ranges::find(together, *result.setting) - together.begin();
  RC_ASSERT(certificate.p_best_of[static_cast<std::size_t>(place)] == certificate.p_best);
  RC_ASSERT(certificate.p_best <= certificate.p_within_point + 1e-9);
  RC_ASSERT(certificate.expected_loss >= 0);
  RC_ASSERT(result.rival != result.setting);
  RC_ASSERT(result.rival.has_value() || together.size() == 1);

  // The sentences say these values and no others.
  const CellSummary& cell = cell_of(judgement, *result.setting);
  RC_ASSERT(has(result.reason, "may be the best, too") == (together.size() > 1));
  if (together.size() > 1)
    RC_ASSERT(has(result.reason, fmt::format("{} other setting", together.size() - 1)));
  RC_ASSERT(has(result.reason, odds_text(certificate.p_best, cell.accuracy.count)));
  RC_ASSERT(has(result.reason, fmt::format("{:.1f} % validation", 100 * *result.validation_accuracy.mean)));
  RC_ASSERT(has(result.reason, "fresh seeds") == (result.confirmed && result.validation_accuracy.count > 1));
  const std::string several = fmt::format("Of {} settings", result.eligible.size());
  RC_ASSERT(has(result.reason, several) == (result.eligible.size() > 1));
  if (has(result.reason, "is more often the best"))
    RC_ASSERT(std::ranges::max(certificate.p_best_of) > certificate.p_best);
  RC_ASSERT(!has(result.reason, "expected accuracy is the highest.") ||
            !has(result.what_would_change_it, "is expected to be more accurate"));
  RC_ASSERT(has(result.warnings, "One seed") == (cell.accuracy.count == 1));
  RC_ASSERT(!has(result.warnings, "Nothing is above chance"));
  RC_ASSERT(!has(result.what_would_change_it, "accuracy alone") ||
            !has(result.reason, "expected accuracy is the highest"));
}

RC_GTEST_PROP(Sentences, cannot_contradict_each_other_or_the_certificate, ()) {
  made_up::Study study = any_study();
  const Judgement judgement = judge(study.done());
  const Recommendation& result = judgement.recommendations[0];
  const bool guess = has(result.warnings, "Nothing is above chance") ||
                     has(result.warnings, "tells no setting from a guess");
  RC_ASSERT(result.certificate.has_value() == (result.setting.has_value() && !guess));
  RC_ASSERT(result.setting.has_value() == std::ranges::any_of(judgement.trials, [](const JudgedTrial& trial) {
              return trial.key.seed_index < first_confirmation_seed && trial.verdict.fate != Fate::failed;
            }));
  RC_ASSERT(!result.reason.empty());
  if (result.certificate) check_certified(judgement, result);
}

void check(std::optional<double> number, double low, double high) {
  if (number) RC_ASSERT(std::isfinite(*number) && *number >= low && *number <= high);
}
void check(const std::optional<Cost>& cost) {
  if (!cost) return;
  for (const double number : {cost->expected, cost->low, cost->high}) check(number, -1, 1);
  RC_ASSERT(cost->low <= cost->high);
}

RC_GTEST_PROP(Numbers, are_finite_and_in_their_ranges, ()) {
  made_up::Study study = any_study(*rc::gen::inRange(1u, 3u));
  const Judgement judgement = judge(study.done());
  for (const Recommendation& result : judgement.recommendations) {
    for (const Spread& spread : {result.validation_accuracy, result.tuning_accuracy, result.rival_accuracy}) {
      check(spread.mean, 0, 1);
      check(spread.deviation, 0, 1);
    }
    for (const TradeOff& point : result.trade_offs)
      for (const double number : {point.epochs_to_target, point.instability, point.score})
        check(number, 0, 1e6);
    RC_ASSERT(!has(result.reason, "nan") && !has(result.reason, "inf "));
    if (!result.certificate) continue;
    const Certificate& one = *result.certificate;
    for (const double share : {one.p_best, one.expected_accuracy, one.expected_loss, one.p_within_point,
                               one.p_failure, one.low_run})
      check(share, 0, 1 + 1e-9);
    for (const double share : one.p_best_of) check(share, 0, 1 + 1e-9);
    for (const MoreTime& more : one.more_time) check(more.gain, 0, 1);
    check(one.one_eta);
    check(one.current);
  }
  const OverallRecommendation& overall = *judgement.overall;
  for (const double regret : overall.regret) check(regret, 0, 1);
  check(overall.worst_regret, 0, 1);
  check(overall.worst_regret_high, 0, 1);
  RC_ASSERT(!overall.setting || !holds(overall.undecided, *overall.setting));
  for (const Setting& setting : overall.undecided)
    RC_ASSERT(has(overall.warnings, to_text(setting, axes_of(study.snapshot.definition))));
}

RC_GTEST_PROP(Judgements, do_not_depend_on_the_order_of_trials, ()) {
  made_up::Study study = any_study();
  StudySnapshot turned = study.done();
  std::reverse(turned.trials.begin(), turned.trials.end());
  std::rotate(turned.trials.begin(), turned.trials.begin() + turned.trials.size() / 3, turned.trials.end());
  const Recommendation one = judge(study.snapshot).recommendations[0],
                       other = judge(turned).recommendations[0];
  RC_ASSERT(one.setting == other.setting);
  RC_ASSERT(one.reason == other.reason);
  RC_ASSERT(one.warnings == other.warnings);
  RC_ASSERT(one.equivalent == other.equivalent);
  if (one.certificate) RC_ASSERT(one.certificate->expected_loss == other.certificate->expected_loss);
}

RC_GTEST_PROP(Choice, a_far_worse_setting_changes_it_by_no_more_than_noise, ()) {
  made_up::Study study(1, 4);
  const double spread = *rc::gen::element(0.002, 0.02);
  const int cells = *rc::gen::inRange(2, 6);
  for (int cell = 0; cell < cells; ++cell)
    for (std::uint32_t seed = 0; seed < 4; ++seed) {
      const double accuracy =
          0.9 - 0.01 * *rc::gen::inRange(0, 4) + spread * *rc::gen::inRange(-10, 11) / 10.0;
      study.trial({0, {{std::pow(10.0, cell - 5), 0.1}}, seed}, made_up::with_accuracy(steady, accuracy));
    }
  const Judgement before = judge(study.done());
  for (std::uint32_t seed = 0; seed < 4; ++seed)  // five decades away: it says nothing of their neighbours
    study.trial({0, {{1e-10, 0.1}}, seed}, made_up::with_accuracy(steady, 0.2 + 0.01 * seed));
  const Judgement after = judge(study.done());
  const Recommendation &old = before.recommendations[0], &now = after.recommendations[0];
  RC_ASSERT(now.setting != (Setting{{1e-10, 0.1}}));
  RC_ASSERT(!holds(now.equivalent, {{1e-10, 0.1}}));
  // What was about as good before may be taken, and is as much worse as seeds are apart.
  RC_ASSERT(*now.tuning_accuracy.mean > *old.tuning_accuracy.mean - std::max(0.01, spread));
}

}  // namespace
}  // namespace etalon
