#include "etalon/report/seeds_figure.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/accuracy_axis.h"
#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

constexpr double dot_width = 0.013;  ///< as a share of the axis
constexpr double row_step = 0.17,
                 most_off = 0.35;  ///< how dots that would hide each other move up and down, in rows

double mean_of(const CellView& cell) { return cell.summary->accuracy.mean.value_or(-1); }

bool is_better(const CellView* a, const CellView* b) {
  if (a->all_diverged() != b->all_diverged()) return b->all_diverged();
  return mean_of(*a) > mean_of(*b);
}

std::vector<const CellView*> contenders(const SetView& set) {
  std::vector<const CellView*> cells;
  for (const CellView& cell : set.cells) cells.push_back(&cell);
  std::stable_sort(cells.begin(), cells.end(), is_better);
  if (cells.size() <= most_strips) return cells;
  const auto chosen =
      std::find_if(cells.begin(), cells.end(), [](const CellView* cell) { return cell->chosen; });
  if (chosen != cells.end() && chosen - cells.begin() >= static_cast<std::ptrdiff_t>(most_strips))
    std::iter_swap(chosen, cells.begin() + most_strips - 1);
  cells.resize(most_strips);
  return cells;
}

template <class Visit>
void for_each_seed(const std::vector<const CellView*>& cells, Visit visit) {
  for (const CellView* cell : cells)
    for (const auto* seeds : {&cell->seeds, &cell->confirmation})
      for (const SeedView& seed : *seeds)
        if (seed.verdict->accuracy && std::isfinite(*seed.verdict->accuracy)) visit(seed);
}

std::optional<double> mean_accuracy(const std::vector<SeedView>& seeds) {
  double sum = 0;
  int count = 0;
  for (const SeedView& seed : seeds)
    if (seed.verdict->accuracy) sum += *seed.verdict->accuracy, ++count;
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

/// One row of the strip, its middle at `y`.
class Row {
 public:
  Row(Figure& figure, const ErrorAxis& x, double y) : figure_(figure), x_(x), y_(y) {}

  void add(const std::vector<SeedView>& seeds, DotRole role) {
    for (const SeedView& seed : seeds)
      if (seed.verdict->accuracy && std::isfinite(*seed.verdict->accuracy))
        figure_.dots.push_back(
            {free_place(x_.place(*seed.verdict->accuracy)), seed.failed() ? DotRole::failed : role, "", {}});
  }

  void add_mean(const std::vector<SeedView>& seeds, LineRole role) {
    if (const auto mean = mean_accuracy(seeds)) {
      const double x = x_.place(*mean);
      figure_.lines.push_back({role, {{x, y_ - 0.4}, {x, y_ + 0.4}}});
    }
  }

 private:
  /// Beside the dots that are there: 0, 1, -1, 2, -2, ... steps from the middle of the row.
  Place free_place(double x) {
    const double width = dot_width * (x_.axis.to - x_.axis.from);
    Place best{x, y_};
    std::ptrdiff_t fewest = PTRDIFF_MAX;
    for (int step = 0; step * row_step <= 2 * most_off && fewest > 0; ++step) {
      const int rows = (step + 1) / 2;
      const Place place{x, y_ + (step % 2 == 1 ? rows : -rows) * row_step};
      const auto hidden = std::count_if(taken_.begin(), taken_.end(), [&](const Place& other) {
        return std::abs(other.x - place.x) < width && std::abs(other.y - place.y) < row_step / 2;
      });
      if (hidden < fewest) fewest = hidden, best = place;
    }
    taken_.push_back(best);
    return best;
  }

  Figure& figure_;
  const ErrorAxis& x_;
  const double y_;
  std::vector<Place> taken_;
};

/// "conv 0.1, full 0.01 (3)", or "(3 + 8)" where seeds confirm.
std::string row_label(const CellView& cell, const std::vector<Axis>& axes) {
  const std::string seeds = cell.confirmation.empty()
                                ? std::to_string(cell.seeds.size())
                                : fmt::format("{} + {}", cell.seeds.size(), cell.confirmation.size());
  return fmt::format("{} ({})", short_setting_text(cell.summary->setting, axes), seeds);
}

void add_rows(Figure& figure, const std::vector<const CellView*>& cells, const ErrorAxis& x,
              const std::vector<Axis>& axes) {
  figure.x = x.axis;
  figure.y = {"", Scale::linear, -0.6, static_cast<double>(cells.size()) - 0.4, {}};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellView& cell = *cells[i];
    const double y = static_cast<double>(cells.size() - 1 - i);
    figure.y.ticks.push_back({y, row_label(cell, axes)});
    if (cell.chosen)
      figure.bands.push_back({{x.axis.from, x.axis.to}, {y - 0.5, y - 0.5}, {y + 0.5, y + 0.5}, true});
    Row row(figure, x, y);
    const bool none_learned =
        std::all_of(cell.seeds.begin(), cell.seeds.end(), [](const SeedView& seed) { return seed.failed(); });
    if (!none_learned) row.add_mean(cell.seeds, LineRole::mean);
    row.add_mean(cell.confirmation, LineRole::confirmed);
    row.add(cell.seeds, DotRole::seed);
    row.add(cell.confirmation, DotRole::confirmation);
  }
}

void add_legend(Figure& figure) {
  const auto dots = [&](DotRole role, const char* text) {
    if (std::any_of(figure.dots.begin(), figure.dots.end(), [&](const Dot& dot) { return dot.role == role; }))
      figure.legend.push_back({role, text});
  };
  const auto lines = [&](LineRole role, const char* text) {
    if (std::any_of(figure.lines.begin(), figure.lines.end(),
                    [&](const Line& line) { return line.role == role; }))
      figure.legend.push_back({role, text});
  };
  dots(DotRole::seed, "a seed");
  lines(LineRole::mean, "mean");
  dots(DotRole::confirmation, "a seed that confirms");
  lines(LineRole::confirmed, "their mean");
  dots(DotRole::failed, "failed");
}

}  // namespace

std::optional<Figure> seeds_figure(const StudyView& view, std::size_t set) {
  const SetView& shown = view.sets().at(set);
  const auto cells = contenders(shown);
  double low = 1, high = 0;
  for_each_seed(cells, [&](const SeedView& seed) {
    low = std::min(low, *seed.verdict->accuracy), high = std::max(high, *seed.verdict->accuracy);
  });
  if (low > high) return std::nullopt;
  Figure figure;
  figure.title = shown.facts->name + ": every seed";
  const bool confirms = std::any_of(cells.begin(), cells.end(),
                                    [](const CellView* cell) { return !cell->confirmation.empty(); });
  figure.subtitle = {fmt::format("A row a setting, the best first{}; in brackets how many seeds it has{}",
                                 shown.chosen() ? ", the choice shaded" : "",
                                 confirms ? ", + those that confirm" : "")};
  if (shown.cells.size() > cells.size())
    figure.subtitle.push_back("not shown, as less accurate: " +
                              counted(shown.cells.size() - cells.size(), "setting"));
  for (std::string& key : setting_key(view.axes())) figure.subtitle.push_back(std::move(key));
  figure.alternative = fmt::format("Validation accuracy of every seed of {} on {}",
                                   counted(cells.size(), "setting"), shown.facts->name);
  figure.height = static_cast<unsigned>(156 + 22 * cells.size());
  add_rows(
      figure, cells,
      error_axis("validation accuracy (log scale of the error)", low, high, shown.facts->validation_samples),
      view.axes());
  add_legend(figure);
  return figure;
}

}  // namespace etalon::report
