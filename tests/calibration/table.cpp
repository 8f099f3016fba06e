#include "tests/calibration/table.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace etalon::calibration {
namespace {

struct Row {
  std::string set;
  Setting setting;
  Verdict verdict;
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

TrialStatus status_from(const std::string& text) {
  for (const TrialStatus status : {TrialStatus::learning, TrialStatus::stalled, TrialStatus::diverged})
    if (to_text(status) == text) return status;
  throw std::runtime_error("unknown status " + text);
}

Row row_of(const std::string& line) {
  const std::vector<std::string> cells = cells_of(line);
  if (cells.size() != 12) throw std::runtime_error("not a row of a dense table: " + line);
  Row row{cells[0], {{std::stod(cells[1]), std::stod(cells[2])}}, {}};
  row.verdict.status = status_from(cells[4]);
  row.verdict.accuracy = std::stod(cells[5]);
  row.verdict.loss_target = EpochsToTarget{std::stod(cells[6]), cells[7] == "1"};
  row.verdict.area = std::stod(cells[8]);
  row.verdict.set_back = std::stod(cells[9]);
  row.verdict.spike_share = std::stod(cells[10]);
  row.verdict.instability = std::stod(cells[11]);
  return row;
}

// "# set shapes chance 0.1115 validation 2000 epochs 1"
Table facts_of(const std::string& line) {
  Table table;
  std::string mark, set, chance, validation, epochs;
  std::stringstream stream(line);
  if (!(stream >> mark >> set >> table.name >> chance >> table.chance >> validation >>
        table.validation_samples >> epochs >> table.epochs) ||
      set != "set")
    throw std::runtime_error("not the facts of a dense table: " + line);
  return table;
}

}  // namespace

std::size_t Table::best() const {
  return static_cast<std::size_t>(std::ranges::max_element(truth) - truth.begin());
}

std::vector<double> mean_accuracies(const std::vector<std::vector<Verdict>>& runs) {
  std::vector<double> means;
  for (const std::vector<Verdict>& seeds : runs) {
    double sum = 0;
    for (const Verdict& verdict : seeds) sum += verdict.accuracy.value();
    means.push_back(sum / static_cast<double>(seeds.size()));
  }
  return means;
}

std::vector<Table> read_tables(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("cannot read " + file);
  std::vector<Table> tables;
  std::map<std::string, std::map<Setting, std::vector<Verdict>>> runs;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# set ")) {
      tables.push_back(facts_of(line));
    } else if (!line.starts_with("#") && !line.starts_with("set,")) {
      const Row row = row_of(line);
      runs[row.set][row.setting].push_back(row.verdict);
    }
  }
  for (Table& table : tables) {
    for (auto& [setting, seeds] : runs[table.name]) {
      table.settings.push_back(setting);
      table.runs.push_back(std::move(seeds));
    }
    const auto same = [&](const auto& seeds) { return seeds.size() == table.runs.front().size(); };
    if (table.runs.empty() || !std::ranges::all_of(table.runs, same))
      throw std::runtime_error("a dense table needs as many seeds for each setting: " + table.name);
    table.truth = mean_accuracies(table.runs);
  }
  return tables;
}

}  // namespace etalon::calibration
