#include "etalon/report/figure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/report/accuracy_map.h"
#include "etalon/report/curve_lines.h"
#include "etalon/report/figure_layout.h"
#include "etalon/report/gnuplot_script.h"
#include "etalon/report/loss_figure.h"
#include "etalon/report/palette.h"
#include "tests/report/fake_study.h"

namespace etalon::report {
namespace {

using testing::fake_judgement;
using testing::fake_study;
using testing::FakeOptions;

struct Fake {
  StudySnapshot study;
  Judgement judgement;
  StudyView view;
  explicit Fake(const FakeOptions& options = {})
      : study(fake_study(options)), judgement(fake_judgement(study)), view(study, judgement) {}
  const CellView& cell(double conv, double full) const { return cell(std::vector{conv, full}); }
  const CellView& cell(const std::vector<double>& values) const {
    for (const CellView& cell : view.sets()[0].cells)
      if (cell.summary->setting.values == values) return cell;
    throw std::out_of_range("no such cell");
  }
};

std::size_t count(const Figure& figure, DotRole role) {
  return static_cast<std::size_t>(std::count_if(figure.dots.begin(), figure.dots.end(),
                                                [&](const Dot& dot) { return dot.role == role; }));
}

std::size_t count(const Figure& figure, LineRole role) {
  return static_cast<std::size_t>(std::count_if(figure.lines.begin(), figure.lines.end(),
                                                [&](const Line& line) { return line.role == role; }));
}

TEST(AccuracyMap, has_one_cell_a_setting_and_marks_the_choice) {
  const Fake fake;
  const auto maps = accuracy_maps(fake.view, 0);
  ASSERT_EQ(maps.size(), 1u);
  const Figure& map = maps.front();
  EXPECT_EQ(map.cells.size(), 16u);
  std::size_t chosen = 0;
  const auto tick_in = [](const FigureAxis& axis, double from, double to) {
    return std::ranges::find_if(axis.ticks, [&](const Tick& tick) { return from < tick.at && tick.at < to; })
        ->label;
  };
  for (const HeatCell& cell : map.cells) {
    if (!cell.chosen) continue;
    ++chosen;
    const auto& eta = fake.judgement.recommendations[0].setting->values;
    EXPECT_EQ(tick_in(map.x, cell.left, cell.right), value_text(eta[0]));
    EXPECT_EQ(tick_in(map.y, cell.bottom, cell.top), value_text(eta[1]));
    EXPECT_TRUE(cell.eligible && cell.equivalent);
  }
  EXPECT_EQ(chosen, 1u);
}

TEST(AccuracyMap, diverged_cells_have_no_colour_and_do_not_stretch_the_scale) {
  const Fake fake;
  const Figure map = accuracy_maps(fake.view, 0).front();
  std::size_t diverged = 0;
  for (const HeatCell& cell : map.cells) {
    if (cell.diverged_seeds == cell.seeds) {
      ++diverged;
      EXPECT_FALSE(cell.value);
      EXPECT_EQ(cell.label, "diverged");
    } else {
      EXPECT_GE(*cell.value, map.values->worst);
      EXPECT_LE(*cell.value, map.values->best);
    }
  }
  EXPECT_EQ(diverged, 4u);
  EXPECT_GT(map.values->worst, 0.1) << "chance, which diverged cells count as, must not be on the scale";
}

TEST(AccuracyMap, says_how_many_seeds_diverged_where_some_did) {
  const Fake fake;
  const Figure map = accuracy_maps(fake.view, 0).front();
  EXPECT_TRUE(std::any_of(map.cells.begin(), map.cells.end(),
                          [](const HeatCell& cell) { return cell.detail == "1 of 3 failed"; }));
}

TEST(AccuracyMap, one_group_is_a_line) {
  FakeOptions options;
  options.groups = {{"all", {"conv", "dense"}}};
  const Fake fake(options);
  const Figure line = accuracy_maps(fake.view, 0).front();
  EXPECT_TRUE(line.cells.empty());
  EXPECT_EQ(count(line, DotRole::chosen), 1u);
  EXPECT_EQ(count(line, DotRole::diverged), 1u);
  EXPECT_EQ(count(line, DotRole::seed), 9u) << "3 of each eta that learned";
  EXPECT_EQ(count(line, DotRole::failed), 0u) << "the cross of all stands for each";
}

TEST(AccuracyMap, no_seed_is_cut_off_at_the_frame) {
  FakeOptions options;
  options.groups = {{"all", {"conv", "dense"}}};
  options.etas = {0.03, 0.05, 0.1};
  Fake fake(options);
  for (JudgedTrial& trial : fake.judgement.trials)
    trial.verdict.accuracy = trial.key.seed_index == 0 ? 0.15 : trial.key.seed_index == 1 ? 0.55 : 1.0;
  const Figure line = accuracy_maps(StudyView(fake.study, fake.judgement), 0).front();
  EXPECT_EQ(count(line, DotRole::seed), 9u);
  for (const Dot& dot : line.dots) EXPECT_TRUE(dot.at.y >= line.y.from && dot.at.y <= line.y.to) << dot.at.y;
}

TEST(AccuracyMap, all_diverged_has_a_scale_of_whole_percentages_or_none) {
  FakeOptions options;
  options.etas = {1.0, 2.0};
  EXPECT_FALSE(accuracy_maps(Fake(options).view, 0).front().values) << "nothing has a colour";
  options.groups = {{"all", {"conv", "dense"}}};
  const Fake fake(options);
  const Figure line = accuracy_maps(fake.view, 0).front();
  EXPECT_EQ(count(line, DotRole::diverged), 2u);
  EXPECT_GE(line.y.ticks.size(), 3u);
  for (const Tick& tick : line.y.ticks) EXPECT_FALSE(tick.label.starts_with("-")) << tick.label;
}

TEST(AccuracyMap, cells_that_hardly_differ_have_ticks_at_their_places) {
  FakeOptions options;
  options.etas = {0.03, 0.1};
  Fake fake(options);
  for (CellSummary& cell : fake.judgement.cells[0]) cell.accuracy.mean = 0.97345;
  const Figure map = accuracy_maps(StudyView(fake.study, fake.judgement), 0).front();
  ASSERT_TRUE(map.values);
  EXPECT_GE(map.values->ticks.size(), 2u);
  for (const double tick : map.values->ticks) {
    EXPECT_TRUE(tick >= map.values->worst && tick <= map.values->best);
    EXPECT_NEAR(1e4 * tick, std::round(1e4 * tick), 1e-6) << "printed with four digits";
  }
}

TEST(AccuracyMap, three_groups_are_a_map_for_each_pair_with_the_third_at_the_choice) {
  FakeOptions options;
  options.groups = {{"stem", {"#1"}}, {"conv", {"conv"}}, {"full", {"dense"}}};
  options.etas = {0.01, 0.1, 1.0};
  options.sets = {"shapes"};
  const Fake fake(options);
  const auto maps = accuracy_maps(fake.view, 0);
  ASSERT_EQ(maps.size(), 3u);
  EXPECT_EQ(maps[0].cells.size(), 9u);
  const double third = fake.view.sets()[0].chosen()->summary->setting.values[2];
  for (const double other : {0.01, 0.1, 1.0}) {
    const CellView& cell = fake.cell({0.01, 0.01, other});
    if (other == third) {
      EXPECT_DOUBLE_EQ(*maps[0].cells[0].value, *cell.summary->accuracy.mean);
    } else {
      EXPECT_NE(*maps[0].cells[0].value, cell.summary->accuracy.mean) << other;
    }
  }
  EXPECT_EQ(maps[0].subtitle, std::vector<std::string>{"All else at the choice: full " + value_text(third)});
}

TEST(AccuracyMap, settings_that_are_no_grid_are_coloured_points) {
  FakeOptions options;
  options.settings = {{{0.001, 0.02}}, {{0.013, 0.3}}, {{0.1, 0.004}}, {{0.5, 1.0}}};
  const Fake fake(options);
  const Figure map = accuracy_maps(fake.view, 0).front();
  EXPECT_TRUE(map.cells.empty());
  EXPECT_EQ(count(map, DotRole::colored), 3u);
  EXPECT_EQ(count(map, DotRole::diverged), 1u);
  EXPECT_EQ(count(map, DotRole::chosen), 1u);
}

TEST(LossFigure, shows_each_seed_behind_their_median) {
  const Fake fake;
  const Figure figure = loss_figure(fake.view, 0, fake.cell(0.1, 0.01), loss_axes(fake.view, 0));
  EXPECT_EQ(count(figure, LineRole::raw), 3u);
  EXPECT_EQ(count(figure, LineRole::seed), 3u);
  EXPECT_EQ(count(figure, LineRole::typical), 1u);
  EXPECT_EQ(count(figure, LineRole::validation), 1u);
  EXPECT_EQ(figure.lines.back().points.size(), 2u) << "one validation loss an epoch";
  EXPECT_EQ(count(figure, DotRole::diverged) + count(figure, DotRole::clipped), 0u);
  EXPECT_THAT(figure.title, ::testing::HasSubstr("conv 0.1, full 0.01"));
  EXPECT_EQ(figure.subtitle.front(), fake.cell(0.1, 0.01).summary->sentence);
}

TEST(LossFigure, one_of_two_seeds_diverged_is_not_drawn_as_the_other) {
  FakeOptions options;
  options.seeds = 2;
  const Fake fake(options);
  const LossAxes axes = loss_axes(fake.view, 0);
  const Figure half = loss_figure(fake.view, 0, fake.cell(1.0, 0.01), axes);
  EXPECT_EQ(count(half, DotRole::diverged), 1u);
  EXPECT_EQ(count(half, LineRole::validation), 0u) << "no epoch that both seeds finished";
  for (const Line& line : half.lines)
    EXPECT_TRUE(line.role != LineRole::typical || line.points.back().y > axes.loss.to);
}

TEST(LossFigure, a_validation_point_is_the_median_of_all_seeds) {
  FakeOptions options;
  options.seeds = 2;
  Fake fake(options);
  for (TrialRecord& trial : fake.study.trials)
    for (EpochPoint& epoch : trial.curve.epochs) epoch.validation_loss = trial.key.seed_index ? 1.0 : 0.5;
  const Figure figure = loss_figure(fake.view, 0, fake.cell(0.1, 0.01), loss_axes(fake.view, 0));
  EXPECT_EQ(figure.lines.back().role, LineRole::validation);
  EXPECT_EQ(figure.lines.back().points.front().y, 0.75);
}

TEST(LossFigure, marks_divergence_and_says_what_is_cut_off) {
  const Fake fake;
  const LossAxes axes = loss_axes(fake.view, 0);
  const Figure figure = loss_figure(fake.view, 0, fake.cell(0.1, 1.0), axes);
  EXPECT_EQ(count(figure, DotRole::diverged), 3u);
  EXPECT_GE(count(figure, DotRole::clipped), 1u);
  EXPECT_THAT(figure.note, ::testing::AllOf(::testing::HasSubstr("above"), ::testing::HasSubstr("cut off")));
  for (const Line& line : figure.lines)
    for (const Place& place : line.points)
      EXPECT_LE(place.y, 3 * axes.loss.to) << "no number grows without end";
}

TEST(LossFigure, axes_are_shared_and_ignore_diverged_runs) {
  const Fake fake;
  const LossAxes axes = loss_axes(fake.view, 0);
  EXPECT_LT(axes.loss.to, 5);
  EXPECT_EQ(axes.loss.scale, Scale::log);
  for (const CellView& cell : fake.view.sets()[0].cells) {
    const Figure figure = loss_figure(fake.view, 0, cell, axes);
    EXPECT_EQ(figure.y.from, axes.loss.from);
    EXPECT_EQ(figure.y.to, axes.loss.to);
    EXPECT_EQ(layout_of(figure).top, layout_of(loss_figure(fake.view, 0, fake.cell(0.1, 0.1), axes)).top);
  }
}

TEST(LossFigure, the_axis_reaches_the_lowest_seed) {
  const Fake fake;
  const LossAxes axes = loss_axes(fake.view, 0);
  for (const CellView& cell : fake.view.sets()[0].cells)
    for (const SeedView& seed : cell.seeds)
      for (const double loss : smoothed_loss(seed.trial->curve)) ASSERT_GT(loss, axes.loss.from);
}

TEST(LossFigure, a_shallow_descent_keeps_a_linear_axis) {
  FakeOptions options;
  options.etas = {0.0001, 0.0003};
  const Fake fake(options);
  EXPECT_EQ(loss_axes(fake.view, 0).loss.scale, Scale::linear);
  EXPECT_EQ(loss_axes(fake.view, 0).loss.from, 0);
}

TEST(LossFigure, every_setting_diverged_still_draws) {
  FakeOptions options;
  options.etas = {1.0, 2.0};
  const Fake fake(options);
  const LossAxes axes = loss_axes(fake.view, 0);
  EXPECT_LT(axes.loss.from, axes.loss.to);
  EXPECT_NO_THROW(gnuplot_script(overlay_figure(fake.view, 0, axes), "x"));
}

TEST(Overlay, highlights_a_few_the_choice_first) {
  const Fake fake;
  const Figure figure = overlay_figure(fake.view, 0, loss_axes(fake.view, 0));
  EXPECT_EQ(figure.lines.size(), 16u);
  EXPECT_EQ(count(figure, LineRole::highlighted), categorical_colors);
  EXPECT_EQ(figure.lines.back().hue, 0u);
  EXPECT_THAT(figure.legend.front().text, ::testing::EndsWith("(chosen)"));
}

TEST(CurveLines, thinning_keeps_extremes_and_stays_small) {
  Curve curve;
  curve.steps_per_epoch = 10'000, curve.budget_epochs = 1, curve.reference_loss = 1;
  curve.loss.assign(10'000, 1.0f);
  curve.loss[4321] = 50.0f;
  const auto places = thinned_extremes(curve);
  EXPECT_LE(places.size(), 2 * drawn_columns);
  EXPECT_TRUE(std::any_of(places.begin(), places.end(), [](const Place& place) { return place.y == 50.0; }));
  const auto smooth = thinned_medians(curve, smoothed_loss(curve));
  EXPECT_TRUE(std::all_of(smooth.begin(), smooth.end(), [](const Place& place) { return place.y == 1.0; }));
}

TEST(CurveLines, a_curve_that_ended_counts_as_infinite_in_the_median) {
  const auto median = median_curve({{1, 1, 1}, {2}, {3}});
  EXPECT_EQ(median[0], 2);
  EXPECT_TRUE(std::isinf(median[1]));
}

TEST(CurveLines, the_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle) {
  EXPECT_EQ(median_curve({{1, 5}, {3, 4}}), (std::vector{2.0, 4.5}));
  EXPECT_EQ(median_curve({{8, 1}, {1, 1}, {4, 3}, {2, 9}}), (std::vector{3.0, 2.0}));
}

TEST(CurveLines, half_of_the_curves_diverged_is_a_median_that_diverged) {
  const double gone = HUGE_VAL;
  EXPECT_EQ(median_curve({{1, 1, 1}, {3, gone}}), (std::vector{2.0, gone, gone}));
  EXPECT_EQ(median_curve({{1, 1}, {2, 2}, {3, 3}, {4, gone}}), (std::vector{2.5, 2.5}));
  EXPECT_EQ(median_curve({{1, 1}, {2, 2}, {3, gone}, {4}}), (std::vector{2.5, gone}));
}

TEST(Palette, labels_can_be_read_on_every_colour) {
  for (int i = 0; i <= 100; ++i) {
    const Color fill = sequential(i / 100.0);
    EXPECT_GE(contrast(fill, readable_on(fill)), 4.5) << "share " << i / 100.0;
  }
}

TEST(Ticks, lie_in_range_and_are_few) {
  for (const auto& [from, to] : {std::pair{0.0, 2.0}, {0.0, 0.013}, {-3.0, 7.0}, {0.0, 100.0}})
    for (const Tick& tick : linear_ticks(from, to))
      EXPECT_TRUE(tick.at >= from - 1e-9 && tick.at <= to * 1.0001);
  for (const auto& [from, to] : {std::pair{1e-5, 10.0}, {0.02, 3.6}, {0.5, 1.1}, {1e-12, 1e6}}) {
    const auto ticks = log_ticks(from, to);
    EXPECT_GE(ticks.size(), 2u);
    EXPECT_LE(ticks.size(), 12u);
  }
}

TEST(Ticks, a_label_stands_at_the_place_that_it_names) {
  for (const auto& [from, to] : {std::pair{0.29, 0.31},
                                 {0.0, 0.013},
                                 {-3.0, 7.0},
                                 {0.9712, 0.9734},
                                 {99.1, 99.15},
                                 {0.0, 1e-9},
                                 {1e8, 3e8},
                                 {0.0, 12'345.0},
                                 {-0.02, 0.0}}) {
    std::set<std::string> labels;
    for (const Tick& tick : linear_ticks(from, to)) {
      EXPECT_NEAR(std::stod(tick.label), tick.at, 1e-9 * (to - from)) << tick.label;
      EXPECT_NE(tick.label, "-0");
      labels.insert(tick.label);
    }
    EXPECT_EQ(labels.size(), linear_ticks(from, to).size());
    EXPECT_GE(labels.size(), 3u) << from << " to " << to;
  }
  for (const auto& [from, to] : {std::pair{0.02, 3.6}, {0.5, 1.1}, {1e-5, 10.0}})
    for (const Tick& tick : log_ticks(from, to)) EXPECT_NEAR(std::stod(tick.label) / tick.at, 1, 1e-9);
}

TEST(ValueScale, runs_with_the_logarithm_of_the_error) {
  const ValueScale scale{"", 0, 0.99, {}};
  EXPECT_DOUBLE_EQ(scale.share(0), 0);
  EXPECT_DOUBLE_EQ(scale.share(0.9), 0.5);
  EXPECT_DOUBLE_EQ(scale.share(1.0), 1) << "a perfect score has a colour too";
}

TEST(Script, a_hollow_dot_is_a_circle_of_the_same_colour) {
  Figure figure;
  figure.dots.push_back({{0.5, 0.5}, DotRole::eligible, "", {}});
  const std::string filled = gnuplot_script(figure, "x");
  figure.dots.front().hollow = true;
  const std::string hollow = gnuplot_script(figure, "x"), color = gnuplot_color(ink::training);
  EXPECT_THAT(filled, ::testing::ContainsRegex("pt 7 [^\n]*" + color));
  EXPECT_THAT(hollow, ::testing::ContainsRegex("pt 6 [^\n]*" + color));
  EXPECT_THAT(hollow, ::testing::Not(::testing::ContainsRegex("pt 7 [^\n]*" + color)));
}

TEST(Script, no_text_can_leave_its_quotes) {
  Figure figure;
  figure.title = "a'b\n'; system 'touch x'";
  EXPECT_THAT(gnuplot_script(figure, "x"), ::testing::HasSubstr("'a''b''; system ''touch x'''"));
}

TEST(AccuracyMap, of_more_than_etas_has_a_map_for_each_pair_of_axes) {
  FakeOptions options;
  options.sets = {"shapes"};
  options.etas = {0.01, 0.1};
  options.axes = {testing::varied(Quantity::momentum, "", {0.8, 0.9})};
  const Fake fake(options);
  const auto maps = accuracy_maps(fake.view, 0);
  ASSERT_EQ(maps.size(), 3u);
  EXPECT_EQ(maps[1].title, "shapes: validation accuracy, conv and momentum");
  EXPECT_EQ(maps[1].x.title, "eta of conv");
  EXPECT_EQ(maps[1].y.title, "momentum");
  EXPECT_EQ(maps[1].cells.size(), 4u);
}

/// 20 etas that were drawn: no grid.
TEST(AccuracyMap, of_drawn_etas_and_choices_are_points) {
  FakeOptions options;
  options.sets = {"shapes"};
  options.groups = {{"all", {"conv", "dense"}}};
  options.axes = {testing::varied(Quantity::weight_decay, "", {0, 1e-3})};
  for (int i = 0; i < 20; ++i) options.settings.push_back({{0.0101 * (i + 1), i % 2 == 0 ? 0.0 : 1e-3}});
  const Figure map = accuracy_maps(Fake(options).view, 0).front();
  EXPECT_TRUE(map.cells.empty());
  EXPECT_GE(map.dots.size(), 20u);
  ASSERT_EQ(map.y.ticks.size(), 2u);
  EXPECT_EQ(map.y.ticks[0].label, "0");
  EXPECT_EQ(map.y.ticks[1].label, "0.001");
}

}  // namespace
}  // namespace etalon::report
