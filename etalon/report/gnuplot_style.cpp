#include "etalon/report/gnuplot_style.h"

namespace etalon::report {

LineStyle style_of(LineRole role, unsigned hue) {
  switch (role) {
    case LineRole::raw:
      return {ink::training.faded(0.2), 0.8};
    case LineRole::seed:
      return {ink::training.faded(0.55), 0.9};
    case LineRole::typical:
      return {ink::training, 2.4};
    case LineRole::mean:
      return {ink::text, 2.2};
    case LineRole::confirmed:
      return {ink::confirmation, 2.2};
    case LineRole::validation:
      return {ink::validation, 1.4, false, true};
    case LineRole::highlighted:
      return {categorical(hue), hue == 0 ? 3.0 : 1.8};
    case LineRole::other:
      return {ink::other.faded(0.45), 1.0};
    case LineRole::front:
      return {ink::quiet, 1.2, true};
    case LineRole::threshold:
      return {ink::frame, 1.0, true};
  }
  return {};
}

namespace {

DotStyle filled_style(DotRole role) {
  switch (role) {
    case DotRole::plain:
      return {7, ink::diverged, 0.9, 1};
    case DotRole::eligible:
      return {7, ink::training, 0.9, 1};
    case DotRole::chosen:
      return {7, ink::chosen, 1.3, 1};
    case DotRole::clipped:
      return {9, ink::training.faded(0.75), 0.7, 1};
    case DotRole::diverged:
      return {2, ink::text, 0.9, 2};
    case DotRole::seed:
      return {7, ink::training.faded(0.6), 0.6, 1};
    case DotRole::confirmation:
      return {7, ink::confirmation.faded(0.7), 0.6, 1};
    case DotRole::failed:
      return {2, ink::text, 0.6, 1.6};
    case DotRole::colored:
      return {7, ink::training, 1.7, 1};
  }
  return {};
}

}  // namespace

DotStyle style_of(DotRole role, bool hollow) {
  DotStyle style = filled_style(role);
  if (hollow) style.symbol = 6, style.width = 1.8;
  return style;
}

}  // namespace etalon::report
