/// Training loss against epochs: one plot a setting, and all settings in one.
#pragma once

#include "etalon/report/figure.h"
#include "etalon/report/study_view.h"

namespace etalon::report {

/// The axes that all loss plots of one data set share, so that the eye can compare them.
struct LossAxes {
  FigureAxis epochs;
  FigureAxis loss;
};

/// The loss axis ends a little above the loss at the initial weights; it is logarithmic where the best
/// setting comes below an eighth of that, as only then its differences would be lost at the bottom of a
/// linear one.
LossAxes loss_axes(const StudyView& view, std::size_t set);

/// Raw loss faint, each seed smoothed and thin, their median bold, the validation loss at each epoch's end;
/// where a run diverged or leaves the axis is marked.
Figure loss_figure(const StudyView& view, std::size_t set, const CellView& cell, const LossAxes& axes);

/// The median curves of all settings; the best few in colour and named, the choice first.
Figure overlay_figure(const StudyView& view, std::size_t set, const LossAxes& axes);

}  // namespace etalon::report
