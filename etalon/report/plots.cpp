#include "etalon/report/plots.h"

#include <algorithm>
#include <array>
#include <set>

#include "etalon/report/accuracy_map.h"
#include "etalon/report/loss_figure.h"
#include "etalon/report/markup.h"
#include "etalon/report/number_text.h"
#include "etalon/report/seeds_figure.h"
#include "etalon/report/trade_off_figure.h"

namespace etalon::report {
namespace {

constexpr std::array kinds{"map-", "seeds-", "loss-", "overlay-", "trade-off-"};

/// The name begins with a kind, followed by `rest`, and ends as plots do.
bool is_plot_name(const std::string& name, const std::string& rest) {
  return (name.ends_with(".webp") || name.ends_with(".svg")) &&
         std::any_of(kinds.begin(), kinds.end(),
                     [&](const char* kind) { return name.starts_with(kind + rest); });
}

class Planner {
 public:
  explicit Planner(const StudyView& view) : view_(view) {}

  ReportPlots plan() {
    for (std::size_t set = 0; set < view_.sets().size(); ++set) plots_.sets.push_back(plan_set(set));
    return std::move(plots_);
  }

 private:
  SetPlots plan_set(std::size_t index) {
    const SetView& set = view_.sets()[index];
    const std::string name = slug(set.facts->name);
    SetPlots plots;
    if (set.cells.empty()) return plots;
    for (Figure& map : accuracy_maps(view_, index)) plots.maps.push_back(add("map-" + name, std::move(map)));
    if (auto figure = seeds_figure(view_, index)) plots.seeds = add("seeds-" + name, std::move(*figure));
    const LossAxes axes = loss_axes(view_, index);
    plots.overlay = add("overlay-" + name, overlay_figure(view_, index, axes));
    if (auto figure = trade_off_figure(view_, index))
      plots.trade_off = add("trade-off-" + name, std::move(*figure));
    for (const CellView& cell : set.cells)
      plots.losses.push_back(
          add("loss-" + name + setting_name(cell.summary->setting), loss_figure(view_, index, cell, axes)));
    return plots;
  }

  /// "-conv-0.1-full-0.001"
  std::string setting_name(const Setting& setting) const {
    std::string text;
    for (std::size_t axis = 0; axis < view_.axes().size(); ++axis)
      text += "-" + slug(axis_name(view_.axes()[axis])) + "-" + value_text(setting.values.at(axis));
    return text;
  }

  std::size_t add(const std::string& wanted, Figure figure) {
    std::string name = wanted;
    for (int copy = 2; !names_.insert(name).second; ++copy) name = wanted + "-" + std::to_string(copy);
    plots_.figures.push_back({name, std::move(figure)});
    return plots_.figures.size() - 1;
  }

  const StudyView& view_;
  ReportPlots plots_;
  std::set<std::string> names_;
};

}  // namespace

ReportPlots plan_plots(const StudyView& view) { return Planner(view).plan(); }

bool is_plot_file(const std::string& name) { return is_plot_name(name, ""); }

bool is_plot_file_of(const std::string& name, const std::string& set) {
  return is_plot_name(name, slug(set) + "-") || is_plot_name(name, slug(set) + ".");
}

}  // namespace etalon::report
