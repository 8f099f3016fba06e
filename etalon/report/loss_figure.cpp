#include "etalon/report/loss_figure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "etalon/base/text.h"
#include "etalon/report/curve_lines.h"
#include "etalon/report/number_text.h"

namespace etalon::report {
namespace {

constexpr double log_from_descent = 8;  ///< reference over lowest loss from which the axis is logarithmic
constexpr double deepest_seed = 10;     ///< how far under the lowest median the axis goes for a single seed
constexpr double clip_gap = 0.03;       ///< share of the axis within which marks are drawn as one

std::vector<double> typical_of(const CellView& cell) {
  std::vector<std::vector<double>> smooth;
  for (const SeedView& seed : cell.seeds) smooth.push_back(smoothed_loss(seed.trial->curve));
  return median_curve(smooth);
}

/// The seed whose curve has the most entries: it knows the axis of epochs.
const Curve& longest_curve(const CellView& cell) {
  return (*std::max_element(cell.seeds.begin(), cell.seeds.end(),
                            [](const SeedView& a, const SeedView& b) {
                              return a.trial->curve.loss.size() < b.trial->curve.loss.size();
                            }))
      .trial->curve;
}

struct LossRange {
  double reference = 1, lowest = 1;
};

LossRange loss_range(const SetView& set) {
  std::vector<double> references;
  double lowest = HUGE_VAL, lowest_seed = HUGE_VAL;
  for (const CellView& cell : set.cells) {
    for (const SeedView& seed : cell.seeds)
      if (std::isfinite(seed.trial->curve.reference_loss))
        references.push_back(seed.trial->curve.reference_loss);
    if (cell.seeds.empty() || cell.all_diverged()) continue;
    for (const double loss : typical_of(cell)) lowest = std::min(lowest, loss);
    for (const SeedView& seed : cell.seeds)
      for (const double loss : smoothed_loss(seed.trial->curve)) lowest_seed = std::min(lowest_seed, loss);
  }
  LossRange range;
  if (!references.empty()) {
    const auto middle = references.begin() + static_cast<std::ptrdiff_t>(references.size() / 2);
    std::nth_element(references.begin(), middle, references.end());
    range.reference = *middle;
  }
  if (lowest > 0) lowest = std::max(lowest_seed, lowest / deepest_seed);
  range.lowest = std::isfinite(lowest) ? std::min(lowest, range.reference) : range.reference;
  return range;
}

FigureAxis loss_axis(const LossRange& range) {
  FigureAxis axis{"loss", Scale::linear, 0, 1, {}};
  if (range.lowest > 0 && range.reference / range.lowest > log_from_descent) {
    axis.scale = Scale::log;
    axis.title = "loss (log scale)";
    axis.from = range.lowest / 1.6;
    axis.to = range.reference * 1.6;
    axis.ticks = log_ticks(axis.from, axis.to);
    return axis;
  }
  const double descent =
      std::max({range.reference - std::min(0.0, range.lowest), std::abs(range.reference), 1e-6});
  axis.from = range.lowest < 0 ? range.lowest - 0.05 * descent : 0;
  axis.to = std::max(range.reference, axis.from) + 0.3 * descent;
  axis.ticks = linear_ticks(axis.from, axis.to);
  return axis;
}

/// Lines end a little above the axis, so that they leave it steeply and no number grows long.
std::vector<Place> capped(std::vector<Place> places, const FigureAxis& axis) {
  const double cap = axis.scale == Scale::log ? axis.to * 3 : axis.to + (axis.to - axis.from);
  const double floor = axis.scale == Scale::log ? axis.from / 3 : axis.from - (axis.to - axis.from);
  for (Place& place : places)
    if (!std::isnan(place.y)) place.y = std::clamp(place.y, floor, cap);
  return places;
}

/// A mark at each place where the raw loss leaves the axis upwards; near ones count as one.
std::vector<Dot> clipped_marks(const CellView& cell, const LossAxes& axes) {
  std::vector<double> places;
  for (const SeedView& seed : cell.seeds)
    for (const Place& place : thinned_extremes(seed.trial->curve))
      if (place.y > axes.loss.to) places.push_back(place.x);
  std::sort(places.begin(), places.end());
  std::vector<Dot> marks;
  const double gap = clip_gap * (axes.epochs.to - axes.epochs.from);
  for (const double x : places)
    if (marks.empty() || x - marks.back().at.x > gap)
      marks.push_back({{x, axes.loss.to}, DotRole::clipped, "", {}});
  return marks;
}

std::vector<Dot> divergence_marks(const CellView& cell, const LossAxes& axes) {
  std::vector<Dot> marks;
  for (const SeedView& seed : cell.seeds) {
    const Curve& curve = seed.trial->curve;
    if (seed.verdict->status != TrialStatus::diverged || curve.loss.empty()) continue;
    marks.push_back({{epoch_of(curve, curve.loss.size() - 1), axes.loss.to}, DotRole::diverged, "", {}});
  }
  return marks;
}

/// Median over seeds of the validation loss at the end of each epoch; a seed that diverged before counts as
/// infinite. Empty where no median is finite.
std::vector<Place> validation_line(const CellView& cell) {
  std::vector<std::vector<double>> losses;
  std::set<std::size_t> measured;  // epochs
  for (const SeedView& seed : cell.seeds) {
    losses.emplace_back();
    for (const EpochPoint& epoch : seed.trial->curve.epochs) {
      const bool finite = std::isfinite(epoch.validation_loss);
      if (finite) measured.insert(losses.back().size());
      losses.back().push_back(finite ? epoch.validation_loss : HUGE_VAL);
    }
  }
  const std::vector<double> typical = median_curve(losses);
  std::vector<Place> places;
  for (const std::size_t epoch : measured) places.push_back({static_cast<double>(epoch) + 1, typical[epoch]});
  if (std::none_of(places.begin(), places.end(), [](const Place& place) { return std::isfinite(place.y); }))
    places.clear();
  return places;
}

/// "▲ losses above 3.7 (up to 51) and below 0.02 are cut off", of those that are; else empty.
std::string cut_off_note(const CellView& cell, const LossAxes& axes) {
  double highest = axes.loss.to, lowest = axes.loss.from;
  for (const SeedView& seed : cell.seeds)
    for (const float loss : seed.trial->curve.loss) {
      if (!std::isfinite(loss)) continue;
      highest = std::max<double>(highest, loss);
      lowest = std::min<double>(lowest, loss);
    }
  std::vector<std::string> parts;
  if (highest > axes.loss.to)
    parts.push_back(fmt::format("above {} (up to {})", number_text(axes.loss.to), number_text(highest)));
  if (lowest < axes.loss.from) parts.push_back("below " + number_text(axes.loss.from));
  if (parts.empty()) return "";
  return fmt::format("{}losses {} are cut off", highest > axes.loss.to ? "\u25b2 " : "", listed(parts));
}

void add_lines(Figure& figure, const CellView& cell) {
  for (const SeedView& seed : cell.seeds)
    figure.lines.push_back({LineRole::raw, capped(thinned_extremes(seed.trial->curve), figure.y)});
  figure.legend.push_back({LineRole::raw, "minibatches", 0});
  if (cell.seeds.size() > 1) {
    for (const SeedView& seed : cell.seeds) {
      const Curve& curve = seed.trial->curve;
      figure.lines.push_back(
          {LineRole::seed, capped(thinned_medians(curve, smoothed_loss(curve)), figure.y)});
    }
    figure.legend.push_back({LineRole::seed, "seeds, smoothed", 0});
  }
  const Curve& longest = longest_curve(cell);
  figure.lines.push_back({LineRole::typical, capped(thinned_medians(longest, typical_of(cell)), figure.y)});
  const bool several = cell.seeds.size() > 1;
  figure.legend.push_back(
      {LineRole::typical,
       several ? fmt::format("median of {} seeds", cell.seeds.size()) : "smoothed (1 seed)", 0});
  if (auto line = validation_line(cell); !line.empty()) {
    figure.lines.push_back({LineRole::validation, capped(std::move(line), figure.y)});
    figure.legend.push_back({LineRole::validation, "validation", 0});
  }
}

void add_marks(Figure& figure, const CellView& cell, const LossAxes& axes) {
  const auto clipped = clipped_marks(cell, axes);
  const auto diverged = divergence_marks(cell, axes);
  figure.dots = clipped;
  figure.dots.insert(figure.dots.end(), diverged.begin(), diverged.end());
  figure.note = cut_off_note(cell, axes);
  if (!diverged.empty())
    figure.legend.push_back(
        {DotRole::diverged, fmt::format("diverged ({} of {})", diverged.size(), cell.seeds.size()), 0});
}

/// The cells worth a colour: the choice, then by accuracy; diverged ones never.
std::vector<const CellView*> best_cells(const SetView& set) {
  std::vector<const CellView*> best;
  for (const CellView& cell : set.cells)
    if (!cell.all_diverged() && !cell.seeds.empty()) best.push_back(&cell);
  std::stable_sort(best.begin(), best.end(), [](const CellView* a, const CellView* b) {
    if (a->chosen != b->chosen) return a->chosen;
    return a->summary->accuracy.mean.value_or(-1) > b->summary->accuracy.mean.value_or(-1);
  });
  best.resize(std::min<std::size_t>(best.size(), 6));
  return best;
}

}  // namespace

LossAxes loss_axes(const StudyView& view, std::size_t set) {
  double budget = epochs_of(view.study());
  for (const CellView& cell : view.sets().at(set).cells)
    for (const SeedView& seed : cell.seeds)
      budget = std::max<double>(budget, seed.trial->curve.budget_epochs);
  LossAxes axes;
  axes.epochs = {"epochs", Scale::linear, 0, std::max(budget, 1.0) * 1.01,
                 linear_ticks(0, std::max(budget, 1.0))};
  axes.loss = loss_axis(loss_range(view.sets().at(set)));
  return axes;
}

Figure loss_figure(const StudyView& view, std::size_t set, const CellView& cell, const LossAxes& axes) {
  Figure figure;
  const std::string setting =
      (view.has_further_axes() ? "" : "eta ") + setting_text(cell.summary->setting, view.axes());
  figure.title =
      fmt::format("{}: {}{}", view.sets().at(set).facts->name, setting, cell.chosen ? " (chosen)" : "");
  figure.subtitle = wrapped(cell.summary->sentence, 100);
  figure.alternative = fmt::format("Training loss against epochs on {} with {}. {}",
                                   view.sets().at(set).facts->name, setting, cell.summary->sentence);
  figure.height = 380;
  figure.x = axes.epochs;
  figure.y = axes.loss;
  if (cell.seeds.empty()) return figure;
  add_lines(figure, cell);
  add_marks(figure, cell, axes);
  return figure;
}

Figure overlay_figure(const StudyView& view, std::size_t set, const LossAxes& axes) {
  const SetView& shown = view.sets().at(set);
  const auto best = best_cells(shown);
  Figure figure;
  figure.title = fmt::format("{}: all {}", shown.facts->name, counted(shown.cells.size(), "setting"));
  figure.subtitle = {"Median over seeds of the smoothed training loss; the most accurate settings in colour"};
  for (std::string& key : setting_key(view.axes())) figure.subtitle.push_back(std::move(key));
  figure.alternative = fmt::format("Training loss against epochs of all settings on {}", shown.facts->name);
  figure.height = 460;
  figure.x = axes.epochs;
  figure.y = axes.loss;
  const auto line = [&](const CellView& cell, LineRole role, unsigned hue) {
    figure.lines.push_back(
        {role, capped(thinned_medians(longest_curve(cell), typical_of(cell)), axes.loss), hue});
  };
  for (const CellView& cell : shown.cells)
    if (!cell.seeds.empty() && std::find(best.begin(), best.end(), &cell) == best.end())
      line(cell, LineRole::other, 0);
  for (std::size_t rank = best.size(); rank-- > 0;)
    line(*best[rank], LineRole::highlighted, static_cast<unsigned>(rank));
  for (unsigned rank = 0; rank < best.size(); ++rank)
    figure.legend.push_back({LineRole::highlighted,
                             short_setting_text(best[rank]->summary->setting, view.axes()) +
                                 (best[rank]->chosen ? " (chosen)" : ""),
                             rank});
  if (shown.cells.size() > best.size()) figure.legend.push_back({LineRole::other, "the others", 0});
  return figure;
}

}  // namespace etalon::report
