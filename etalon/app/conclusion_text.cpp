#include <algorithm>

#include <fmt/format.h>

#include "etalon/app/conclusion.h"
#include "etalon/app/text_layout.h"
#include "etalon/base/text.h"
#include "etalon/judging/odds.h"

namespace etalon {
namespace {

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string percent(const Spread& spread) {
  if (!spread.mean) return "not measured";
  if (!spread.deviation) return percent(*spread.mean);
  return fmt::format("{:.1f} ± {:.1f} %", 100 * *spread.mean, 100 * *spread.deviation);
}

/// "conv = 0.1   full = 0.01"
std::string etas_text(const Setting& setting, const std::vector<LayerGroup>& groups) {
  std::vector<std::string> parts;
  for (std::size_t group = 0; group < groups.size(); ++group)
    parts.push_back(fmt::format("{} = {}", groups[group].name, eta_text(setting.eta.at(group))));
  return join(parts, "   ");
}

std::string settings_text(const std::vector<Setting>& settings, const std::vector<LayerGroup>& groups) {
  constexpr std::size_t most = 4;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(most, settings.size()); ++i)
    parts.push_back(to_text(settings[i], groups));
  const std::string more = settings.size() > most ? fmt::format(", and {} more", settings.size() - most) : "";
  return join(parts, ", ") + more;
}

const CellSummary* cell_of(const Judgement& judgement, std::uint32_t set, const Setting& setting) {
  if (set >= judgement.cells.size()) return nullptr;
  for (const CellSummary& cell : judgement.cells[set])
    if (cell.setting == setting) return &cell;
  return nullptr;
}

/// ", test accuracy 98.1 %", over the seeds whose weights were kept; nothing where it was not evaluated. Says
/// how many seeds those are where validation had more.
std::string test_part(const StudySnapshot& study, std::uint32_t set, const Setting& setting,
                      std::uint32_t seeds) {
  double sum = 0;
  std::uint32_t count = 0;
  for (const TestResult& test : study.tests)
    if (test.key.set == set && test.key.setting == setting) {
      sum += test.accuracy;
      ++count;
    }
  if (count == 0) return "";
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
  void warning(const std::string& text) {
    // Options to paste stay on one line, whatever the width.
    const std::size_t options = std::min(text.find(" --eta "), text.size());
    add(page_.paint.warning(wrapped("warning: " + text.substr(0, options), indent_, page_.columns)));
    if (options < text.size()) add(page_.paint.warning(text.substr(options + 1)));
  }
  const std::string& text() const { return text_; }

 private:
  void add(const std::string& lines) { text_ += std::string(indent_, ' ') + lines + "\n"; }

  std::string text_;
  unsigned indent_;
  const Page& page_;
};

std::string accuracy_line(const StudySnapshot& study, const Recommendation& chosen) {
  const std::uint32_t seeds = chosen.validation_accuracy.count;
  return fmt::format("validation accuracy {} over {}{}", percent(chosen.validation_accuracy),
                     counted(seeds, chosen.confirmed ? "fresh seed" : "seed"),
                     test_part(study, chosen.set, *chosen.setting, seeds));
}

std::string doubt_line(const StudySnapshot& study, const Recommendation& chosen) {
  std::vector<std::string> parts;
  if (chosen.certificate)
    parts.push_back("P(best) " + odds_text(chosen.certificate->p_best, chosen.tuning_accuracy.count));
  std::vector<Setting> others = chosen.equivalent;
  others.erase(std::remove(others.begin(), others.end(), *chosen.setting), others.end());
  if (!others.empty())
    parts.push_back("may be as good: " + settings_text(others, study.definition.groups));
  else if (!chosen.equivalent.empty())
    parts.push_back("no other setting may be as good");
  return join(parts, "; ");
}

std::string set_block(const StudySnapshot& study, const Judgement& judgement, const Recommendation& chosen,
                      unsigned indent, const Page& page) {
  Block block(study.definition.sets.at(chosen.set).name, indent, page);
  if (!chosen.setting) {
    block.headline("no eta can be recommended", false);
    block.line(chosen.reason);
  } else {
    block.headline(etas_text(*chosen.setting, study.definition.groups), true);
    block.line(accuracy_line(study, chosen));
    if (const CellSummary* cell = cell_of(judgement, chosen.set, *chosen.setting)) block.line(cell->sentence);
    block.line(chosen.reason);
    block.line(doubt_line(study, chosen));
  }
  for (const std::string& warning : chosen.warnings) block.warning(warning);
  return block.text();
}

std::string overall_block(const StudySnapshot& study, const OverallRecommendation& overall, unsigned indent,
                          const Page& page) {
  Block block("overall", indent, page);
  block.headline(
      overall.setting ? etas_text(*overall.setting, study.definition.groups) : "no eta can be recommended",
      overall.setting.has_value());
  block.line(overall.reason);
  for (const std::string& warning : overall.warnings) block.warning(warning);
  return block.text();
}

std::string target_text(const CellSummary& cell) {
  const auto& target = cell.median_loss_target ? cell.median_loss_target : cell.median_accuracy_target;
  if (!target) return "-";
  return fmt::format("{}{:.2f}", target->reached ? "" : ">", target->epochs);
}

std::vector<std::string> cell_row(const CellSummary& cell, bool chosen, bool eligible) {
  std::vector<std::string> row{chosen ? "*" : eligible ? "+" : ""};
  for (const double eta : cell.setting.eta) row.push_back(eta_text(eta));
  const bool gone = cell.seeds > 0 && cell.diverged_seeds == cell.seeds;
  const std::string stability = to_text(cell.stability);
  row.insert(row.end(),
             {fmt::format("{}", cell.seeds), gone || !cell.accuracy.mean ? "-" : percent(cell.accuracy),
              gone ? "-" : target_text(cell), to_text(cell.speed),
              cell.diverged_seeds && !gone
                  ? fmt::format("{}, {} diverged", stability, counted(cell.diverged_seeds, "seed"))
                  : stability});
  return row;
}

std::string set_table(const StudySnapshot& study, const Judgement& judgement, std::uint32_t set,
                      const Page& page) {
  const Recommendation& chosen = judgement.recommendations.at(set);
  std::vector<std::vector<std::string>> rows{{""}};
  for (const LayerGroup& group : study.definition.groups) rows[0].push_back(group.name);
  rows[0].insert(rows[0].end(), {"seeds", "accuracy", "epochs to target", "speed", "stability"});
  for (const CellSummary& cell : judgement.cells.at(set)) {
    const bool eligible =
        std::find(chosen.eligible.begin(), chosen.eligible.end(), cell.setting) != chosen.eligible.end();
    rows.push_back(cell_row(cell, chosen.setting == cell.setting, eligible));
  }
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
  return text + page.paint.faint("* recommended, + eligible: as accurate as the best within the noise") +
         "\n";
}

}  // namespace etalon
