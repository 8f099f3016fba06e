#include <algorithm>

#include <fmt/format.h>

#include "etalon/app/conclusion.h"
#include "etalon/app/current_setting.h"
#include "etalon/app/text_layout.h"
#include "etalon/base/text.h"
#include "etalon/judging/certificate_text.h"
#include "etalon/judging/judge.h"
#include "etalon/judging/odds.h"

namespace etalon {
namespace {

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// " (90.2 to 95.1 %)"; nothing of fewer than two seeds.
std::string range_text(const std::vector<double>& accuracies) {
  if (accuracies.size() < 2) return {};
  const auto [low, high] = std::ranges::minmax(accuracies);
  return fmt::format(" ({:.1f} to {:.1f} %)", 100 * low, 100 * high);
}

/// "conv = 0.1   full = 0.01   momentum = 0.9"
std::string headline_of(const Setting& setting, const StudySnapshot& study) {
  const std::vector<Axis> axes = axes_of(study.definition);
  std::vector<std::string> parts;
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    parts.push_back(fmt::format("{} = {}", axis_name(axes[axis]), value_text(setting.values.at(axis))));
  return join(parts, "   ");
}

const CellSummary* cell_of(const Judgement& judgement, std::uint32_t set, const Setting& setting) {
  if (set >= judgement.cells.size()) return nullptr;
  for (const CellSummary& cell : judgement.cells[set])
    if (cell.setting == setting) return &cell;
  return nullptr;
}

/// ", test accuracy 98.1 %", over the seeds whose weights were kept, fresh ones alone where there are any;
/// nothing where it was not evaluated. Says how many seeds those are where validation had more.
std::string test_part(const StudySnapshot& study, const Recommendation& chosen) {
  double sum = 0;
  std::uint32_t count = 0;
  for (const TestResult& test : study.tests) {
    const bool fresh = test.key.seed_index >= first_confirmation_seed;
    if (test.key.set != chosen.set || test.key.setting != chosen.setting || fresh != chosen.confirmed)
      continue;
    sum += test.accuracy;
    ++count;
  }
  if (count == 0) return "";
  const std::uint32_t seeds = chosen.validation_accuracy.count;
  const std::string some = count < seeds ? fmt::format(" over {} of {} seeds", count, seeds) : "";
  return fmt::format(", test accuracy {}{}", percent(sum / count), some);
}

/// A name to the left, lines to its right.
class Block {
 public:
  Block(const std::string& name, unsigned indent, const Page& page)
      : text_(fmt::format("{:<{}}", name, indent)), indent_(indent), page_(page) {}

  void headline(const std::string& text, bool good) {
    text_ += (good ? page_.paint.strong(text) : page_.paint.bad(text)) + "\n";
  }
  void line(const std::string& text) {
    if (!text.empty()) add(wrapped(text, indent_, page_.columns));
  }
  void warning(const Warning& warning) {
    add(page_.paint.warning(wrapped("warning: " + warning.text, indent_, page_.columns)));
    // Options to paste stay on one line, whatever the width.
    if (!warning.lists.empty()) add(page_.paint.warning(value_options(warning.lists)));
  }
  const std::string& text() const { return text_; }

 private:
  void add(const std::string& lines) { text_ += std::string(indent_, ' ') + lines + "\n"; }

