#include <algorithm>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/judging/certificate_text.h"
#include "etalon/judging/judge.h"
#include "etalon/judging/odds.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/page.h"

namespace etalon::report {
namespace {

/// A sentence of the judge's as a bullet: a capital, a full stop.
std::string bullet(std::string sentence) {
  if (sentence.empty()) return {};
  if (sentence.front() >= 'a' && sentence.front() <= 'z')
    sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
  return "- " + escaped_markdown(sentence) + ".\n";
}

/// "93.4 % over 8 fresh seeds: 90.2, 91.0, ... %"
std::string seeds_text(const std::vector<double>& accuracies, const std::string& noun) {
  double sum = 0;
  std::vector<std::string> texts;
  for (const double accuracy : accuracies) {
    sum += accuracy;
    texts.push_back(fmt::format("{:.1f}", 100 * accuracy));
  }
  return fmt::format("{:.1f} % over {} ({} %)", 100 * sum / static_cast<double>(accuracies.size()),
                     counted(accuracies.size(), noun), join(texts, ", "));
}

std::string confirmation_lines(const StudyView& view, const Recommendation& chosen) {
  const std::vector<double> own =
      seed_accuracies(view.judgement(), chosen.set, *chosen.setting, chosen.confirmed);
  if (own.empty()) return {};
  if (!chosen.confirmed)
    return bullet("validation accuracy " + seeds_text(own, "seed") +
                  ", the same seeds that it was chosen by: the best of many is printed too high");
  std::string text =
      bullet("validation accuracy " + seeds_text(own, "fresh seed") + ", never used to choose");
  if (!chosen.rival) return text;
  const std::vector<double> rival = seed_accuracies(view.judgement(), chosen.set, *chosen.rival, true);
  if (rival.empty()) return text;
  return text +
         bullet(fmt::format("its closest rival, {}, reaches {}", setting_text(*chosen.rival, view.axes()),
                            seeds_text(rival, "fresh seed")));
}

std::string likely_best_line(const StudyView& view, const Recommendation& chosen) {
  constexpr std::size_t most = 8;
  const std::vector<LikelyBest> settings = likely_best(chosen);
  if (settings.size() < 2) return bullet("with 95 % probability no other setting is the best");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(most, settings.size()); ++i)
    texts.push_back(fmt::format("{} ({})", setting_text(settings[i].setting, view.axes()),
                                odds_text(settings[i].probability, chosen.tuning_accuracy.count)));
  const std::string more = settings.size() > most ? fmt::format("; and {} more", settings.size() - most) : "";
  return bullet(fmt::format("with 95 % probability the best of all is one of these {}: {}{}", settings.size(),
                            join(texts, "; "), more));
}

std::string set_certificate(const StudyView& view, const SetView& set) {
  std::string text = view.sets().size() > 1 ? fmt::format("**{}**\n\n", set_name(set)) : "";
  if (!set.recommendation || !set.recommendation->setting) return text + "- Nothing is recommended.\n\n";
  const Recommendation& chosen = *set.recommendation;
  text += confirmation_lines(view, chosen);
  if (!chosen.certificate)
    return text + "- How sure the choice is was " + not_measured + ": no setting is above chance.\n\n";
  text += bullet(join(certainty_texts(chosen), "; ")) + likely_best_line(view, chosen) +
          bullet(one_eta_text(chosen, view.axes())) + bullet(current_text(chosen, view.axes())) +
          bullet(more_time_text(chosen));
  return text + "\n";
}

}  // namespace

std::string certificate_part(const StudyView& view) {
  std::string text =
      "## How sure this is\n\nProbabilities are those of a model of all runs, losses are in points of "
      "expected "
      "accuracy, failing runs counted as chance.\n\n";
  for (const SetView& set : view.sets()) text += set_certificate(view, set);
  return text;
}

}  // namespace etalon::report