  std::string text_;
  unsigned indent_;
  const Page& page_;
};

std::string accuracy_line(const StudySnapshot& study, const Judgement& judgement,
                          const Recommendation& chosen) {
  const Spread& accuracy = chosen.validation_accuracy;
  if (!accuracy.mean) return "validation accuracy not measured";
  return fmt::format("validation accuracy {} over {}{}{}", percent(*accuracy.mean),
                     counted(accuracy.count, chosen.confirmed ? "fresh seed" : "seed"),
                     range_text(seed_accuracies(judgement, chosen.set, *chosen.setting, chosen.confirmed)),
                     test_part(study, chosen));
}

/// The others of the 95 % set, the likeliest first, each with its odds.
std::string rivals_line(const StudySnapshot& study, const Recommendation& chosen) {
  constexpr std::size_t most = 4;
  std::vector<LikelyBest> others = likely_best(chosen);
  std::erase_if(others, [&](const LikelyBest& one) { return one.setting == chosen.setting; });
  if (others.empty()) return "with 95 % probability no other setting is the best";
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(most, others.size()); ++i)
    parts.push_back(fmt::format("{} ({})", to_text(others[i].setting, axes_of(study.definition)),
                                odds_text(others[i].probability, chosen.tuning_accuracy.count)));
  const std::string more = others.size() > most ? fmt::format(", and {} more", others.size() - most) : "";
  return "may be best, too: " + join(parts, ", ") + more;
}

void add_certificate(const StudySnapshot& study, const Recommendation& chosen, Block& block) {
  block.line(join(certainty_texts(chosen), "; "));
  block.line(rivals_line(study, chosen));
  block.line(one_eta_text(chosen, axes_of(study.definition)));
  block.line(current_text(chosen, axes_of(study.definition)));
  block.line(more_time_text(chosen));
}

std::string set_block(const StudySnapshot& study, const Judgement& judgement, const Recommendation& chosen,
                      unsigned indent, const Page& page) {
  Block block(study.definition.sets.at(chosen.set).name, indent, page);
  if (!chosen.setting) {
    block.headline("no eta can be recommended", false);
    block.line(chosen.reason);
  } else {
    block.headline(headline_of(*chosen.setting, study), true);
    block.line(accuracy_line(study, judgement, chosen));
    if (const CellSummary* cell = cell_of(judgement, chosen.set, *chosen.setting)) block.line(cell->sentence);
    block.line(chosen.certificate ? chosen.why : chosen.reason);
    if (chosen.certificate) add_certificate(study, chosen, block);
  }
  for (const Warning& warning : chosen.warnings) block.warning(warning);
  return block.text();
}

std::string overall_block(const StudySnapshot& study, const OverallRecommendation& overall, unsigned indent,
                          const Page& page) {
  Block block("overall", indent, page);
  block.headline(overall.setting ? headline_of(*overall.setting, study) : "no eta can be recommended",
                 overall.setting.has_value());
  block.line(overall.reason);
  for (const Warning& warning : overall.warnings) block.warning(warning);
  return block.text();
}

std::string target_text(const CellSummary& cell) {
  const auto& target = cell.median_loss_target ? cell.median_loss_target : cell.median_accuracy_target;
  if (!target) return "-";
  return fmt::format("{}{:.2f}", target->reached ? "" : ">", target->epochs);
}

/// "93.4 % (90.2 to 95.1 %)"
std::string cell_accuracy(const CellSummary& cell, const std::vector<double>& seeds) {
  if (!cell.accuracy.mean || cell.diverged_seeds == cell.seeds) return "-";
  return percent(*cell.accuracy.mean) + range_text(seeds);
}

std::vector<std::string> cell_row(const CellSummary& cell, const std::string& mark,
                                  const std::vector<double>& seeds) {
  std::vector<std::string> row{mark};
  for (const double value : cell.setting.values) row.push_back(value_text(value));
  const bool gone = cell.seeds > 0 && cell.diverged_seeds == cell.seeds;
  row.insert(row.end(),
             {fmt::format("{}", cell.seeds), fmt::format("{}", cell.failed_seeds), cell_accuracy(cell, seeds),
              gone ? "-" : target_text(cell), to_text(cell.speed), to_text(cell.stability)});
  return row;
}

std::string mark_of(const CellSummary& cell, const Recommendation& chosen) {
  if (chosen.setting == cell.setting) return "*";
  return std::ranges::find(chosen.eligible, cell.setting) != chosen.eligible.end() ? "+" : "";
}

std::string set_table(const StudySnapshot& study, const Judgement& judgement, std::uint32_t set,
                      const Page& page) {
  const Recommendation& chosen = judgement.recommendations.at(set);
  std::vector<std::vector<std::string>> rows{{""}};
  for (const Axis& axis : axes_of(study.definition)) rows[0].push_back(axis_name(axis));
  rows[0].insert(rows[0].end(), {"seeds", "failed", "accuracy", "epochs to target", "speed", "stability"});
  for (const CellSummary& cell : judgement.cells.at(set))
    rows.push_back(
        cell_row(cell, mark_of(cell, chosen), seed_accuracies(judgement, set, cell.setting, false)));
  const std::vector<std::string> lines = aligned_rows(rows);
  std::string text =
      page.paint.strong(study.definition.sets.at(set).name) + "\n" + page.paint.faint(lines[0]) + "\n";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const CellSummary& cell = judgement.cells[set][i - 1];
    const bool gone = cell.seeds > 0 && cell.diverged_seeds == cell.seeds;
    text += (rows[i][0] == "*" ? page.paint.good(lines[i])
             : gone            ? page.paint.bad(lines[i])
                               : lines[i]) +
            "\n";
  }
  return text;
}

}  // namespace

std::string conclusion_text(const StudySnapshot& study, const Judgement& judgement, const Page& page) {
  std::size_t indent = std::string("overall").size();
  for (const SetIdentity& set : study.definition.sets) indent = std::max(indent, set.name.size());
  const auto left = static_cast<unsigned>(std::min<std::size_t>(indent, 24) + 3);
  std::string text;
  for (const Recommendation& chosen : judgement.recommendations)
    text += set_block(study, judgement, chosen, left, page) + "\n";
  if (judgement.overall && study.definition.sets.size() > 1)
    text += overall_block(study, *judgement.overall, left, page) + "\n";
  return text;
}

std::string cells_text(const StudySnapshot& study, const Judgement& judgement, const Page& page) {
  std::string text;
  for (std::uint32_t set = 0; set < judgement.recommendations.size(); ++set)
    text += set_table(study, judgement, set, page) + "\n";
  return text + page.paint.faint("* recommended, + eligible: speed and stability decided between these") +
         "\n";
}

}  // namespace etalon
